"""Where others typed a person's name into what is kept: it goes when the person is erased."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community import searched
from mentorship.community.models import CouncilSeat
from mentorship.privacy.mails import is_named, spellings
from mentorship.search.models import SearchMiss
from mentorship.sections.models import Membership
from mentorship.sections.table_models import SavedView


def forget_name(session: Session, person: User) -> None:
    """Empty seats of the council under the name of a person, and drop what was looked for by it.

    In sections of theirs: somebody elsewhere may be called the same. But a search may be of a
    section, or of none.
    """
    found = spellings(person)
    theirs = sa.select(Membership.section_id).where(Membership.person_id == person.id)
    there = session.scalars(sa.select(CouncilSeat).where(CouncilSeat.section_id.in_(theirs)))
    seats = [seat for seat in there if is_named(seat.name, found)]
    for seat in seats:
        seat.name = ""
    searched.file(session, *seats)
    for view in session.scalars(sa.select(SavedView).where(SavedView.section_id.in_(theirs))):
        if is_named(f"{view.name} {json.dumps(view.wanted, ensure_ascii=False)}", found):
            session.delete(view)
    for miss in session.scalars(sa.select(SearchMiss)):
        if is_named(miss.text, found):
            session.delete(miss)
    session.flush()
