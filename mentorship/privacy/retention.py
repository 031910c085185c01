"""What goes by itself with time: one table of rules, run daily by the workers.

A rule counts what is past its time and removes it; the count is the same question as the removal,
so that a dry run tells exactly what a run would do.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.privacy.copying import LIVES
from mentorship.privacy.erasing import empty_profiles
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Profile
from mentorship.rosters.import_models import RosterImport
from mentorship.rounds.models import Pair, Participant, Round, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.signins.models import UserSession
from mentorship.signins.service import KEPT
from mentorship.throttle.models import Throttle

DAY = dt.timedelta(days=1)
MATCHED = (OfferState.CONFIRMED, OfferState.ENDED)

Rows = Message | DataExport | GlassOpening | RosterImport | Throttle | UserSession
Which = Callable[[dt.datetime], sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``past`` selects the keys of what is older than a moment; ``remove`` takes them away."""

    key: str
    title: str
    limit: dt.timedelta
    why: str
    past: Which
    remove: Callable[[Session, dt.datetime, dt.datetime], None]

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


def _over(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Round.id).where(Round.finished_at < moment)


def _unmatched_profiles(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles that nobody touched since, without a match, in no round that goes on."""
    of_profile = (Offer.img_id == Profile.id) | (Offer.mentor_id == Profile.id)
    going = (
        sa.exists()
        .where(Participant.profile_id == Profile.id, Participant.left_out_at.is_(None))
        .where(Participant.round_id == Round.id, Round.finished_at.is_(None))
    )
    return sa.select(Profile.id).where(
        Profile.updated_at < moment,
        ~sa.exists().where(of_profile, Offer.state.in_(MATCHED)),
        ~going,
    )


def _visas(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles with visa answers whose rounds are all over since."""
    here = Participant.profile_id == Profile.id
    took_part = sa.exists().where(here, Participant.round_id == Round.id)
    later = took_part.where(Round.finished_at.is_(None) | (Round.finished_at >= moment))
    return sa.select(Profile.id).where(
        Profile.visa_sealed.is_not(None) | Profile.visas_sealed.is_not(None),
        took_part,
        ~later,
    )


def _records(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    sealed = Run.inputs_sealed.is_not(None)
    return sa.select(Run.id).where(Run.round_id.in_(_over(moment)), sealed)


def _mails(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Message.id).where(Message.created_at < moment)


def _copies(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(DataExport.id).where(
        sa.func.coalesce(DataExport.made_at, DataExport.asked_at) < moment
    )


def _imports(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(RosterImport.id).where(RosterImport.asked_at < moment)


def _openings(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(GlassOpening.id).where(GlassOpening.until < moment)


def _entries(moment: dt.datetime) -> sa.Select[int]:
    return sa.select(AuditEntry.number).where(AuditEntry.at < moment)


def _empty_profiles(session: Session, moment: dt.datetime, now: dt.datetime) -> None:
    empty_profiles(session, session.scalars(_unmatched_profiles(moment)).all(), now=now)


def _forget_visas(session: Session, moment: dt.datetime, _now: dt.datetime) -> None:
    session.execute(
        sa.update(Profile)
        .where(Profile.id.in_(_visas(moment)))
        .values(visa_sealed=None, visas_sealed=None)
        .execution_options(synchronize_session=False)
    )


def _forget_records(session: Session, moment: dt.datetime, _now: dt.datetime) -> None:
    """Forget what runs were made of, and the parts of their scores, which tell of visas."""
    runs = session.scalars(_records(moment)).all()
    for pair in session.scalars(sa.select(Pair).where(Pair.run_id.in_(runs))):
        pair.parts = []
    for run in session.scalars(sa.select(Run).where(Run.id.in_(runs))):
        run.inputs = None
    session.flush()


def _sessions(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(UserSession.id).where(UserSession.opened_at < moment)


def _tries(moment: dt.datetime) -> sa.Select[str]:
    return sa.select(Throttle.key).where(Throttle.ends_at < moment)


def _delete(model: type[Rows], which: Which) -> Callable[..., None]:
    (key,) = model.__table__.primary_key

    def remove(session: Session, moment: dt.datetime, _now: dt.datetime) -> None:
        gone = sa.delete(model).where(key.in_(which(moment)))
        session.execute(gone.execution_options(synchronize_session=False))

    return remove


def _forget_entries(session: Session, moment: dt.datetime, now: dt.datetime) -> None:
    audit.forget_before(session, moment, now=now)


RULES: tuple[Rule, ...] = (
    Rule(
        "profiles",
        "Profiles without a match that nobody has changed",
        730 * DAY,
        "Answers of two years ago match nobody well. The account stays.",
        _unmatched_profiles,
        _empty_profiles,
    ),
    Rule(
        "visas",
        "Visa answers, after the last round somebody took part in",
        90 * DAY,
        "They were asked for a round; after it only the pair needs them.",
        _visas,
        _forget_visas,
    ),
    Rule(
        "records",
        "What runs were made of, after their round is finished",
        90 * DAY,
        "Pairs, scores and proofs stay; the answers behind them, visas among them, go.",
        _records,
        _forget_records,
    ),
    Rule(
        "mails",
        "Mails, sent or given up",
        30 * DAY,
        "A sent mail keeps no text here; its address and subject go too.",
        _mails,
        _delete(Message, _mails),
    ),
    Rule(
        "copies",
        "Copies of people's data",
        LIVES,
        "The link to a copy lives a day.",
        _copies,
        _delete(DataExport, _copies),
    ),
    Rule(
        "imports",
        "Imports of rosters, with their reports",
        30 * DAY,
        "Their files go when an import is over; the report is read within days.",
        _imports,
        _delete(RosterImport, _imports),
    ),
    Rule(
        "sessions",
        "Sessions, since their sign-in",
        KEPT,
        "They are over after a day at most; a worker also looks every hour.",
        _sessions,
        _delete(UserSession, _sessions),
    ),
    Rule(
        "tries",
        "Counts of tries, after their time",
        DAY,
        "They only slow down who tries too often; a worker also looks every hour.",
        _tries,
        _delete(Throttle, _tries),
    ),
    Rule(
        "openings",
        "Why an administrator opened sealed answers",
        2192 * DAY,
        "As long as the log that tells of it.",
        _openings,
        _delete(GlassOpening, _openings),
    ),
    Rule(
        "log",
        "Entries of the log",
        2192 * DAY,
        "Six years, within which claims are made.",
        _entries,
        _forget_entries,
    ),
)


def report(session: Session, *, now: dt.datetime) -> Sequence[Finding]:
    """Return for each rule how much is past its time."""
    return [Finding(rule, rule.count(session, now)) for rule in RULES]


def run(session: Session, *, now: dt.datetime) -> Mapping[str, int]:
    """Remove all that is past its time; return how much of each kind it was."""
    done = {}
    for finding in report(session, now=now):
        if finding.past:
            rule = finding.rule
            rule.remove(session, now - rule.limit, now)
            done[rule.key] = finding.past
    if done:
        audit.record(
            session,
            action="privacy.retention",
            actor_id=None,
            about_id=None,
            now=now,
            detail=done,
        )
    return done
