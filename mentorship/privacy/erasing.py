"""Erasing a person: the wish, the days to take it back, and what is done when they are over.

Whoever was in no run is deleted, row by row. Whoever was in one leaves an empty shell under the
same random keys, so that pairs, scores and the proof of a run still stand, and the other one of a
pair keeps their side of it: no name, no address, no answer, no word is left, also not in the sealed
record of the run.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import (
    ADMINISTRATOR,
    EmailChange,
    Identity,
    Passkey,
    RecoveryCode,
    Role,
    User,
)
from mentorship.audit import AuditEntry
from mentorship.community.models import CouncilSeat, DirectoryCard, Resolution, ResolutionState
from mentorship.consents.models import Consent, Erasure
from mentorship.extensions import Model
from mentorship.finding.models import Mark
from mentorship.inbox.models import Notice, NoticeChoice
from mentorship.mentorships.ending import end_mentorship
from mentorship.mentorships.models import Agreement, Concern, Feedback, Goal, Meeting, Note
from mentorship.news.models import DigestReader, NewsInterest
from mentorship.notices.letters import stationery
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Naming, Profile
from mentorship.rosters.import_models import RosterImport
from mentorship.rounds.insight_models import FreeSeat, SmallestChange
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run, RunSeat, Unmatched
from mentorship.rounds.offer_models import Ending, Offer, OfferState
from mentorship.rounds.run_models import PairNote
from mentorship.rounds.snapshot import without_people
from mentorship.sections.leading import dismiss_leader
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.sections.service import leave
from mentorship.sections.table_models import MemberTag
from mentorship.signins.models import UserSession
from mentorship.spotlight.models import SpotlightLetter
from mentorship.toolkit.path_models import Situation, Tick
from mentorship.toolkit.shelf_models import ResourceMark, ResourceReport

GRACE = dt.timedelta(days=14)
ERASED = "privacy.erasure.done"  # in the log
NAMELESS = "Erased member"
NOWHERE = "erased.invalid"  # a domain that no mail ever reaches (RFC 2606)

# What is deleted, by the column that names the person.
OF_PERSON: tuple[sa.orm.InstrumentedAttribute[uuid.UUID], ...] = (
    *(Consent.person_id, DigestReader.person_id, DirectoryCard.person_id, Notice.person_id),
    *(NoticeChoice.person_id, NewsInterest.person_id, Tick.person_id, Situation.person_id),
    *(ResourceMark.person_id, ResourceReport.person_id, SpotlightLetter.author_id),
    *(Note.author_id, Feedback.author_id, Concern.author_id, Mark.reader_id, Naming.person_id),
    *(DataExport.person_id, GlassOpening.about_id, GlassOpening.by_id, Erasure.person_id),
    *(Membership.person_id, MemberTag.person_id),
    *(Passkey.person_id, RecoveryCode.person_id, EmailChange.person_id),
    Identity.person_id,
    UserSession.person_id,
)
OF_PROFILE: tuple[sa.orm.InstrumentedAttribute[uuid.UUID], ...] = (
    *(Mark.profile_id, PairNote.img_id, PairNote.mentor_id),
    *(SmallestChange.img_id, FreeSeat.mentor_id),
)
BELOW_PROFILE = ("choice", "availability", "naming", "institution_mark", "importance")
OF_PAIR: tuple[type[Model], ...] = (Agreement, Goal)

# Tables whose rows stay, and why nothing in them tells who it was.
STAYS: Mapping[str, str] = MappingProxyType(
    {
        "user": "an empty shell, where a run needs its key; else deleted",
        "profile": "an empty shell, where a run needs its key; else deleted",
        **dict.fromkeys(
            ("participant", "pair", "unmatched", "run_seat", "seat_count", "offer", "pair_next"),
            "the record of a round: keys, scores and dates, without words or answers",
        ),
        **dict.fromkeys(
            ("run", "run_fairness", "mentor_gain", "run_job", "run_step", "round_averages"),
            "a run as a whole; the person's answers are taken out of its sealed record",
        ),
        **dict.fromkeys(("publication", "publish_plan"), "when a round was published"),
        "roster_import": "files and reports of imports; those that name the person are deleted",
        "reminder": "that a reminder went out, and when",
        "ending": "that a mentorship ended and for which reason; its words are emptied",
        "meeting": "when the two met, for the other one; its words are emptied",
        "resolution": "taken up by the section: its own record, without the author",
        "resolution_step": "the section's own record",
        "news_item": "published by the section: its own record, without the author",
        "news_hiding": "what a section does not show",
        "mail_text": "the section's own words in mails",
        "resource_change": "the section's own record of its catalog, without the author",
        "fact_change": "the record of a public fact with its reason, without the author",
    }
)


class Needed(RuntimeError):
    """Without this person a section has no leader, or the site no administrator."""

    def __init__(self, what: Sequence[str]) -> None:
        super().__init__(", ".join(what))
        self.what = tuple(what)


# --- The wish ----------------------------------------------------------------------------------


def ask(session: Session, *, person: User, now: dt.datetime) -> Erasure:
    """Note the wish, and write to the person what will happen; asking again changes nothing.

    Raises
    ------
    Needed
        Somebody else must first lead a section, or administer the site.

    """
    session.execute(sa.select(User.id).where(User.id == person.id).with_for_update())
    before = session.get(Erasure, person.id, populate_existing=True)
    if before is not None:
        return before
    if left := alone_in(session, person.id):
        raise Needed(left)
    wish = Erasure(person_id=person.id, asked_at=now, due_at=now + GRACE)
    session.add(wish)
    session.flush()
    _tell(session, "privacy.ask_to_erase", person.id, by=person.id, now=now)
    day = f"{wish.due_at:%B} {wish.due_at.day}, {wish.due_at.year}"
    letter = stationery.write("erasure_asked", path="/account/erase", name=person.name, day=day)
    post(session, recipient=person.email, subject=letter.subject, body=letter.body, now=now)
    return wish


def take_back(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Take the wish back; False if there was none. What they agreed to counts again at once."""
    wish = sa.delete(Erasure).where(Erasure.person_id == person_id).returning(Erasure.person_id)
    if session.execute(wish).one_or_none() is None:
        return False
    _tell(session, "privacy.keep_me", person_id, by=person_id, now=now)
    return True


def wish_of(session: Session, person_id: uuid.UUID) -> Erasure | None:
    return session.get(Erasure, person_id)


def alone_in(session: Session, person_id: uuid.UUID) -> Sequence[str]:
    """Name the sections that only this person leads, and the site if nobody else administers it."""
    leads = (
        sa.select(Membership.section_id)
        .where(Membership.role == SectionRole.LEADER, Membership.state == MembershipState.ACTIVE)
        .group_by(Membership.section_id)
        .having(sa.func.count() == 1)
        .having(sa.func.max(sa.cast(Membership.person_id, sa.String)) == _text(person_id))
    )
    names = sa.select(Section.name).where(Section.id.in_(leads)).order_by(Section.name)
    found = list(session.scalars(names))
    administrators = set(
        session.scalars(sa.select(User.id).where(User.roles.any(Role.name == ADMINISTRATOR)))
    )
    return [*found, "the site itself"] if administrators == {person_id} else found


def _text(key: uuid.UUID) -> sa.ColumnElement[str]:
    return sa.cast(sa.literal(key, sa.Uuid()), sa.String)


# --- The deed ----------------------------------------------------------------------------------


def due(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return whose days are over."""
    over = sa.select(Erasure.person_id).where(Erasure.due_at <= now)
    return session.scalars(over.order_by(Erasure.due_at)).all()


def erase_again(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Erase somebody who was erased before, and came back with a backup; False if they did not."""
    person = session.get(User, person_id)
    if person is None or person.email.endswith(f"@{NOWHERE}"):
        return False
    session.execute(sa.delete(Erasure).where(Erasure.person_id == person_id))
    session.add(Erasure(person_id=person_id, asked_at=now - GRACE, due_at=now))
    session.flush()
    return erase(session, person_id=person_id, now=now)


def erased(session: Session) -> Sequence[uuid.UUID]:
    """Return the keys of everybody who was erased, as the log has them; they name nobody."""
    done = sa.select(AuditEntry.about_id).where(AuditEntry.action == ERASED)
    return [key for key in session.scalars(done.order_by(AuditEntry.number)) if key is not None]


def erase(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Erase a person whose days are over; False if they took it back, or it is done."""
    wish = session.get(Erasure, person_id, with_for_update=True, populate_existing=True)
    if wish is None or wish.due_at > now:
        return False
    person = session.get_one(User, person_id)
    profiles = list(session.scalars(sa.select(Profile.id).where(Profile.person_id == person_id)))
    _part(session, person_id, profiles, now)
    _delete_rows(session, person, profiles)
    _empty_words(session, profiles)
    blank_in_runs(session, profiles)
    _remove_or_blank(session, person, profiles)
    _tell(session, ERASED, person_id, by=None, now=now)
    session.expire_all()
    return True


def _part(
    session: Session, person_id: uuid.UUID, profiles: Sequence[uuid.UUID], now: dt.datetime
) -> None:
    """End what others count on, through the ways that tell them."""
    going = sa.select(Offer.id).where(_either(profiles), Offer.state == OfferState.CONFIRMED)
    for mentorship_id in session.scalars(going).all():
        end_mentorship(
            session,
            person_id=person_id,
            mentorship_id=mentorship_id,
            reason="situation_changed",
            words="",
            now=now,
        )
    mine = sa.select(Membership.id, Membership.role).where(Membership.person_id == person_id)
    for membership_id, role in session.execute(mine).all():
        if role is SectionRole.LEADER:
            dismiss_leader(
                session,
                membership_id=membership_id,
                by=person_id,
                now=now,
                even_the_last=True,
            )
        else:
            leave(session, membership_id=membership_id, person_id=person_id, now=now)
    early = sa.select(Round.id).where(Round.state != RoundState.ARCHIVED)
    _run(
        session,
        sa.update(Participant)
        .where(Participant.profile_id.in_(profiles), Participant.left_out_at.is_(None))
        .where(Participant.round_id.in_(early))
        .values(left_out_at=now, withdrew=True),
    )


def _delete_rows(session: Session, person: User, profiles: Sequence[uuid.UUID]) -> None:
    _leave_the_council(session, person)
    for column in OF_PERSON:
        _run(session, sa.delete(column.class_).where(column == person.id))
    _delete_of_profiles(session, profiles)
    offers = sa.select(Offer.id).where(_either(profiles))
    for kind in OF_PAIR:
        _run(session, sa.delete(kind).where(kind.__table__.c.offer_id.in_(offers)))
    _run(session, sa.delete(Message).where(Message.recipient == person.email))
    for text in (Message.subject, Message.body):  # mails to others that wait, or were given up
        for word in (person.email, person.name):
            named = sa.update(Message).where(text.contains(word, autoescape=True))
            _run(session, named.values({text: sa.func.replace(text, word, NAMELESS)}))
    for each in session.scalars(sa.select(RosterImport)).all():
        if _names(each, person):
            session.delete(each)
    ideas = Resolution.author_id == person.id, Resolution.state == ResolutionState.IDEA
    _run(session, sa.delete(Resolution).where(*ideas))
    person.roles.clear()


def _leave_the_council(session: Session, person: User) -> None:
    """Empty the seats under the person's name in sections of theirs, as leaders typed it."""
    sections = sa.select(Membership.section_id).where(Membership.person_id == person.id)
    theirs = CouncilSeat.name.icontains(person.name, autoescape=True)
    named = sa.update(CouncilSeat).where(CouncilSeat.section_id.in_(sections), theirs)
    _run(session, named.values(name=""))


def _names(roster: RosterImport, person: User) -> bool:
    """Tell whether an import's files or report name a person."""
    files = [base64.b64decode(file["data"]) for file in (roster.files or {}).values()]
    told = json.dumps(roster.report or {}, ensure_ascii=False).encode()
    return any(
        word.encode() in content
        for content in (told, *files)
        for word in (person.email, person.name)
    )


def _delete_of_profiles(session: Session, profiles: Sequence[uuid.UUID]) -> None:
    for column in OF_PROFILE:
        _run(session, sa.delete(column.class_).where(column.in_(profiles)))
    for name in BELOW_PROFILE:
        table = Model.metadata.tables[name]
        _run(session, sa.delete(table).where(table.c.profile_id.in_(profiles)))


def _empty_words(session: Session, profiles: Sequence[uuid.UUID]) -> None:
    """Empty the words in rows that stay for the other one of a pair."""
    offers = sa.select(Offer.id).where(_either(profiles))
    for meeting in session.scalars(sa.select(Meeting).where(Meeting.offer_id.in_(offers))):
        meeting.words = dict.fromkeys(meeting.words, "")
    session.flush()
    _run(session, sa.update(Ending).where(Ending.offer_id.in_(offers)).values(words_sealed=None))
    _run(session, sa.update(Offer).where(_either(profiles)).values(decline_words=""))


def blank_in_runs(session: Session, profiles: Iterable[uuid.UUID]) -> None:
    """Take people's answers out of the sealed records of all runs they were in."""
    keys = set(profiles)
    for pair in session.scalars(
        sa.select(Pair).where(Pair.img_id.in_(keys) | Pair.mentor_id.in_(keys))
    ):
        pair.parts = []
    for run in session.scalars(sa.select(Run).where(Run.id.in_(_runs_of(keys)))):
        if run.inputs is not None:
            run.inputs = without_people(run.inputs, {str(key) for key in keys})
    session.flush()


def _runs_of(keys: set[uuid.UUID]) -> sa.CompoundSelect[uuid.UUID]:
    """Select the runs whose inputs may hold one of these profiles.

    Whoever took part is in the record of every run of the round, also with neither pair nor seat.
    """
    return sa.union(
        sa.select(Run.id)
        .join(Participant, Participant.round_id == Run.round_id)
        .where(Participant.profile_id.in_(keys)),
        sa.select(Pair.run_id).where(Pair.img_id.in_(keys) | Pair.mentor_id.in_(keys)),
        sa.select(Unmatched.run_id).where(Unmatched.img_id.in_(keys)),
        sa.select(RunSeat.run_id).where(RunSeat.mentor_id.in_(keys)),
    )


def _remove_or_blank(session: Session, person: User, profiles: Sequence[uuid.UUID]) -> None:
    session.flush()
    if not _remove_profiles(session, profiles):
        session.expunge(person)
        _run(session, sa.delete(User).where(User.id == person.id))
        return
    _run(session, sa.update(User).where(User.id == person.id).values(_shell()))


def empty_profiles(session: Session, profiles: Sequence[uuid.UUID], *, now: dt.datetime) -> None:
    """Take all answers away, of people who stay: from the profiles and from sealed records."""
    _delete_of_profiles(session, profiles)
    blank_in_runs(session, profiles)
    kept = _remove_profiles(session, profiles)
    _run(session, sa.update(Profile).where(Profile.id.in_(kept)).values(updated_at=now))


def _remove_profiles(session: Session, profiles: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Delete profiles, or empty those whose key a run needs; return these."""
    needed = set(
        session.scalars(
            sa.union(
                sa.select(Pair.img_id).where(Pair.img_id.in_(profiles)),
                sa.select(Pair.mentor_id).where(Pair.mentor_id.in_(profiles)),
                sa.select(Unmatched.img_id).where(Unmatched.img_id.in_(profiles)),
                sa.select(RunSeat.mentor_id).where(RunSeat.mentor_id.in_(profiles)),
            )
        )
    )
    gone = [key for key in profiles if key not in needed]
    _run(session, sa.delete(Profile).where(Profile.id.in_(gone)))
    empty = _empty(Profile.__table__, but={"id", "person_id", "kind", "updated_at"})
    _run(session, sa.update(Profile).where(Profile.id.in_(needed)).values(empty))
    return needed


def _shell() -> dict[str, Any]:
    """Return what an account becomes: nobody can sign in, and no mail reaches anybody."""
    key = uuid.uuid4().hex
    return {
        **_empty(User.__table__, but={"id", "created_at", "demo"}),
        "email": f"{key}@{NOWHERE}",
        "name": NAMELESS,
        "fs_uniquifier": key,
        "active": False,
    }


def _empty(table: sa.FromClause, *, but: set[str]) -> dict[str, Any]:
    """Return an empty value for each column that may have one: NULL, or its default."""
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in but:
            continue
        if column.nullable:
            values[column.name] = None
        elif column.default is not None and column.default.is_scalar:
            values[column.name] = column.default.arg
    return values


def _either(profiles: Sequence[uuid.UUID]) -> sa.ColumnElement[bool]:
    return Offer.img_id.in_(profiles) | Offer.mentor_id.in_(profiles)


def _run(session: Session, statement: sa.Delete | sa.Update) -> None:
    session.execute(statement.execution_options(synchronize_session=False))


def _tell(
    session: Session,
    action: str,
    person_id: uuid.UUID,
    *,
    by: uuid.UUID | None,
    now: dt.datetime,
) -> None:
    audit.record(session, action=action, actor_id=by, about_id=person_id, now=now)
