"""The stage for the matrix of routes and roles: one of everything that a route can name."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import Identity, Passkey, User
from mentorship.community import peers, resolving
from mentorship.community import service as community
from mentorship.community.models import Event, Introduction, IntroductionState
from mentorship.consents.service import LISTED, give
from mentorship.inbox.service import latest
from mentorship.mentorships import service as mentorships
from mentorship.news import desk, feeds
from mentorship.news import service as news
from mentorship.news.models import DigestReader, NewsItem, Topic
from mentorship.news.seeds import load_news
from mentorship.oversight import glass
from mentorship.privacy import copying
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rosters import uploads
from mentorship.rounds import notes, service, templates
from mentorship.rounds.models import Round, Run
from mentorship.rounds.run_models import JobKind, JobState, RunJob
from mentorship.rounds.scope import run_of_round
from mentorship.sections.models import Browsing, Membership, MembershipState, Section, SectionRole
from mentorship.signins.service import new_token, open_session
from mentorship.spotlight import service as spotlight
from mentorship.toolkit import curating, shelf
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.resource_models import ResourceType
from mentorship.toolkit.resource_words import Words
from mentorship.toolkit.shelf_models import ResourceReport, Trouble
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair, confirm
from tests.rounds.cast import Cast, small_cast


@dataclass(frozen=True)
class Stage:
    """One published round of one section, and everybody who may look at it."""

    people: Mapping[str, User | None]
    values: Mapping[str, object]


@pytest.fixture
def stage(session: Session) -> Stage:
    return set_stage(session)


def set_stage(session: Session, word: str = "") -> Stage:
    """Set it up; ``word`` then stands in all that people say and are called, to be looked for."""
    load_facts(session)
    cast = small_cast(session)
    _called(cast, word)
    round_ = cast.published(set_up=service.SetUp(direct_requests=True))
    offer = cast.offer("Ana Silva")
    mentor = next(
        who for name, who in cast.people.items() if _profile_of(cast, name) == offer.mentor_id
    )
    service.accept_offer(session, person_id=mentor.id, offer_id=offer.id, now=NOW)
    kept = _kept(confirm(cast, round_, "Chi Tanaka", "Omar Aziz"), word)
    both = cast.img("Bo Both")
    cast.mentor("Bo Both")
    ana = cast.people["Ana Silva"]
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    gone = factories.member(session, cast.section, SectionRole.IMG, state=MembershipState.LEFT)
    admin = factories.administrator(session)
    waiting = factories.member(
        session, cast.section, SectionRole.MENTOR, state=MembershipState.ASKED
    )
    return Stage(
        people={
            "stranger": None,
            "img": ana,
            "mentor": mentor,
            "mentee": cast.people["Chi Tanaka"],
            "mentoring": cast.people["Omar Aziz"],
            "both": both,
            "waiting": waiting,
            "gone": gone,
            "leader": cast.leader,
            "leader2": factories.leader(session, factories.section(session)),
            "administrator": admin,
        },
        values={
            "slug": cast.section.slug,
            **_of_round(session, round_, word),
            "import_id": _import(session, cast, word),
            "pair_id": offer.pair_id,
            "offer_id": offer.id,
            "round_note_id": notes.write_note(
                session,
                round_.id,
                img_id=offer.img_id,
                mentor_id=offer.mentor_id,
                words=f"Ask them first {word}".strip(),
                by=cast.leader.id,
                now=NOW,
            ).id,
            **kept,
            **_news(session, cast, word, reader=ana),
            **_letter(session, cast.section, ana, word),
            **_life(session, cast.section, ana, word),
            **_resource(session, cast, word, reader=ana),
            **_introduction(session, cast, word, asked=ana),
            "passkey_id": _passkey(session, ana),
            "identity_id": _identity(session, ana),
            "provider_id": "nobody",
            "notice_id": latest(session, ana.id)[0].id,
            "profile_id": offer.img_id,
            "mentor_profile_id": offer.mentor_id,
            "membership_id": session.query(Membership).filter_by(person_id=ana.id).one().id,
            "leader_membership_id": (
                session.query(Membership).filter_by(person_id=cast.leader.id).one().id
            ),
            "export_id": _copy(session, ana),
            "opening_id": _opening(session, ana, by=admin),
            "road": "img",
            "step": "times",
            "purpose": "matching",
            "stage_id": "interviews",
            "state_id": "tx",
            "kind": "license_rule",
            "fact_id": "TX",
            "change_id": uuid.uuid4(),
            "token": "made-up",
            **_session(session, ana),
            "mail_kind": "offers_waiting",
        },
    )


def _session(session: Session, person: User) -> dict[str, object]:
    """Return the keys of a person and of a session of theirs."""
    row = open_session(
        session, person, token=new_token(), browser="Safari on iPad", now=dt.datetime.now(dt.UTC)
    )
    return {"person_id": person.id, "session_id": row.id}


def _identity(session: Session, owner: User) -> uuid.UUID:
    row = Identity(
        person_id=owner.id, issuer="https://id.example", subject=uuid.uuid4().hex, made_at=NOW
    )
    session.add(row)
    session.flush()
    return row.id


def _passkey(session: Session, owner: User) -> uuid.UUID:
    key = Passkey(
        person_id=owner.id,
        credential_id=owner.id.bytes,
        public_key=b"",
        sign_count=0,
        transports="",
        backed_up=False,
        name="Key",
        made_at=NOW,
    )
    session.add(key)
    session.flush()
    return key.id


def _called(cast: Cast, word: str) -> None:
    """Put the word behind every name, and into what both kinds of profiles say.

    Not into what the section says of itself: whoever wants to join one reads that.
    """
    if not word:
        return
    for who in (*cast.people.values(), cast.leader):
        who.name += f" {word}"
    said = {ProfileKind.IMG: ("goals",), ProfileKind.MENTOR: ("about", "institution")}
    everybody = Profile.person_id.in_([who.id for who in cast.people.values()])
    for kind, fields in said.items():
        theirs = sa.update(Profile).where(everybody, Profile.kind == kind)
        cast.session.execute(theirs.values(dict.fromkeys(fields, word)))


def cancelled_job(session: Session, round_id: uuid.UUID, run: Run) -> RunJob:
    """Keep a job like the one a run came of, cancelled."""
    job = RunJob(
        round_id=round_id,
        kind=JobKind.RUN,
        state=JobState.CANCELLED,
        policy=run.policy,
        rules=run.rules,
        asked_at=NOW,
        ended_at=NOW,
    )
    session.add(job)
    session.flush()
    return job


def _of_round(session: Session, round_: Round, word: str) -> dict[str, object]:
    """Return the keys of a round, a job of it that was cancelled, and its set-up as a template."""
    run = run_of_round(session, round_.id)
    job = cancelled_job(session, round_.id, run)
    template = templates.keep_template(
        session, round_, name=f"Language first {word}".strip(), now=NOW
    )
    return {
        "round_id": round_.id,
        "over_id": round_.id,
        "job_id": job.id,
        "template_id": template.id,
    }


def _copy(session: Session, person: User) -> uuid.UUID:
    """Return the key of a copy of somebody's data, made just now."""
    now = dt.datetime.now(dt.UTC)
    export = copying.ask(session, person_id=person.id, now=now)
    copying.make(session, export_id=export.id, site_name="Here", now=now)
    return export.id


def _opening(session: Session, person: User, *, by: User) -> uuid.UUID:
    """Return the key of somebody's sealed answers, opened just now."""
    now = dt.datetime.now(dt.UTC)
    why = "For the matrix of routes"
    return glass.open_glass(session, by=by.id, person=person, reason=why, now=now).id


def _import(session: Session, cast: Cast, word: str) -> uuid.UUID:
    """Return the key of an import whose columns are being chosen."""
    rows = f"email,name\na@example.org,Ana {word}\n".encode()
    files = {SectionRole.IMG: ("imgs.csv", rows)}
    made = uploads.begin(
        session, section_id=cast.section.id, by=cast.leader.id, files=files, now=NOW
    )
    return made.id


def _kept(pair: Pair, word: str) -> dict[str, uuid.UUID]:
    """Return the keys of what the pair keeps: one of each kind."""
    say: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    plan = mentorships.Plan(starts_at=NOW, minutes=30, place=word, agenda=word)
    goal: dict[str, Any] = {"title": f"Match {word}", "first_step": word, "due_on": None}
    concern = mentorships.raise_concern(pair.session, kind="other", words=f"Hm {word}", **say)
    return {
        "mentorship_id": pair.id,
        "goal_id": mentorships.add_goal(pair.session, **goal, **say).id,
        "meeting_id": mentorships.plan_meeting(pair.session, plan=plan, **say).id,
        "note_id": mentorships.write_note(pair.session, text=f"Mine {word}", **say).id,
        "concern_id": concern.id,
    }


def _news(session: Session, cast: Cast, word: str, *, reader: User) -> dict[str, object]:
    """Return the keys of a published post, an item for everybody, a feed, and a weekly mail."""
    section, leader = cast.section, cast.leader
    post = desk.write_post(
        session,
        section_id=section.id,
        author_id=leader.id,
        topic=Topic.SECTION,
        title=f"Our week {word}",
        lead=word,
        body=f"We met. {word}",
        now=NOW,
    )
    desk.publish(session, post, by=leader.id, now=NOW)
    feed = feeds.save_feed(
        session,
        None,
        section_id=section.id,
        url="https://example.org/feed",
        organization=f"ECFMG {word}",
        topic=Topic.MATCH,
        keep="",
        auto_publish=False,
        now=NOW,
    )
    news.choose(session, reader.id, topics=(), weekly=True, now=NOW)
    return {
        "item_id": post.id,
        "everybodys_item_id": _item_for_everybody(session).id,
        "feed_id": feed.id,
        "key": session.get_one(DigestReader, reader.id).key,
    }


def _item_for_everybody(session: Session) -> NewsItem:
    load_news(session, now=NOW)
    return session.scalars(sa.select(NewsItem).where(NewsItem.section_id.is_(None)).limit(1)).one()


def _letter(session: Session, section: Section, author: User, word: str) -> dict[str, object]:
    """Return the key of a published letter."""
    letter = spotlight.write(
        session,
        None,
        section_id=section.id,
        author_id=author.id,
        title=f"Dear me {word}",
        byline=f"A resident {word}",
        about=f"On waiting. {word}",
        body=f"It gets better. {word}",
        now=NOW,
    )
    letter = spotlight.own_letter(session, author.id, letter.id)
    spotlight.submit(session, letter, now=NOW)
    spotlight.publish(session, letter, now=NOW)
    return {"letter_id": letter.id}


def _life(session: Session, section: Section, author: User, word: str) -> dict[str, object]:
    """Return the keys of an event, and of a resolution that is still its author's idea."""
    values = {
        "title": f"Meeting {word}",
        "about": f"All welcome. {word}",
        "place": f"Room 5 {word}",
        "starts_at": NOW,
        "ends_at": NOW + dt.timedelta(hours=1),
        "timezone": "America/Chicago",
    }
    idea = resolving.propose(
        session,
        section.id,
        author_id=author.id,
        title=f"Count every year {word}",
        problem=f"They are lost. {word}",
        ask=f"Ask for them. {word}",
        now=NOW,
    )
    return {
        "kept_kind": "event",
        "row_id": community.save_row(session, Event, section.id, None, values).id,
        "resolution_id": idea.id,
    }


def _introduction(session: Session, cast: Cast, word: str, *, asked: User) -> dict[str, object]:
    """Return the key of a listed member who plays no other part, and of their asking Ana."""
    peer = factories.member(session, cast.section, SectionRole.IMG)
    peer.name = f"Pia Peer {word}"
    peers.show_me(session, cast.section.id, peer.id, about=word, show_email=False, now=NOW)
    row = Introduction(
        section_id=cast.section.id,
        from_id=peer.id,
        to_id=asked.id,
        words=word,
        state=IntroductionState.WAITING,
        asked_at=NOW,
    )
    session.add(row)
    session.flush()
    return {"peer_id": peer.id, "introduction_id": row.id}


def _resource(session: Session, cast: Cast, word: str, *, reader: User) -> dict[str, object]:
    """Return the keys of a resource that only the section has, and of a report on it."""
    section, leader = cast.section, cast.leader
    words = Words(
        title=f"Our notes {word}",
        type=ResourceType.GUIDE,
        organization=f"The section {word}",
        url="https://example.org/notes",
        description=f"What we learned. {word}",
        stages=("interviews",),
        topics=(),
    )
    row = curating.add(session, section.id, words=words, by=leader.id, now=NOW)
    shelf.report(
        session,
        person_id=reader.id,
        resource_id=row.id,
        trouble=Trouble.STALE,
        words=word,
        now=NOW,
    )
    report = session.query(ResourceReport).filter_by(resource_id=row.id).one()
    return {"resource_id": row.id, "report_id": report.id}


def _profile_of(cast: Cast, name: str) -> uuid.UUID:
    kinds = (ProfileKind.MENTOR if name in {"Noor Haddad", "Omar Aziz"} else ProfileKind.IMG,)
    return cast.profile(name, *kinds)
