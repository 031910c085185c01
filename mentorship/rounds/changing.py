"""Changing the set-up of a round that is under way."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.rounds.averages import keep_first
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.going_on import end_waiting
from mentorship.rounds.lifecycle import RoundNameTaken, change_if, check_looking, round_changed
from mentorship.rounds.meanwhile import Change, between, changed_meanwhile, mark
from mentorship.rounds.models import Round
from mentorship.rounds.set_up_words import values_of, values_of_source
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Browsing


class RequestsWait(RuntimeError):
    """Requests wait for an answer, and would end by this; ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} requests wait")
        self.count = count


def edit_round(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    round_id: uuid.UUID,
    name: str,
    policy: str,
    set_up: SetUp,
    answer_days: int,
    browsing: Browsing | None = None,
    seen: str | None = None,
    end_requests: bool = False,
    now: dt.datetime,
) -> Sequence[Change]:
    """Change the set-up of a round that is not published, and return what has changed.

    Runs made before keep their own. ``seen`` marks what the form was filled with. A round that
    takes no requests any more ends those that wait, and both sides are told.

    Raises
    ------
    RoundChanged
        The round is published or finished.
    ChangedMeanwhile
        Somebody has changed the set-up since it was ``seen``.
    RoundNameTaken
        Another round of the section has this name.
    RequestsWait
        Some would end by it, and ``end_requests`` does not say that they may.
    NobodyLooks
        It is to take requests, and lets nobody look for whom to ask.

    """
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state not in EDITABLE:
        raise round_changed(session, round_id)
    before = values_of_source(round_)
    if seen and seen != mark(before):
        raise changed_meanwhile(session, round_id, "round.edit", seen=seen)
    check_looking(session, round_.section_id, browsing, set_up)
    values = {
        "name": name,
        "policy": policy,
        "answer_days": answer_days,
        "browsing": browsing,
    }
    try:
        with session.begin_nested():
            change_if(session, round_id, EDITABLE, rules=set_up.to_json(), **values)
    except IntegrityError:
        raise RoundNameTaken(name) from None
    if not set_up.direct_requests:
        ended = end_waiting(session, round_id, now=now)
        if ended and not end_requests:
            raise RequestsWait(ended)
    keep_first(session, round_id, now=now)
    return between(before, values | {"browsing": browsing or ""} | values_of(set_up))
