"""From roster files to people, members, profiles and consents: all of it, or nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from mentorship.profiles.service import address, named
from mentorship.rosters import enrolment
from mentorship.rosters.enrolment import Entry, kept_address
from mentorship.rosters.names import check_names
from mentorship.rosters.plans import ImportReport, Plan, basis_of, write_plan
from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.rosters.working_out import Work, active_emails
from mentorship.sections.models import Section, SectionRole


def import_roster(  # noqa: PLR0913  two files, where to, when and how
    session: Session,
    *,
    section: Section,
    imgs: Roster[ImgRow],
    mentors: Roster[MentorRow],
    now: dt.datetime,
    skip_bad: bool = False,
) -> ImportReport:
    """Work an import out and write it, in the one transaction of the caller."""
    while True:
        plan = plan_import(
            session, section=section, imgs=imgs, mentors=mentors, now=now, skip_bad=skip_bad
        )
        if isinstance(plan, ImportReport):
            return plan
        if write_plan(session, plan):  # else somebody came between two of the statements above
            return plan.report


def plan_import(  # noqa: PLR0913  two files, where to, when and how
    session: Session,
    *,
    section: Section,
    imgs: Roster[ImgRow],
    mentors: Roster[MentorRow],
    now: dt.datetime,
    skip_bad: bool = False,
) -> Plan | ImportReport:
    """Work out how both rosters come into a section, or say what stands in the way.

    With a problem anywhere nothing is to be written, unless ``skip_bad`` takes the rows without one
    (which it never does when a whole file is at fault). The same files a second time change
    nothing. A column that a file does not have changes nothing; an empty cell takes an answer
    away, but not from people who have claimed their account. Names of those are theirs, as is a
    consent they withdrew or a section they left.
    """
    there = {role: active_emails(session, section, role) for role in SectionRole}
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
    basis = basis_of(session, section.id, _addresses(left))
    while True:
        work = Work(session, section, now, columns)
        plan = work.plan(left, basis)
        problems += work.problems
        if not work.problems or (skip_bad and not work.refused):
            break
        if not skip_bad:
            return ImportReport(refused=True, problems=_unique(problems), notes=tuple(notes))
        left = [entry for entry in left if entry not in work.refused]
    report = dataclasses.replace(
        plan.report, problems=_unique(problems), notes=(*notes, *work.notes)
    )
    return dataclasses.replace(plan, report=report)


def _addresses(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the addresses of all people whom the rows are of, or name."""
    said: set[str] = set()
    for entry in entries:
        keys = (kept_address(key) for keys in named(entry.row.profile) for key in keys)
        said |= {entry.email, *map(address, keys)}
    return frozenset(said)


def _unique(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Leave out what a second attempt found again."""
    return tuple(dict.fromkeys(problems))
