"""What a leader reads of the people of a round: who takes part, who could, and who cannot."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.profiles.models import Choice, ProfileKind
from mentorship.rounds.bulk import tags_of
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.enrolment import ready_to_join
from mentorship.rounds.models import Round
from mentorship.rounds.paging import Listing, Wanted, cut
from mentorship.rounds.priority import priority_of
from mentorship.rounds.request_pages import waiting_by_person
from mentorship.rounds.rest import as_free
from mentorship.rounds.traits import waited
from mentorship.sections.table_models import MemberTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What a leader looks for among the people of a round; "" asks for nothing."""

    show: str = ""
    q: str = ""
    stage: str = ""
    specialty: str = ""
    state: str = ""  # where they live, or hope to train or work
    tag: str = ""
    account: str = ""  # "own": claimed; "waits": the account waits to be claimed
    page: int = 1

    def asked(self) -> dict[str, Any]:
        """Return what is asked for, as an address or a saved view says it."""
        return {name: value for name, value in asdict(self).items() if value and name != "page"}

    @property
    def narrowed(self) -> bool:
        return bool(self.asked().keys() - {"show"})


@dataclass(frozen=True, slots=True)
class People:
    """The people of a round. ``counts`` are of all, whatever part of them is looked at."""

    listing: Listing[Candidate]
    counts: Mapping[str, int]
    to_add: int  # whom adding all would enrol: of those who could be added, whom the set-up lets in
    in_short: Mapping[uuid.UUID, str]  # profile -> stage and specialties, of those listed
    priority: Mapping[uuid.UUID, str]  # profile -> why they deserve a mentor first, if they do
    waited: Collection[uuid.UUID]  # whom the last round left without a mentor; they come first
    tags: Mapping[uuid.UUID, Sequence[str]]  # person -> tags, of those listed
    requests: Mapping[uuid.UUID, int]  # profile -> how many wait with them, of all on every page

    @property
    def waiting(self) -> int:
        """Return how many requests wait with those who are shown, all of one kind."""
        return sum(self.requests.values())


PARTS: Mapping[str, Callable[[Candidate], bool]] = MappingProxyType(
    {
        "imgs": lambda each: each.takes_part and each.kind is ProfileKind.IMG,
        "mentors": lambda each: each.takes_part and each.kind is ProfileKind.MENTOR,
        "new": lambda each: each.is_newcomer,
        "blocked": lambda each: each.is_blocked,
        "out": lambda each: each.left_out,
    }
)


def people_of(session: Session, round_: Round, looking: Looking, *, now: dt.datetime) -> People:
    """Return the people of a round who fit what the leader looks for."""
    everybody = _everybody(session, round_, now)
    shown = _fitting(session, round_, looking, everybody)
    without = set(session.scalars(waited(round_)))
    shown.sort(key=lambda each: each.profile_id not in without)
    counts = {part: sum(map(test, everybody)) for part, test in PARTS.items()}
    listing = cut(shown, Wanted(page=looking.page))
    if round_.state in OUT and looking.show == "mentors":  # the others have no column of seats
        listing = replace(listing, rows=_with_free_seats(session, round_, listing.rows))
    listed = [each.profile_id for each in listing.rows]
    ids = [each.person_id for each in listing.rows]
    waiting, found = waiting_by_person(session, round_), {each.profile_id for each in shown}
    return People(
        listing,
        counts,
        len(ready_to_join(session, round_, everybody)),
        _in_short(session, listed),
        priority_of(session, listed),
        without,
        tags_of(session, round_.section_id, ids),
        {each: count for each, count in waiting.items() if each in found},
    )


def found_people(
    session: Session, round_: Round, looking: Looking, *, now: dt.datetime
) -> Sequence[Candidate]:
    """Return everybody who fits, over all pages."""
    return _fitting(session, round_, looking, _everybody(session, round_, now))


def _everybody(session: Session, round_: Round, now: dt.datetime) -> Sequence[Candidate]:
    """Return who could take part and who does; of a round that is over, who was in it.

    What has become of them since does not count then, as in the list of rounds.
    """
    found = candidates(session, round_, now=now)
    if round_.state not in OVER:
        return found
    return [replace(each, obstacle=None) for each in found if each.joined]


def _with_free_seats(
    session: Session, round_: Round, mentors: Sequence[Candidate]
) -> Sequence[Candidate]:
    """Return them with the seats that a run of the rest could use: offers may hold some."""
    free = as_free(session, round_, mentors)
    return [replace(each, seats=one.seats) for each, one in zip(mentors, free, strict=True)]


def _fitting(
    session: Session, round_: Round, looking: Looking, everybody: Sequence[Candidate]
) -> list[Candidate]:
    belongs = PARTS.get(looking.show, PARTS["imgs"])
    words = looking.q.casefold()
    found = [each for each in everybody if belongs(each) and words in each.name.casefold()]
    for fields, term in (
        (("stage", "stages"), looking.stage),
        (("specialties",), looking.specialty),
        (("state", "states"), looking.state),
    ):
        if term:
            said = sa.select(Choice.profile_id).where(Choice.field.in_(fields), Choice.term == term)
            profiles = set(session.scalars(said))
            found = [each for each in found if each.profile_id in profiles]
    if looking.account:
        found = [each for each in found if each.claimed is (looking.account == "own")]
    if looking.tag:
        tagged = sa.select(MemberTag.person_id).where(
            MemberTag.section_id == round_.section_id, MemberTag.words == looking.tag
        )
        people = set(session.scalars(tagged))
        found = [each for each in found if each.person_id in people]
    return found


def _in_short(session: Session, profile_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    rows = session.execute(
        sa.select(Choice.profile_id, Choice.list, Choice.term)
        .where(Choice.profile_id.in_(profile_ids), Choice.field.in_(("stage", "specialties")))
        .order_by(Choice.field.desc(), Choice.rank)
    )
    words: dict[uuid.UUID, list[str]] = {}
    for profile_id, list_name, term in rows:
        words.setdefault(profile_id, []).append(vocabulary.name(list_name, term))
    return {profile_id: ", ".join(said) for profile_id, said in words.items()}
