"""A person about whom something is kept in every table there is, for copies and erasure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts import emails, letters
from mentorship.accounts.models import EmailChange, Identity, Passkey, RecoveryCode, User
from mentorship.accounts.service import change_settings
from mentorship.community.models import (
    DirectoryCard,
    Introduction,
    IntroductionState,
    Resolution,
    ResolutionState,
)
from mentorship.crypto import Sealed
from mentorship.extensions import Model
from mentorship.finding.models import Mark, MarkKind
from mentorship.inbox.models import Notice, NoticeChoice, NoticeKind, Way
from mentorship.mentorships.guide import TERM_IDS
from mentorship.mentorships.models import Feedback
from mentorship.mentorships.service import (
    Plan,
    add_goal,
    plan_meeting,
    raise_concern,
    write_agreement,
    write_note,
)
from mentorship.news.models import DigestReader, NewsInterest, Topic
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Importance, InstitutionMark, Naming, NamingUse, Profile
from mentorship.rounds.note_models import RoundNote, RoundNoteBefore
from mentorship.sections import letters as joining
from mentorship.sections.belonging import leaders_of
from mentorship.sections.models import Membership
from mentorship.signins.models import Rank, UserSession
from mentorship.spotlight import service as spotlight
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import ChecklistItem
from mentorship.toolkit.path_models import Situation, Tick
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import MarkKind as ShelfMark
from mentorship.toolkit.shelf_models import ResourceMark, ResourceReport, Trouble
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair, confirm
from tests.rounds.cast import small_cast

CANARY = "zqcanaryzq"


def whole_person(session: Session) -> Pair:
    """Return the mentorship of Chi, who has left something everywhere."""
    load_facts(session)
    cast = small_cast(session)
    chi, omar = cast.people["Chi Tanaka"], cast.people["Omar Aziz"]
    profile = session.get_one(Profile, cast.profile("Chi Tanaka"))
    profile.goals = f"{CANARY} in goals"
    profile.visa, profile.gender = "e3", "woman"
    session.add_all(
        [
            Passkey(
                person_id=chi.id,
                credential_id=b"1",
                public_key=b"2",
                sign_count=0,
                transports="",
                backed_up=False,
                name=f"{CANARY} key",
                made_at=NOW,
            ),
            RecoveryCode(person_id=chi.id, number=0, hash="h"),
            Identity(person_id=chi.id, issuer="https://id.example", subject=CANARY, made_at=NOW),
            UserSession(
                token_hash="t",
                person_id=chi.id,
                key="k",
                rank=Rank.MEMBER,
                browser=f"{CANARY} browser",
                opened_at=NOW,
                seen_at=NOW,
            ),
            EmailChange(
                person_id=chi.id, email=f"{CANARY}@example.org", token_hash="t", asked_at=NOW
            ),
        ]
    )
    session.flush()
    pair = confirm(cast, cast.published(), "Chi Tanaka", "Omar Aziz")
    say: dict[str, Any] = {"person_id": chi.id, "mentorship_id": pair.id, "now": NOW}
    add_goal(session, title=CANARY, first_step=CANARY, due_on=None, **say)
    plan_meeting(session, plan=Plan(starts_at=NOW, minutes=30, place=CANARY), **say)
    write_note(session, text=CANARY, **say)
    _publish_a_letter(session, chi, pair.cast.section.id)
    raise_concern(session, kind="other", words=CANARY, **say)
    write_agreement(session, terms=dict.fromkeys(TERM_IDS, CANARY), seen=0, **say)
    session.add_all(_rows(session, pair, chi, omar, profile))
    session.flush()
    return pair


def _publish_a_letter(session: Session, author: User, section_id: uuid.UUID) -> None:
    """Let the search find a letter, as it does once a leader has published it."""
    words: dict[str, Any] = dict.fromkeys(("title", "byline", "about", "body"), CANARY)
    words |= {"section_id": section_id, "author_id": author.id}
    letter = spotlight.write(session, None, now=NOW, **words)
    spotlight.submit(session, letter, now=NOW)
    spotlight.publish(session, spotlight.letter_at_desk(session, section_id, letter.id), now=NOW)
    letter.note = CANARY


def _rows(session: Session, pair: Pair, chi: User, omar: User, profile: Profile) -> Iterator[Model]:
    section = pair.cast.section
    mentor_profile = pair.cast.profile("Noor Haddad")
    resource = session.scalars(sa.select(Resource.id).limit(1)).one()
    item = session.scalars(sa.select(ChecklistItem.id).limit(1)).one()
    key: dict[str, Any] = {"person_id": chi.id}
    feedback = Feedback(offer_id=pair.id, author_id=chi.id, rating=4, given_at=NOW)
    feedback.words = CANARY
    yield feedback
    place = Situation(**key, kept_at=NOW)
    yield place
    yield DirectoryCard(section_id=section.id, about=CANARY, agreed_at=NOW, **key)
    asking = {"section_id": section.id, "state": IntroductionState.WAITING, "asked_at": NOW}
    yield Introduction(from_id=chi.id, to_id=omar.id, words=CANARY, **asking)
    yield Introduction(from_id=omar.id, to_id=chi.id, words="Hello", **asking)
    yield Notice(kind=NoticeKind.OFFER, words=CANARY, path="/x", created_at=NOW, **key)
    yield NoticeChoice(kind=NoticeKind.OFFER, way=Way.DAILY, **key)
    yield NewsInterest(topic=Topic.MATCH, **key)
    yield DigestReader(key="k" * 43, since=NOW, **key)
    yield Tick(item_id=item, done_on=NOW.date(), **key)
    yield ResourceMark(resource_id=resource, kind=ShelfMark.SAVED, at=NOW, **key)
    yield ResourceReport(resource_id=resource, trouble=Trouble.DEAD, words=CANARY, at=NOW, **key)
    yield Resolution(
        section_id=section.id,
        author_id=chi.id,
        title=CANARY,
        problem=CANARY,
        ask=CANARY,
        state=ResolutionState.IDEA,
        created_at=NOW,
    )
    yield Mark(reader_id=chi.id, profile_id=mentor_profile, kind=MarkKind.HIDDEN)
    yield Naming(profile_id=profile.id, person_id=omar.id, use=NamingUse.AVOID, rank=0, line=CANARY)
    yield InstitutionMark(profile_id=profile.id, use="conflicts", name=CANARY)
    yield Importance(profile_id=profile.id, criterion="topics", level="high")
    note = RoundNote(
        round_id=pair.round.id,
        img_id=profile.id,
        mentor_id=mentor_profile,
        words=CANARY,
        written_at=NOW,
    )
    session.add(note)
    session.flush()
    yield RoundNoteBefore(note_id=note.id, number=1, words=CANARY, written_at=NOW)
    export = DataExport(asked_at=NOW, made_at=NOW, **key)
    export.archive = CANARY
    yield export
    glass = GlassOpening(
        by_id=factories.administrator(session).id,
        about_id=chi.id,
        opened_at=NOW,
        until=NOW + dt.timedelta(hours=1),
    )
    glass.reason = CANARY
    yield glass
    place.place, place.status = CANARY, CANARY


CODED = MappingProxyType(  # text columns that hold no words of a person, by table
    {
        "audit_entry": ("action", "before", "hash"),
        "choice": ("field", "list", "term"),
        "concern": ("kind",),
        "consent": ("purpose",),
        "digest_reader": ("key",),
        "ending": ("reason",),
        "importance": ("criterion", "level"),
        "institution_mark": ("use",),
        "message": ("failure", "unsubscribe"),
        "notice": ("path",),
        "offer": ("decline_reason",),
        "profile": ("institution", "about"),  # of mentors; this one is an IMG
        "unmatched": ("reason",),
        # of whoever leads or curates, which an IMG does not: they are the section's own record
        "news_item": (
            *("title", "lead", "summary", "body", "url", "organization", "as_of"),
            *("fingerprint", "guid"),
        ),
        "fact_change": ("kind_of_fact", "fact_id", "why"),
    }
)


def plant(session: Session, person: User) -> None:
    """Put the canary into every other text of the person's own row and profile."""
    person.email = f"{CANARY}@example.org"
    person.name, person.phone = CANARY, CANARY
    person.timezone, person.password = CANARY, CANARY
    person.fs_uniquifier = CANARY
    profile = session.scalars(sa.select(Profile).where(Profile.person_id == person.id)).one()
    profile.timezone, profile.visa, profile.gender = CANARY, CANARY, CANARY
    profile.avoid = [CANARY]
    post(
        session,
        person_id=person.id,
        recipient=person.email,
        subject=f"About {CANARY}",
        body=CANARY,
        now=NOW,
    )


def another_name_and_address(session: Session, person: User) -> tuple[str, ...]:
    """Change both as one does on the site, and return every word that once stood for the person.

    One more address is asked for and never confirmed, and mails went out before: to the person, to
    an address that had no account yet, and to others, whom they tell of the person.
    """
    before = (person.name, person.email)
    letters.no_account(session, person.email, now=NOW)
    there = sa.select(Membership).where(Membership.person_id == person.id)
    whole = (joinedload(Membership.section), joinedload(Membership.person))
    membership = session.scalars(there.options(*whole)).one()
    joining.asked(session, membership, leaders_of(session, membership.section_id), now=NOW)
    emails.ask(session, person, "zqsecondzq@example.org", now=NOW)
    link = sa.select(Message.body).where(Message.recipient == "zqsecondzq@example.org")
    token = session.scalars(link).one().partition("/account/email/")[2].split()[0]
    emails.confirm(session, token, now=NOW)
    change_settings(session, person, name="Zq Secondname", timezone=None, phone=None)
    emails.ask(session, person, "zqneverzq@example.org", now=NOW)
    return (*before, "zqsecondzq", "Zq Secondname", "zqneverzq")


def sealed_attributes(kind: type[Model]) -> Iterator[str]:
    """Yield the names under which the sealed columns of a table are opened."""
    for each in kind.__mro__:
        yield from (name for name, value in vars(each).items() if isinstance(value, Sealed))
