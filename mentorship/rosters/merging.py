"""What a row says of a profile, put together with what the profile says already."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mentorship import vocabulary
from mentorship.matching import Img
from mentorship.matching.people import CHOSEN
from mentorship.profiles.service import Answers, Values
from mentorship.rosters.enrolment import Entry, kept_address
from mentorship.rosters.rows import MentorRow

# What keeps two people apart: an import adds to the lists of somebody who keeps them personally.
_KEPT_APART = ("avoid", "exclude", "conflicts", "exclude_institutions", "selects_at")
# What leaders are never told: whether a file would change it would tell if a guess was right.
SECRET = frozenset({"visa", "visas", "gender"})
_NOTHING: tuple[object, ...] = (None, "", (), {})


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides between a row and the profile.

    ``claimed`` is whether the owner keeps it; ``private``, whether somebody else than the section
    of the file may have said what is secret in it. ``of_address`` is whose the addresses are that
    a file avoids.
    """

    columns: frozenset[str]  # of the file
    claimed: bool
    private: bool
    chosen_elsewhere: frozenset[uuid.UUID]  # people of other sections, asked for or welcome
    of_address: Mapping[str, uuid.UUID]


def merged(
    entry: Entry, values: Values, before: Answers[Values] | None, standing: Standing
) -> Answers[Values]:
    """Return what the profile is to say after the import.

    Columns the file does not have stay as they are, as do people chosen in other sections.
    Somebody who has claimed the account keeps what the file leaves empty, whom they avoid, and
    what they say of visa and gender.
    """
    paused = entry.row.paused_until if isinstance(entry.row, MentorRow) else None
    if before is None:
        return Answers(values=values, paused_until=paused)
    if "paused_until" not in standing.columns or (standing.claimed and paused is None):
        paused = before.paused_until
    changes: dict[str, Any] = {
        field.name: _either(
            field.name, getattr(values, field.name), getattr(before.values, field.name), standing
        )
        for field in dataclasses.fields(values)
    }
    return Answers(values=dataclasses.replace(values, **changes), paused_until=paused)


def _either(name: str, new: Any, old: Any, standing: Standing) -> Any:
    if name not in standing.columns:
        return old
    if (standing.claimed and new in _NOTHING) or (standing.private and name in SECRET):
        return old
    if name in _KEPT_APART and standing.claimed:
        known = {each for each, person in standing.of_address.items() if str(person) in old}
        return tuple(dict.fromkeys((*(each for each in new if each not in known), *old)))
    if name in CHOSEN.values():
        elsewhere = tuple(key for key in old if uuid.UUID(key) in standing.chosen_elsewhere)
        return (*new, *elsewhere)[: vocabulary.AT_MOST[name]]
    return new


def with_kept_addresses(values: Values) -> Values:
    """Return the values with the people they name spelled as accounts spell them."""
    if isinstance(values, Img):
        return dataclasses.replace(
            values,
            requests=tuple(map(kept_address, values.requests)),
            avoid=tuple(map(kept_address, values.avoid)),
        )
    return dataclasses.replace(
        values,
        welcomes=tuple(map(kept_address, values.welcomes)),
        exclude=tuple(map(kept_address, values.exclude)),
    )
