"""From roster files to people, members, profiles and consents: all of it, or nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.matching.people import CHOSEN
from mentorship.profiles import service as profiles
from mentorship.profiles.service import Answers, Change, ProfileRefused, Values
from mentorship.rosters import enrolment
from mentorship.rosters.enrolment import Entry, portions
from mentorship.rosters.merging import Standing, merged, with_kept_addresses
from mentorship.rosters.names import check_names
from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. The numbers count rows.

    ``refused`` means that nothing was written, because of the problems. ``unclaimed`` are the
    people of the files who have not claimed their account yet.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unclaimed: tuple[uuid.UUID, ...] = ()


def import_roster(  # noqa: PLR0913  two files, where to, when and how
    session: Session,
    *,
    section: Section,
    imgs: Roster[ImgRow],
    mentors: Roster[MentorRow],
    now: dt.datetime,
    skip_bad: bool = False,
) -> ImportReport:
    """Bring both rosters into a section.

    With a problem anywhere nothing is written, unless ``skip_bad`` takes the rows without one
    (which it never does when a whole file is at fault). The same files a second time change
    nothing. A column that a file does not have changes nothing; an empty cell takes an answer
    away, but not from people who have claimed their account. Names of those are theirs, as is a
    consent they withdrew or a section they left.
    """
    there = {role: _emails(session, section, role) for role in SectionRole}
    imgs, mentors = check_names(
        imgs,
        mentors,
        more_imgs=there[SectionRole.IMG],
        more_mentors=there[SectionRole.MENTOR],
    )
    listed = [enrolment.entries(roster) for roster in (imgs, mentors)]
    problems = [*imgs.problems, *mentors.problems, *(p for _, bad in listed for p in bad)]
    notes = [*imgs.notes, *mentors.notes]
    if problems and not (skip_bad and imgs.usable and mentors.usable):
        return ImportReport(refused=True, problems=tuple(problems), notes=tuple(notes))
    columns = {
        SectionRole.IMG: frozenset(imgs.columns),
        SectionRole.MENTOR: frozenset(mentors.columns),
    }
    left = [entry for good, _ in listed for entry in good]
    while True:
        work = _Work(session, section, now, columns)
        with session.begin_nested() as savepoint:
            report = work.run(left)
            keep = not work.problems or (skip_bad and not work.refused)
            if not keep:
                savepoint.rollback()
        problems += work.problems
        if keep or not skip_bad:
            break
        left = [entry for entry in left if entry not in work.refused]
    if not keep:
        return ImportReport(refused=True, problems=_unique(problems), notes=tuple(notes))
    return dataclasses.replace(report, problems=_unique(problems), notes=(*notes, *work.notes))


def _unique(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Leave out what a second attempt found again."""
    return tuple(dict.fromkeys(problems))


def _emails(session: Session, section: Section, role: SectionRole) -> frozenset[str]:
    members = (
        sa.select(User.email)
        .join(Membership, Membership.person_id == User.id)
        .where(
            Membership.section_id == section.id,
            Membership.role == role,
            Membership.state == MembershipState.ACTIVE,
        )
    )
    return frozenset(session.scalars(members))


# whose people a profile chooses from, and what somebody who is none of them is told
_OTHERS: Mapping[type[Img | Mentor], tuple[SectionRole, str]] = MappingProxyType(
    {
        Img: (SectionRole.MENTOR, "is no mentor of the section"),
        Mentor: (SectionRole.IMG, "is no IMG of the section"),
    }
)


def _chosen(values: Img | Mentor) -> tuple[str, ...]:
    chosen: tuple[str, ...] = getattr(values, CHOSEN[type(values)])
    return chosen


@dataclass(slots=True)
class _Work:
    """One attempt to write all the rows; ``refused`` are those that cannot be."""

    session: Session
    section: Section
    now: dt.datetime
    columns: Mapping[SectionRole, frozenset[str]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: set[Entry] = field(default_factory=set)

    def run(self, everybody: Sequence[Entry]) -> ImportReport:
        people, renamed, notes = enrolment.enrol_people(self.session, everybody, now=self.now)
        known = [(entry, people[entry.email].id) for entry in everybody]
        came, out = enrolment.enrol_members(self.session, self.section, known, now=self.now)
        given, more = enrolment.enrol_consents(self.session, known, now=self.now)
        self.notes += [*notes, *more]
        self.notes += [entry.says(None, "left the section by their own wish") for entry in out]
        inside = [entry for entry in everybody if entry not in set(out)]
        touched = came | given | {entry for entry in inside if entry.email in renamed}
        outcomes = self._profiles(inside, people, Img) | self._profiles(inside, people, Mentor)
        counts = dict.fromkeys(Change, 0) | {Change.UNCHANGED: len(out)}
        for entry, change in outcomes.items():
            moved = change is Change.UNCHANGED and entry in touched
            counts[Change.UPDATED if moved else change] += 1
        return ImportReport(
            created=counts[Change.CREATED],
            updated=counts[Change.UPDATED],
            unchanged=counts[Change.UNCHANGED],
            unclaimed=tuple(p.id for p in people.values() if p.confirmed_at is None),
        )

    def _profiles(
        self, inside: Iterable[Entry], people: Mapping[str, User], kind: type[Values]
    ) -> dict[Entry, Change]:
        """Write the profiles of one kind; IMGs first or mentors first makes no difference."""
        of_kind = [
            (entry, with_kept_addresses(entry.row.profile))
            for entry in inside
            if isinstance(entry.row.profile, kind)
        ]
        ids = [people[entry.email].id for entry, _ in of_kind]
        before = profiles.read_many(self.session, ids, kind)
        others, _ = _OTHERS[kind]
        here = _emails(self.session, self.section, others)
        chosen = {uuid.UUID(key) for said in before.values() for key in _chosen(said.values)}
        elsewhere = self._elsewhere(chosen, others)
        answers: dict[uuid.UUID, Answers[Values]] = {}
        for entry, values in of_kind:
            person = people[entry.email]
            standing = Standing(
                self.columns[entry.role], person.confirmed_at is not None, elsewhere
            )
            known = self._with_known_choices(entry, values, here)
            answers[person.id] = merged(entry, known, before.get(person.id), standing)
        written = profiles.write_many(self.session, answers, now=self.now)
        return self._outcomes({entry: written[people[entry.email].id] for entry, _ in of_kind})

    def _with_known_choices(self, entry: Entry, values: Values, here: frozenset[str]) -> Values:
        column, (_, wrong) = CHOSEN[type(values)], _OTHERS[type(values)]
        for email in _chosen(values):
            if email not in here:
                told = (email, wrong, "correct it or take it out")
                self.problems.append(Problem(entry.file, entry.row.line, column, *told))
        known: dict[str, Any] = {column: tuple(e for e in _chosen(values) if e in here)}
        return dataclasses.replace(values, **known)

    def _outcomes(self, written: Mapping[Entry, Change | ProfileRefused]) -> dict[Entry, Change]:
        outcomes: dict[Entry, Change] = {}
        for entry, outcome in written.items():
            if isinstance(outcome, Change):
                outcomes[entry] = outcome
                continue
            told = (outcome.field, outcome.value, outcome.what, outcome.right)
            self.problems.append(Problem(entry.file, entry.row.line, *told))
            self.refused.add(entry)
        return outcomes

    def _elsewhere(self, chosen: Iterable[uuid.UUID], role: SectionRole) -> frozenset[uuid.UUID]:
        """Return those chosen until now who have the role in another section."""
        found: set[uuid.UUID] = set()
        for portion in portions(chosen):
            rows = sa.select(Membership.person_id).where(
                Membership.person_id.in_(portion),
                Membership.section_id != self.section.id,
                Membership.role == role,
                Membership.state == MembershipState.ACTIVE,
            )
            found |= set(self.session.scalars(rows))
        return frozenset(found)
