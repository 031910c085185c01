"""What the demo section has besides its rounds: news, meetings, letters, people who may be found.

Everything goes through the same services as real ones; the words stand in ``section_life.yaml``.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community import introductions, peers, resolving
from mentorship.community import service as community
from mentorship.community.models import CouncilSeat, Event, Opening, OpeningKind, ResolutionState
from mentorship.news import desk
from mentorship.news.feeds import save_feed
from mentorship.news.models import Topic
from mentorship.news.shipped import SuggestedFeed, read_sources
from mentorship.search.misses import note_miss
from mentorship.sections.models import Membership, Section, SectionRole
from mentorship.spotlight import service as spotlight

FILE = Path(__file__).with_name("section_life.yaml")
ZONE = "America/Chicago"


def load_section_life(
    session: Session, section: Section, leader_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Fill the pages of the section. The caller commits."""
    words = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    people = session.scalars(
        sa.select(User)
        .join(Membership, Membership.person_id == User.id)
        .where(Membership.section_id == section.id, Membership.role == SectionRole.IMG)
        .order_by(User.email)
        .limit(20)
    ).all()
    _news(session, section, leader_id, words, now)
    _calendar(session, section, words, now)
    _resolutions(session, section, people, words["resolutions"], now)
    _letters(session, section, people, words["letters"], now)
    for each in words["searches"]:
        for number in range(each["times"]):
            by = str(number)
            note_miss(session, each["text"], sections=[section.id], by=by, now=now)
    for number, (person, about) in enumerate(zip(people, words["peers"], strict=False)):
        email = number % 2 == 1  # half of them want mail
        peers.show_me(session, section.id, person.id, about=about, show_email=email, now=now)
    for each in words["introductions"]:
        asker, asked = people[each["from"]], people[each["to"]]
        made = introductions.ask(
            session, section, asker=asker, person_id=asked.id, words=each["words"], now=now
        )
        if each["answered"]:
            introductions.answer(session, section, made.id, person=asked, agrees=True, now=now)


def _news(
    session: Session,
    section: Section,
    leader_id: uuid.UUID,
    words: Mapping[str, Any],
    now: dt.datetime,
) -> None:
    for each in (*words["posts"], words["draft"]):
        at = now - dt.timedelta(days=each.get("days_ago", 0))
        post = desk.write_post(
            session,
            section_id=section.id,
            author_id=leader_id,
            topic=Topic(each["topic"]),
            title=each["title"],
            lead=each["lead"],
            body=each["body"],
            now=at,
        )
        if "days_ago" in each:
            desk.publish(session, post, by=leader_id, now=at)
    for feed in (read_sources()[0][0], SuggestedFeed(**words["own_feed"])):
        save_feed(
            session,
            None,
            section_id=section.id,
            url=feed.url,
            organization=feed.organization,
            topic=Topic(feed.topic),
            keep=feed.keep,
            auto_publish=False,
            now=now,
        )


def _calendar(
    session: Session, section: Section, words: Mapping[str, Any], now: dt.datetime
) -> None:
    today = now.astimezone(ZoneInfo(ZONE)).date()

    def day(each: Mapping[str, Any]) -> dt.date | None:
        return today + dt.timedelta(days=each["in_days"]) if "in_days" in each else None

    for each in words["openings"]:
        values = {"title": each["title"], "about": each["about"], "deadline": day(each)}
        values["kind"] = OpeningKind(each["kind"])
        community.save_row(session, Opening, section.id, None, values | {"url": ""})
    for each in words["events"]:
        hour = dt.time(each["hour"], tzinfo=ZoneInfo(ZONE))
        starts = dt.datetime.combine(day(each) or today, hour)
        values = {name: each[name] for name in ("title", "about", "place")}
        values |= {"starts_at": starts, "ends_at": starts + dt.timedelta(hours=each["hours"])}
        community.save_row(session, Event, section.id, None, values | {"timezone": ZONE, "url": ""})
    for position, each in enumerate(words["council"], start=1):
        values = {name: each[name] for name in ("office", "name", "about")} | {"until": day(each)}
        community.save_row(session, CouncilSeat, section.id, None, values | {"position": position})


def _resolutions(
    session: Session,
    section: Section,
    people: Sequence[User],
    words: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> None:
    for author, each in zip(people, words, strict=False):
        made = resolving.propose(
            session,
            section.id,
            author_id=author.id,
            title=each["title"],
            problem=each["problem"],
            ask=each["ask"],
            now=now - dt.timedelta(days=80),
        )
        for step in each["steps"]:
            at = now - dt.timedelta(days=step["days_ago"])
            state, note = ResolutionState(step["state"]), step["note"]
            resolving.add_step(session, made, state=state, day=at.date(), note=note, now=at)


def _letters(
    session: Session,
    section: Section,
    people: Sequence[User],
    words: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> None:
    for author, each in zip(people[3:], words, strict=False):
        at = now - dt.timedelta(days=5)
        texts = {name: each[name] for name in ("title", "byline", "about", "body")}
        letter = spotlight.write(
            session, None, section_id=section.id, author_id=author.id, now=at, **texts
        )
        spotlight.submit(session, letter, now=at)
        if each["published"]:
            session.refresh(letter, ["author"])
            spotlight.publish(session, letter, now=at)
