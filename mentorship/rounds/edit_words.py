"""A change that a leader made to a run, in words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.editing import IN_WORDS, MOST_NAMED, EditKind
from mentorship.rounds.models import Run
from mentorship.rounds.run_models import JobKind, RunJob


def edit_between(session: Session, runs: Sequence[Run]) -> str | None:
    """Return in words the change that made the second of two runs out of the first, if one did."""
    if len(runs) != 2:
        return None
    edit = session.scalar(
        sa.select(RunJob.edit).where(
            RunJob.run_id == runs[1].id,
            RunJob.base_run_id == runs[0].id,
            RunJob.kind == JobKind.EDIT,
        )
    )
    if not edit:
        return None
    return edit_in_words(edit["kind"], edit["pairs"], names_of(session, people_of(edit["pairs"])))


def people_of(pairs: Sequence[Sequence[str]]) -> Sequence[uuid.UUID]:
    """Return the profiles that the pairs of an edit name; none if they are too many to be named."""
    return [uuid.UUID(key) for pair in pairs for key in pair] if len(pairs) <= MOST_NAMED else []


def edit_in_words(kind: str, pairs: Sequence[Sequence[str]], names: Mapping[uuid.UUID, str]) -> str:
    """Name the change and, if it is about a few pairs only, the people."""
    words = IN_WORDS[EditKind(kind)]
    if len(pairs) > MOST_NAMED:
        count = f"{len(pairs)} {'IMGs' if kind == EditKind.REMATCH else 'pairs'}"
        return f"{words}: {count}"
    people = [dict.fromkeys(pair) for pair in pairs]  # an IMG alone stands in its pair twice
    told = [" and ".join(names.get(uuid.UUID(key), "?") for key in pair) for pair in people]
    return f"{words}: {'; '.join(told)}"


def names_of(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(ids))
    )
    return dict(rows.all())
