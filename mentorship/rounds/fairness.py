"""How a run served groups of IMGs, and how it spread the load over mentors.

Groups of fewer than five people are never told by themselves: they are put together, and if even
that leaves a group one could work out from the sums, the next smallest group joins it. What is
kept with the run holds nothing else, and is cut once more where it is shown (``small_cells``): of
no group it is told that one to four people have a mentor, or have none. Visa and gender are told
otherwise, see ``private_tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.consents.service import STATISTICS, agrees_to
from mentorship.extensions import Model
from mentorship.matching import Img, Problem, Result
from mentorship.matching.fairness import Group, by_group, load, to_show
from mentorship.profiles.models import Profile
from mentorship.rounds.mentor_load import load_tables
from mentorship.rounds.models import Pair, Participant, Round, Unmatched
from mentorship.vocabulary import LISTS, REGION_OF, REGIONS, Term

# kind of group -> its heading, its words, and what an IMG says of it
GROUPS: Mapping[str, tuple[str, Mapping[str, Term], Callable[[Img], str | None]]] = (
    MappingProxyType(
        {
            "stage": ("Stage of the journey", LISTS["stage"], lambda img: img.stage),
            "region": (
                "Region of medical school",
                REGIONS,
                lambda img: REGION_OF.get(img.school_country or ""),
            ),
            "wanted": ("Mentors wanted", MappingProxyType({}), lambda img: str(img.mentors_wanted)),
        }
    )
)
RETURNING, NEWCOMER = Term("returning", "Took part before"), Term("newcomer", "First round")
HISTORY = MappingProxyType({term.id: term for term in (RETURNING, NEWCOMER)})
# what is told of a run: country is of runs that were made before regions were told
TOLD: Mapping[str, tuple[str, Mapping[str, Term]]] = MappingProxyType(
    {
        **{key: (title, words) for key, (title, words, _) in GROUPS.items()},
        "history": ("Newcomers and who took part before", HISTORY),
        "country": ("Country of medical school", LISTS["country"]),
        "visa": ("Visa situation", LISTS["visa"]),
        "gender": ("Gender, where given", LISTS["gender"]),
    }
)


def fairness_tables(problem: Problem, result: Result, counted: Collection[str]) -> dict[str, Any]:
    """Return what may be told of every kind of group, and how many mentors have how many IMGs.

    Only those whose keys are ``counted`` are in groups: they agreed to statistics.
    """
    groups = {
        key: [list(row) for row in _told(by_group(problem, result, of, counted))]
        for key, (_, _, of) in GROUPS.items()
    }
    return {
        "groups": groups,
        "load": [list(each) for each in load(problem, result).items()],
        "mentors": load_tables(problem, result, counted),
    }


def add_history(
    tables: dict[str, Any],
    rows: Iterable[Model],
    returning: Collection[UUID],
    counted: Collection[str],
) -> None:
    """Add to the tables of a run how newcomers fared against IMGs who took part before."""
    scores: dict[UUID, list[int]] = {}
    for row in rows:
        if isinstance(row, Pair):
            scores.setdefault(row.img_id, []).append(row.open_score)
        elif isinstance(row, Unmatched):
            scores.setdefault(row.img_id, [])
    of_kind: dict[str | None, list[list[int]]] = {}
    for img_id, own in scores.items():
        if str(img_id) not in counted:
            continue
        kind = RETURNING if img_id in returning else NEWCOMER
        of_kind.setdefault(kind.id, []).append(own)
    groups = {kind: _group(people) for kind, people in of_kind.items()}
    tables["groups"]["history"] = [list(row) for row in _told(groups)]


def _group(people: Sequence[Sequence[int]]) -> Group:
    """Return IMGs, each given by the scores of their pairs, as one group."""
    scores = [score for own in people for score in own]
    return Group(
        imgs=len(people),
        matched=sum(1 for own in people if own),
        mean=round(sum(scores) / len(scores)) if scores else None,
        lowest=min(scores, default=None),
    )


def agreed_to_be_counted(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Return those keys of profiles whose people agree to statistics now."""
    agreed = sa.select(Profile.id).where(
        Profile.id.in_([UUID(key) for key in keys]), agrees_to(STATISTICS, Profile.person_id)
    )
    return frozenset(str(key) for key in session.scalars(agreed))


def returning(session: Session, round_id: UUID) -> Collection[UUID]:
    """Return the profiles that took part in an earlier published round of the same section."""
    own, earlier = aliased(Round), aliased(Round)
    found = session.scalars(
        sa.select(Participant.profile_id)
        .join(earlier, earlier.id == Participant.round_id)
        .join(own, own.section_id == earlier.section_id)
        .where(
            own.id == round_id,
            earlier.id != own.id,
            earlier.created_at <= own.created_at,
            earlier.went_out,
            Participant.left_out_at.is_(None),
        )
    )
    return set(found)


def _told(groups: Mapping[str | None, Group]) -> list[tuple[str, int, int, int | None]]:
    """Return (group, IMGs, matched, mean score); small ones together, so that none is told."""
    return [(key, each.imgs, each.matched, each.mean) for key, each in to_show(groups).items()]
