"""What would make a run better: worked out when it is made, read by its leader."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.extensions import Model
from mentorship.matching import (
    GROUPS,
    Change,
    Explanation,
    Problem,
    Progress,
    Relief,
    Result,
    UnusedSeats,
    one_more_mentor,
    said,
    smallest_changes,
    solve,
)
from mentorship.matching.explaining.spoken import why_unused
from mentorship.matching.scores.why import in_words
from mentorship.profiles.models import ProfileKind
from mentorship.rounds.candidates import Obstacle, candidates
from mentorship.rounds.insight_models import FreeSeat, MentorGain, SmallestChange
from mentorship.rounds.models import Round, RoundState

MOST_SHOWN = 5  # of each kind of mentor
MOST_NAMED = 3  # IMGs in one sentence
MOST_HELPERS = 3  # mentors in the summary
GONE = "somebody who has left"
BESIDES = MappingProxyType(
    {"left_out": "Left out of this round", "new": "Ready, and not in this round yet"}
)
AWAY = (Obstacle.PAUSED, Obstacle.NO_SEATS, Obstacle.SEATS_TAKEN)
# kind of group -> its list of words, and how it is headed
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "specialty": ("specialty", "By specialty"),
        "topic": ("topic", "By topic offered"),
        "state": ("state", "By state"),
    }
)
# of mentors; who lived through which visa path is told otherwise, see ``private_tables``
OPEN_GROUPS = MappingProxyType({kind: GROUPS[kind] for kind in KINDS})


def insights(  # noqa: PLR0913, PLR0917  a run, as it was matched and as it is told
    run_id: uuid.UUID,
    problem: Problem,
    told: Problem,
    result: Result,
    explanation: Explanation,
    progress: Progress | None = None,
) -> Iterator[Model]:
    """Yield the rows that tell what would help; the round is solved again for it many times.

    What one more mentor adds is worked out in the round as it is ``told``, without private answers.
    """
    for img, relief in smallest_changes(problem, result, progress).items():
        detail = {k: v for k, v in dataclasses.asdict(relief).items() if k != "img"}
        yield SmallestChange(run_id=run_id, img_id=uuid.UUID(str(img)), detail=detail)
    for free in explanation.unused:
        values = {k: v for k, v in dataclasses.asdict(free).items() if k != "mentor"}
        yield FreeSeat(run_id=run_id, mentor_id=uuid.UUID(str(free.mentor)), **values)
    plain = solve(told, result.policy, result.lottery, progress)
    for kind, groups in one_more_mentor(told, plain, progress, kinds=OPEN_GROUPS).items():
        for word, gain in groups.items():
            yield MentorGain(run_id=run_id, kind=kind, word=word, **dataclasses.asdict(gain))


def people_named(details: Iterable[Mapping[str, Any] | None]) -> set[str]:
    """Return the profiles that changes name, to look their names up."""
    changes = [detail["change"] for detail in details if detail and detail["change"]]
    named = {each for change in changes for each in (*change["lost"], *change["instead"])}
    return named | {change["mentor"] for change in changes if change["mentor"]}


def what_helps(detail: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    """Say what would give an IMG a mentor; nothing where it was not kept."""
    if detail is None:
        return ""
    kept = detail["change"]
    change = None if kept is None else Change(**kept)
    if change is not None and change.kind == "seat" and not (change.lost or detail["untried"]):
        return _one_seat(change, names)
    relief = Relief(img="", change=change, untried=tuple(detail["untried"]))
    return said(relief, lambda key: names.get(str(key), GONE), points=_of_100)


def _one_seat(change: Change, names: Mapping[str, str]) -> str:
    """Say the change that is needed most often in two short sentences."""
    seat = "A free seat" if change.free else "One more seat"
    with_whom = f"{seat} with {names.get(str(change.mentor), GONE)}"
    if not change.instead:
        return f"{with_whom} is enough. Nobody loses theirs."
    named = [names.get(str(key), GONE) for key in change.instead]
    first = in_words(named) if len(named) <= MOST_NAMED else f"{len(named)} other IMGs"
    return f"{with_whom} helps {first} first. To give it to this IMG, pair the two by hand."


@dataclass(frozen=True, slots=True)
class MoreSeats:
    """The mentors with whom one more seat would help most IMGs, and how many: (name, IMGs)."""

    mentors: Sequence[tuple[str, int]] = ()
    planned: bool = False  # a run is on its way out, and comes before another


def best_helpers(session: Session, run_id: uuid.UUID) -> Mapping[str, int]:
    """Return the mentors with whom one more seat would help most IMGs, and how many, best first."""
    details = session.scalars(
        sa.select(SmallestChange.detail).where(SmallestChange.run_id == run_id)
    )
    changes = [detail["change"] for detail in details if detail["change"]]
    helped = Counter(
        change["mentor"] for change in changes if change["kind"] == "seat" and not change["free"]
    )
    return dict(helped.most_common(MOST_HELPERS))


def why_free(possible: int, kept: FreeSeat | None) -> str:
    """Say why seats of a mentor are free; older runs know only how many IMGs could have come."""
    if kept is None:
        return f"{possible or 'No'} other IMGs could be paired with this mentor."
    told = why_unused(
        UnusedSeats(
            mentor=str(kept.mentor_id),
            seats=kept.seats,
            possible=kept.possible,
            better=kept.better,
            waiting=kept.waiting,
            ruled_out=kept.ruled_out,
        )
    )
    return f"{told[0].upper()}{told[1:]}."


@dataclass(frozen=True, slots=True)
class GainLine:
    """One more mentor of a group: its name, its mentors now, more people and points."""

    name: str
    mentors: int
    people: int | None
    points: int


@dataclass(frozen=True, slots=True)
class GainTable:
    """The groups of a kind that would help most."""

    title: str
    lines: Sequence[GainLine]
    solved: bool


def gain_tables(session: Session, run_id: uuid.UUID) -> Sequence[GainTable] | None:
    """Return where one more mentor would help, most helpful first; None if nothing was kept."""
    rows = session.scalars(sa.select(MentorGain).where(MentorGain.run_id == run_id)).all()
    if not rows:
        return None
    found = []
    for kind, (words, title) in KINDS.items():
        best = sorted(
            (row for row in rows if row.kind == kind and ((row.people or 0), row.points) > (0, 0)),
            key=lambda row: (-(row.people or 0), -row.points, row.word),
        )
        lines = [
            GainLine(vocabulary.name(words, row.word), row.mentors, row.people, row.points)
            for row in best[:MOST_SHOWN]
        ]
        if lines:
            found.append(GainTable(title, lines, all(row.solved for row in best)))
    return found


def away(session: Session, round_: Round, *, now: dt.datetime) -> Mapping[str, Sequence[str]]:
    """Return the names of mentors who could be asked but take no part now, by what stands against.

    That is an ``Obstacle``, or one of ``BESIDES``.

    Only while a round is in review: later it would tell of another day.
    """
    if round_.state is not RoundState.REVIEW:
        return {}
    found: dict[str, list[str]] = {}
    for each in candidates(session, round_, now=now, kind=ProfileKind.MENTOR):
        if each.obstacle is None and not each.takes_part:
            found.setdefault("left_out" if each.left_out else "new", []).append(each.name)
        elif each.obstacle in AWAY and not each.left_out:
            found.setdefault(each.obstacle, []).append(each.name)
    return found


def _of_100(score: int) -> str:
    return f"{score // 100} of 100"
