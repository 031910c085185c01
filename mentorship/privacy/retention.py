"""What goes by itself with time: one table of rules, run daily by the workers.

A rule counts what is past its time and removes it; the count is the same question as the removal,
so that a dry run tells exactly what a run would do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.emails import VALID_FOR
from mentorship.accounts.models import EmailChange
from mentorship.extensions import Model, each_on_its_own, transaction
from mentorship.notices.models import Message
from mentorship.privacy import past
from mentorship.privacy.copying import LIVES
from mentorship.privacy.emptying import empty_profiles
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Profile
from mentorship.rosters import uploads
from mentorship.rosters.import_models import RosterImport
from mentorship.rounds.models import Pair, Run
from mentorship.search.models import SearchMiss
from mentorship.signins.models import UserSession
from mentorship.signins.service import KEPT
from mentorship.throttle.models import Throttle
from mentorship.toolkit.path_models import Situation

DAY = dt.timedelta(days=1)

Which = Callable[[dt.datetime], sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``past`` selects the keys of what is older than a moment; ``remove`` takes them away."""

    key: str
    title: str
    limit: dt.timedelta
    why: str
    past: Which
    remove: Callable[[Session, dt.datetime, dt.datetime], object]

    @property
    def lasts(self) -> str:
        """Return the limit in words: "1 day", "90 days", "6 years"."""
        days, years = self.limit.days, round(self.limit.days / 365.25)
        return f"{years} years" if years > 1 else "1 day" if days == 1 else f"{days} days"

    def count(self, session: Session, now: dt.datetime) -> int:
        past = self.past(now - self.limit).order_by(None).subquery()
        return session.scalars(sa.select(sa.func.count()).select_from(past)).one()


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    past: int


def _empty_profiles(session: Session, moment: dt.datetime, now: dt.datetime) -> None:
    empty_profiles(session, session.scalars(past.unmatched_profiles(moment)).all(), now=now)


def _forget_visas(session: Session, moment: dt.datetime, _now: dt.datetime) -> None:
    session.execute(
        sa.update(Profile)
        .where(Profile.id.in_(past.visas(moment)))
        .values(visa_sealed=None, visas_sealed=None)
        .execution_options(synchronize_session=False)
    )


def _forget_records(session: Session, moment: dt.datetime, now: dt.datetime) -> None:
    """Forget what runs were made of, and the parts of their scores, which tell of visas."""
    runs = session.scalars(past.records(moment)).all()
    for pair in session.scalars(sa.select(Pair).where(Pair.run_id.in_(runs))):
        pair.parts = []
    for run in session.scalars(sa.select(Run).where(Run.id.in_(runs))):
        run.inputs, run.inputs_deleted_at = None, now
    session.flush()


def _delete(model: type[Model], which: Which) -> Callable[..., None]:
    (key,) = model.__table__.primary_key

    def remove(session: Session, moment: dt.datetime, _now: dt.datetime) -> None:
        gone = sa.delete(model).where(key.in_(which(moment)))
        session.execute(gone.execution_options(synchronize_session=False))

    return remove


RULES: tuple[Rule, ...] = (
    Rule(
        "profiles",
        "Profiles without a match that nobody has changed",
        730 * DAY,
        "Answers of two years ago match nobody well. The account stays.",
        past.unmatched_profiles,
        _empty_profiles,
    ),
    Rule(
        "visas",
        "Visa answers, after somebody's last round and the last change of their profile",
        90 * DAY,
        "They were asked for a round; after it only the pair needs them.",
        past.visas,
        _forget_visas,
    ),
    Rule(
        "records",
        "What runs were made of, after their round is over",
        90 * DAY,
        "Pairs, scores and proofs stay; the answers behind them, visas among them, go.",
        past.records,
        _forget_records,
    ),
    Rule(
        "mails",
        "Mails, sent or given up",
        30 * DAY,
        "A sent mail keeps no text here; its address and subject go too.",
        past.mails,
        _delete(Message, past.mails),
    ),
    Rule(
        "addresses",
        "New addresses to sign in with that were not confirmed",
        VALID_FOR,
        "The link to a new address lives a day; the address may be somebody else's.",
        past.addresses,
        _delete(EmailChange, past.addresses),
    ),
    Rule(
        "copies",
        "Copies of people's data",
        LIVES,
        "The link to a copy lives a day.",
        past.copies,
        _delete(DataExport, past.copies),
    ),
    Rule(
        "imports",
        "Imports of rosters that are done, with their reports",
        30 * DAY,
        "Their files went when the people were in; the report is read within days.",
        past.imports,
        _delete(RosterImport, past.imports),
    ),
    Rule(
        "files",
        "Imports of rosters that were begun and not done, with their files",
        uploads.KEPT,
        "Whoever comes back later has a newer file; a worker also looks every hour.",
        past.files,
        _delete(RosterImport, past.files),
    ),
    Rule(
        "situations",
        "Where somebody is on the journey and with which status, since they last said so",
        365 * DAY,
        "A status of a year ago may be another by now; the page asks again.",
        past.situations,
        _delete(Situation, past.situations),
    ),
    Rule(
        "searches",
        "Searches that found nothing, since they were last made",
        90 * DAY,
        "By then it was added to the toolkit or will not be; the words may be anything.",
        past.searches,
        _delete(SearchMiss, past.searches),
    ),
    Rule(
        "sessions",
        "Sessions, since their sign-in",
        KEPT,
        "They are over after a day at most; a worker also looks every hour.",
        past.sessions,
        _delete(UserSession, past.sessions),
    ),
    Rule(
        "tries",
        "Counts of tries, after their time",
        DAY,
        "They only slow down who tries too often; a worker also looks every hour.",
        past.tries,
        _delete(Throttle, past.tries),
    ),
    Rule(
        "openings",
        "Why an administrator opened sealed answers",
        2192 * DAY,
        "As long as the log that tells of it.",
        past.openings,
        _delete(GlassOpening, past.openings),
    ),
    Rule(
        "log",
        "Entries of the log",
        2192 * DAY,
        "Six years, within which claims are made.",
        past.entries,
        lambda session, moment, now: audit.forget_before(session, moment, now=now),
    ),
)


def report(session: Session, *, now: dt.datetime) -> Sequence[Finding]:
    """Return for each rule how much is past its time."""
    return [Finding(rule, rule.count(session, now)) for rule in RULES]


def apply(session: Session, rule: Rule, *, now: dt.datetime) -> int:
    """Remove what is past its time by one rule; return how much it was."""
    past = rule.count(session, now)
    if past:
        rule.remove(session, now - rule.limit, now)
        audit.record(
            session,
            action="privacy.retention",
            actor_id=None,
            about_id=None,
            now=now,
            detail={rule.key: past},
        )
    return past


@dataclass(frozen=True, slots=True)
class Removed:
    rows: Mapping[str, int]  # by the key of the rule, where there were any
    failed: tuple[str, ...]  # keys of rules that were not carried out; the log says why


def run(*, now: dt.datetime) -> Removed:
    """Remove all that is past its time, each rule in a transaction of its own.

    One that fails holds up no other: nobody's answers stay because of the rule of something else.
    """
    rows = dict[str, int]()

    def carry_out(rule: Rule) -> None:
        with transaction() as session:
            rows[rule.key] = apply(session, rule, now=now)

    failed = each_on_its_own(RULES, carry_out, told_as=lambda rule: f"retention rule {rule.key}")
    return Removed(
        {key: past for key, past in rows.items() if past}, tuple(rule.key for rule in failed)
    )
