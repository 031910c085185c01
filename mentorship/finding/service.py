"""What others may ask of finding: the list, notes beside it, requests and welcomes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.finding.allowing import MAY_BROWSE, browsing_now, sections_offering
from mentorship.finding.avoiding import allow_again, avoid, avoided_by_mentor
from mentorship.finding.choosing import (
    MOST_REQUESTS,
    MOST_WELCOMES,
    Choice,
    ask_for,
    asked_for,
    choices_of,
    move,
    note,
    stop_asking,
    welcome,
    why_of,
)
from mentorship.finding.lists import Found, Listing, listing
from mentorship.profiles.naming import MOST_AVOIDED
from mentorship.profiles.service import TooMany
from mentorship.rounds.lifecycle import rounds_that_ask
from mentorship.sections.models import Browsing, Section

__all__ = [
    "MAY_BROWSE",
    "MOST_AVOIDED",
    "MOST_REQUESTS",
    "MOST_WELCOMES",
    "AskedFor",
    "Choice",
    "Found",
    "Listing",
    "TooMany",
    "allow_again",
    "ask_for",
    "asked_for",
    "avoid",
    "avoided_by_mentor",
    "browsing_now",
    "choices_of",
    "listing",
    "move",
    "note",
    "sections_offering",
    "set_up_finding",
    "stop_asking",
    "welcome",
    "why_of",
]


class AskedFor(ValueError):
    """Rounds, by their names, take requests and let IMGs look as the section says."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"{len(names)} rounds take requests")
        self.names = names


def set_up_finding(
    session: Session, *, section_id: uuid.UUID, browsing: Browsing, names_masked: bool
) -> None:
    """Say who of a section may look whom up, and whether names are hidden.

    Raises ``AskedFor``, of rounds in which IMGs could then find nobody to ask.
    """
    asking = rounds_that_ask(session, section_id) if browsing is Browsing.NOBODY else ()
    if asking:
        raise AskedFor(asking)
    session.execute(
        sa.update(Section)
        .where(Section.id == section_id)
        .values(browsing=browsing, names_masked=names_masked)
    )
