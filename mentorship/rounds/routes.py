"""All pages of rounds: importing these modules puts them on their blueprint."""

from __future__ import annotations

from mentorship.rounds import (
    answer_views,
    edit_views,
    follow_views,
    life_views,
    mail_views,
    note_views,
    people_views,
    plan_views,
    request_views,
    review_views,
    run_views,
    setup_views,
    taking_part_views,
    views,
    withdrawing_views,
)
from mentorship.rounds.blueprint import bp

__all__ = [
    "answer_views",
    "bp",
    "edit_views",
    "follow_views",
    "life_views",
    "mail_views",
    "note_views",
    "people_views",
    "plan_views",
    "request_views",
    "review_views",
    "run_views",
    "setup_views",
    "taking_part_views",
    "views",
    "withdrawing_views",
]
