"""One attempt to work out all the rows of an import: accounts, members, consents, profiles."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.matching.people import CHOSEN
from mentorship.profiles import service as profiles
from mentorship.profiles.service import Answers, Change, Draft, Joining, Values
from mentorship.rosters import enrolment
from mentorship.rosters.consenting import consents_for
from mentorship.rosters.enrolment import Accounts, Entry, Members, portions
from mentorship.rosters.merging import SECRET, Standing, merged, with_kept_addresses
from mentorship.rosters.plans import Basis, ImportReport, Plan
from mentorship.rosters.problems import Problem
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


def active_emails(session: Session, section: Section, role: SectionRole) -> frozenset[str]:
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
class Work:
    """One attempt to work out all the rows; ``refused`` are those that cannot be written."""

    session: Session
    section: Section
    now: dt.datetime
    columns: Mapping[SectionRole, frozenset[str]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: set[Entry] = field(default_factory=set)

    def plan(self, everybody: Sequence[Entry], basis: Basis) -> Plan:
        people = enrolment.accounts_for(self.session, everybody, now=self.now)
        known = [(entry, people.of_address[entry.email].id) for entry in everybody]
        claimed = {each.id for each in people.of_address.values() if each.claimed}
        members = enrolment.members_for(
            self.session, self.section, known, claimed=claimed, now=self.now
        )
        out = {*members.stayed_out, *members.invited}
        self.notes += people.notes
        told = "left the section by their own wish"
        self.notes += [entry.says(None, told) for entry in members.stayed_out]
        inside = [(entry, person_id) for entry, person_id in known if entry not in out]
        consents, given, more = consents_for(self.session, inside, claimed=claimed, now=self.now)
        self.notes += more
        for person_id in members.invited.values():
            people.renamed.pop(person_id, None)
        renamed = {entry for entry, person_id in inside if person_id in people.renamed}
        touched = members.came | given | renamed
        drafts = [  # which comes first makes no difference
            self._profiles(inside, people, members, Img),
            self._profiles(inside, people, members, Mentor),
        ]
        outcomes = self._outcomes(inside, drafts[0], Img)
        outcomes |= self._outcomes(inside, drafts[1], Mentor)
        counts = dict.fromkeys(Change, 0) | {Change.UNCHANGED: len(members.stayed_out)}
        counts[Change.CREATED] = len(members.invited)  # nobody reads here who has an account
        changed: set[uuid.UUID] = set()
        followed = {key for draft in drafts for key in draft.zones}
        newcomers = {row["id"] for row in people.made}
        for entry, change in outcomes.items():
            person_id = people.of_address[entry.email].id
            moved = change is Change.UNCHANGED and (entry in touched or person_id in followed)
            counts[Change.UPDATED if moved else change] += 1
            if person_id not in newcomers and (moved or change is not Change.UNCHANGED):
                changed.add(person_id)
        made_here = {each.id for each in people.of_address.values()} - {*members.invited.values()}
        report = ImportReport(
            created=counts[Change.CREATED],
            updated=counts[Change.UPDATED],
            unchanged=counts[Change.UNCHANGED],
            unclaimed=tuple(sorted(made_here - claimed)),
        )
        return Plan(
            report=report,
            basis=basis,
            people=people,
            members=members,
            consents=consents,
            drafts=drafts,
            changed=frozenset(changed),
            now=self.now,
        )

    def _profiles(
        self,
        inside: Iterable[tuple[Entry, uuid.UUID]],
        people: Accounts,
        members: Members,
        kind: type[Values],
    ) -> Draft:
        """Work out the profiles of one kind."""
        of_kind = [
            (entry, person_id, with_kept_addresses(entry.row.profile))
            for entry, person_id in inside
            if isinstance(entry.row.profile, kind)
        ]
        before = profiles.read_many(self.session, [person_id for _, person_id, _ in of_kind], kind)
        others, _ = _OTHERS[kind]
        coming = members.coming(others)
        here = active_emails(self.session, self.section, others) | {
            email for email, person in people.of_address.items() if person.id in coming
        }
        invited = {entry.email for entry in members.invited if entry.role is others}
        chosen = {uuid.UUID(key) for said in before.values() for key in _chosen(said.values)}
        elsewhere = self._elsewhere(chosen, others)
        answers: dict[uuid.UUID, Answers[Values]] = {}
        keep_theirs: list[str] = []  # a file's name for each of its people who do
        for entry, person_id, values in of_kind:
            claimed = people.of_address[entry.email].claimed
            private = claimed or person_id in members.elsewhere
            standing = Standing(self.columns[entry.role], claimed, private, elsewhere)
            known = self._with_known_choices(entry, values, here, invited)
            answers[person_id] = merged(entry, known, before.get(person_id), standing)
            if private and person_id in before and standing.columns & SECRET:
                keep_theirs.append(entry.file)
        for file, people_of_file in Counter(keep_theirs).items():
            told = "visa and gender are not taken for people who keep their own profile"
            self.notes.append(f"{file}: {told}: {people_of_file}")
        joining = Joining(
            section_id=self.section.id,
            of_address={email: person.id for email, person in people.of_address.items()},
            imgs=members.coming(SectionRole.IMG),
            mentors=members.coming(SectionRole.MENTOR),
        )
        return profiles.draft_many(self.session, answers, now=self.now, joining=joining)

    def _with_known_choices(
        self, entry: Entry, values: Values, here: frozenset[str], invited: Collection[str]
    ) -> Values:
        """Leave out who is no member; it is a fault, but not of somebody of the other file."""
        column, (_, wrong) = CHOSEN[type(values)], _OTHERS[type(values)]
        for email in _chosen(values):
            if email not in here and email not in invited:
                told = (email, wrong, "correct it or take it out")
                self.problems.append(Problem(entry.file, entry.row.line, column, *told))
        known: dict[str, Any] = {column: tuple(e for e in _chosen(values) if e in here)}
        return dataclasses.replace(values, **known)

    def _outcomes(
        self, inside: Iterable[tuple[Entry, uuid.UUID]], draft: Draft, kind: type[Img | Mentor]
    ) -> dict[Entry, Change]:
        outcomes: dict[Entry, Change] = {}
        for entry, person_id in inside:
            if not isinstance(entry.row.profile, kind):
                continue
            outcome = draft.outcomes[person_id]
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
