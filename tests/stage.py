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

from mentorship.accounts.models import Passkey, User
from mentorship.community import service as community
from mentorship.community.models import Event
from mentorship.consents.service import LISTED, give
from mentorship.inbox.service import latest
from mentorship.mentorships import service as mentorships
from mentorship.news import desk, feeds
from mentorship.news import service as news
from mentorship.news.models import DigestReader, NewsItem, Topic
from mentorship.news.seeds import load_news
from mentorship.profiles.models import ProfileKind
from mentorship.rosters import uploads
from mentorship.rounds import service, templates
from mentorship.rounds.models import Round
from mentorship.rounds.run_models import JobKind, JobState, RunJob
from mentorship.rounds.scope import run_of_round
from mentorship.sections.models import Browsing, Membership, MembershipState, Section, SectionRole
from mentorship.signins.service import open_session
from mentorship.spotlight import service as spotlight
from mentorship.toolkit import curating, shelf
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import ResourceType
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


def set_stage(session: Session) -> Stage:
    load_facts(session)
    cast = small_cast(session)
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    mentor = next(
        who for name, who in cast.people.items() if _profile_of(cast, name) == offer.mentor_id
    )
    service.accept_offer(session, person_id=mentor.id, offer_id=offer.id, now=NOW)
    kept = _kept(confirm(cast, round_, "Chi Tanaka", "Omar Aziz"))
    both = cast.img("Bo Both")
    cast.mentor("Bo Both")
    ana = cast.people["Ana Silva"]
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    gone = factories.member(session, cast.section, SectionRole.IMG, state=MembershipState.LEFT)
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
            "administrator": factories.administrator(session),
        },
        values={
            "slug": cast.section.slug,
            **_of_round(session, round_),
            "import_id": _import(session, cast.section, cast.leader),
            "pair_id": offer.pair_id,
            "offer_id": offer.id,
            **kept,
            **_news(session, cast.section, cast.leader, reader=ana),
            **_letter(session, cast.section, ana),
            **_life(session, cast.section, ana),
            **_resource(session, cast.section, cast.leader, reader=ana),
            "passkey_id": _passkey(session, ana),
            "notice_id": latest(session, ana.id)[0].id,
            "profile_id": offer.img_id,
            "mentor_profile_id": offer.mentor_id,
            "membership_id": session.query(Membership).filter_by(person_id=ana.id).one().id,
            "leader_membership_id": (
                session.query(Membership).filter_by(person_id=cast.leader.id).one().id
            ),
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
        session, person, token="a token", browser="Safari on iPad", now=dt.datetime.now(dt.UTC)
    )
    return {"person_id": person.id, "session_id": row.id}


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


def _of_round(session: Session, round_: Round) -> dict[str, object]:
    """Return the keys of a round, a job of it that was cancelled, and its set-up as a template."""
    run = run_of_round(session, round_.id)
    job = RunJob(
        round_id=round_.id,
        kind=JobKind.RUN,
        state=JobState.CANCELLED,
        policy=run.policy,
        rules=run.rules,
        asked_at=NOW,
        ended_at=NOW,
    )
    session.add(job)
    session.flush()
    template = templates.keep_template(session, round_, name="Language first", now=NOW)
    return {"round_id": round_.id, "job_id": job.id, "template_id": template.id}


def _import(session: Session, section: Section, leader: User) -> uuid.UUID:
    """Return the key of an import whose columns are being chosen."""
    files = {SectionRole.IMG: ("imgs.csv", b"email,name\na@example.org,Ana\n")}
    made = uploads.begin(session, section_id=section.id, by=leader.id, files=files, now=NOW)
    return made.id


def _kept(pair: Pair) -> dict[str, uuid.UUID]:
    """Return the keys of what the pair keeps: one of each kind."""
    say: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    plan = mentorships.Plan(starts_at=NOW, minutes=30)
    goal: dict[str, Any] = {"title": "Match", "first_step": "", "due_on": None}
    return {
        "mentorship_id": pair.id,
        "goal_id": mentorships.add_goal(pair.session, **goal, **say).id,
        "meeting_id": mentorships.plan_meeting(pair.session, plan=plan, **say).id,
        "note_id": mentorships.write_note(pair.session, text="Mine", **say).id,
        "concern_id": mentorships.raise_concern(pair.session, kind="other", words="Hm", **say).id,
    }


def _news(session: Session, section: Section, leader: User, *, reader: User) -> dict[str, object]:
    """Return the keys of a published post, an item for everybody, a feed, and a weekly mail."""
    post = desk.write_post(
        session,
        section_id=section.id,
        author_id=leader.id,
        topic=Topic.SECTION,
        title="Our week",
        lead="",
        body="We met.",
        now=NOW,
    )
    desk.publish(session, post, by=leader.id, now=NOW)
    feed = feeds.save_feed(
        session,
        None,
        section_id=section.id,
        url="https://example.org/feed",
        organization="ECFMG",
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


def _letter(session: Session, section: Section, author: User) -> dict[str, object]:
    """Return the key of a published letter."""
    letter = spotlight.write(
        session,
        None,
        section_id=section.id,
        author_id=author.id,
        title="Dear me",
        byline="A resident",
        about="On waiting.",
        body="It gets better.",
        now=NOW,
    )
    letter = spotlight.own_letter(session, author.id, letter.id)
    spotlight.submit(session, letter, now=NOW)
    spotlight.publish(session, letter, now=NOW)
    return {"letter_id": letter.id}


def _life(session: Session, section: Section, author: User) -> dict[str, object]:
    """Return the keys of an event, and of a resolution that is still its author's idea."""
    values = {
        "title": "Meeting",
        "about": "All welcome.",
        "place": "Room 5",
        "starts_at": NOW,
        "ends_at": NOW + dt.timedelta(hours=1),
        "timezone": "America/Chicago",
    }
    idea = community.propose(
        session,
        section.id,
        author_id=author.id,
        title="Count every year",
        problem="They are lost.",
        ask="Ask for them.",
        now=NOW,
    )
    return {
        "kept_kind": "event",
        "row_id": community.save_row(session, Event, section.id, None, values).id,
        "resolution_id": idea.id,
    }


def _resource(
    session: Session, section: Section, leader: User, *, reader: User
) -> dict[str, object]:
    """Return the keys of a resource that only the section has, and of a report on it."""
    words = curating.Words(
        title="Our notes",
        type=ResourceType.GUIDE,
        organization="The section",
        url="https://example.org/notes",
        description="What we learned.",
        stages=("interviews",),
        topics=(),
    )
    row = curating.add(session, section.id, words=words, by=leader.id, now=NOW)
    shelf.report(
        session,
        person_id=reader.id,
        resource_id=row.id,
        trouble=Trouble.STALE,
        words="",
        now=NOW,
    )
    return {"resource_id": row.id, "report_id": session.query(ResourceReport).one().id}


def _profile_of(cast: Cast, name: str) -> uuid.UUID:
    kinds = (ProfileKind.MENTOR if name in {"Noor Haddad", "Omar Aziz"} else ProfileKind.IMG,)
    return cast.profile(name, *kinds)
