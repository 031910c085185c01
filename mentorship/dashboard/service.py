"""What each home page shows: where I stand, what comes next, and what helps at my stage.

``now`` is the moment by the reader's clock: its date is their today.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from mentorship.community.service import SectionDate, coming_up
from mentorship.matching import Img, Mentor
from mentorship.mentorships.service import Coming, Going, Mentorship, going_on
from mentorship.news.service import NewsLine, latest
from mentorship.profiles.completeness import Completeness, completeness
from mentorship.profiles.service import glance
from mentorship.rounds.choices import OVER
from mentorship.rounds.funnel import Funnel, leader_funnels
from mentorship.rounds.img_standing import img_status
from mentorship.rounds.mentor_standing import MentorStatus, mentor_status
from mentorship.rounds.out_of_date import rounds_out_of_date
from mentorship.rounds.priority import priority_of
from mentorship.rounds.round_list import RoundLine, round_lists
from mentorship.rounds.standing_rules import UNMATCHED
from mentorship.rounds.standing_shapes import ImgRound, ImgStatus, Standing
from mentorship.sections.listing import Overview, all_sections
from mentorship.sections.models import Section
from mentorship.toolkit.freshness import Line, to_check_first
from mentorship.toolkit.service import Day, ResourceCard, StageView, days, for_mentors, for_stage

RESOURCES = 3  # of a stage, on a home page
# a standing in the fewest words, with the tone of its tag
STANDINGS: Mapping[Standing, tuple[str, str]] = MappingProxyType(
    {
        Standing.NOT_IN: ("Open, you are not part of it", "neutral"),
        Standing.TAKES_PART: ("You take part", "info"),
        Standing.MAY_ASK: ("You take part, and may ask mentors", "info"),
        Standing.REQUESTED: ("Your request waits for an answer", "info"),
        Standing.IN_REVIEW: ("In review", "info"),
        Standing.ASKED: ("A mentor is being asked", "info"),
        Standing.ANSWER_NEEDED: ("Waiting for your answer", "warn"),
        Standing.ELSEWHERE: ("Not in it: you have a mentor, or an offer", "neutral"),
        Standing.CONFIRMED: ("You have a mentor", "good"),
        Standing.WITHDREW: ("You withdrew", "neutral"),
        Standing.WAITING: ("Waiting for a mentor", "warn"),
        Standing.NOT_LOOKING: ("You need no mentor in it now", "neutral"),
        Standing.SILENT: ("You did not answer in time", "warn"),
        Standing.LEFT: ("You left its section", "neutral"),
        Standing.NOT_MATCHED: ("Finished without a mentor", "neutral"),
        Standing.GIVEN_UP: ("Given up: it did not take place", "neutral"),
        Standing.ENDED: ("Mentorship ended", "neutral"),
    }
)
# the same of the search for a second mentor
SECONDS: Mapping[Standing, tuple[str, str]] = MappingProxyType(
    {
        Standing.TAKES_PART: ("You take part, for a second mentor", "info"),
        Standing.MAY_ASK: ("You may ask a second mentor", "info"),
        Standing.REQUESTED: ("A second request waits", "info"),
        Standing.IN_REVIEW: ("In review, for a second mentor", "info"),
        Standing.ASKED: ("A second mentor is being asked", "info"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgHome:
    status: ImgStatus
    profile: Completeness
    agreed: bool  # to be matched
    asked_again: bool  # a text they agreed to has changed
    priority: bool  # they wait, and in the next match it counts for them
    stage: StageView | None
    news: Sequence[NewsLine]
    section: Sequence[SectionDate]
    meetings: Sequence[Coming]
    left_behind: Sequence[Mentorship]

    @property
    def on_hold(self) -> str:
        """Say what keeps them out of every match, "" if nothing does."""
        if not self.profile.ready:
            return "your profile is ready"
        return "" if self.agreed else "you agree to be matched"

    def second_in(self, round_: ImgRound) -> Standing | None:
        """Say how the search for a second mentor stands; None if there is none, or on hold."""
        return None if self.on_hold and round_.second in UNMATCHED else round_.second

    def tags(self, round_: ImgRound) -> Sequence[tuple[str, str]]:
        """Return how they stand in a round in the fewest words, each with the tone of its tag."""
        if self.on_hold and round_.standing in UNMATCHED:
            return [(f"On hold until {self.on_hold}", "warn")]
        if not round_.meant:
            return [("Open, for some members only", "neutral")]
        second = self.second_in(round_)
        return [STANDINGS[round_.standing], *([SECONDS[second]] if second else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorHome:
    status: MentorStatus
    profile: Completeness
    agreed: bool  # to be matched
    asked_again: bool  # a text they agreed to has changed
    meetings: Sequence[Coming]
    left_behind: Sequence[Mentorship]
    resources: Sequence[ResourceCard]
    news: Sequence[NewsLine]
    section: Sequence[SectionDate]
    mentees: Sequence[tuple[str, str]]  # name, and the stage they say they are at
    dates: Sequence[Day]


@dataclass(frozen=True, slots=True)
class LedSection:
    """A section as its leader's home page shows it."""

    section: Section
    funnel: Funnel
    rounds: Sequence[RoundLine]
    out_of_date: Collection[uuid.UUID]  # rounds, here or elsewhere, whose run cannot go out

    @property
    def going(self) -> Sequence[RoundLine]:
        """Return the rounds that want a next step of the leader, the newest first."""
        return [line for line in self.rounds if line.state not in OVER]


def img_home(
    session: Session, person_id: uuid.UUID, *, now: dt.datetime, left: Collection[str] = ()
) -> ImgHome:
    """Return an IMG's home page; ``stage`` is None until the person has said where they stand.

    ``left`` are roles without a home page any more, whose mentorships may go on.
    """
    seen = glance(session, person_id, Img)
    at, status = seen.values.stage, img_status(session, person_id)
    going = going_on(session, person_id, now=now) if status.mentors or left else Going()
    return ImgHome(
        status=status,
        profile=completeness(seen.values),
        agreed=seen.agreed,
        asked_again=seen.asked_again,
        priority=_priority(session, status),
        stage=for_stage(session, at, now=now, limit=RESOURCES, person_id=person_id) if at else None,
        meetings=going.meetings,
        left_behind=_of(going, left),
        news=latest(session, person_id, stages=[at] if at else [], now=now),
        section=coming_up(session, person_id, today=now.date(), now=now),
    )


def _priority(session: Session, status: ImgStatus) -> bool:
    """Tell whether what the page says to somebody who waits may promise them priority."""
    now = status.current
    if now is None or now.standing is not Standing.WAITING or now.profile_id is None:
        return False
    return now.counts_waiting and bool(priority_of(session, [now.profile_id]))


def _of(going: Going, left: Collection[str]) -> Sequence[Mentorship]:
    return [each for each in going.mentorships if each.side.value in left]


def left_behind(
    session: Session, person_id: uuid.UUID, *, now: dt.datetime, left: Collection[str]
) -> Sequence[Mentorship]:
    """Return what goes on of roles that somebody has left, for a home page of another role."""
    return _of(going_on(session, person_id, now=now), left) if left else ()


def mentor_home(
    session: Session, person_id: uuid.UUID, *, now: dt.datetime, left: Collection[str] = ()
) -> MentorHome:
    """Return a mentor's home page; ``left`` as for an IMG's."""
    seen = glance(session, person_id, Mentor)
    stages = seen.values.stages
    status = mentor_status(session, person_id, now=now)
    going = going_on(session, person_id, now=now) if status.mentees or left else Going()
    return MentorHome(
        status=status,
        mentees=[(each.img, each.stage) for each in status.mentees if each.stage],
        dates=days(session, now=now)[:RESOURCES],
        profile=completeness(seen.values),
        agreed=seen.agreed,
        asked_again=seen.asked_again,
        meetings=going.meetings,
        left_behind=_of(going, left),
        resources=for_mentors(session, stages=stages, limit=2 * RESOURCES, person_id=person_id),
        news=latest(session, person_id, stages=stages, now=now),
        section=coming_up(session, person_id, today=now.date(), now=now),
    )


def facts_to_check(session: Session, *, today: dt.date) -> Sequence[Line]:
    """Return the facts of the toolkit that leaders should check first."""
    return to_check_first(session, today=today)


def leader_home(
    session: Session, led: Collection[Section], *, now: dt.datetime
) -> Sequence[LedSection]:
    """Return the sections somebody leads, each with its funnel and rounds, in four queries."""
    ids = [section.id for section in led]
    funnels, rounds = leader_funnels(session, ids), round_lists(session, ids, now=now)
    out_of_date = rounds_out_of_date(session, ids, now=now)
    return [LedSection(each, funnels[each.id], rounds[each.id], out_of_date) for each in led]


def administrator_home(session: Session) -> Sequence[Overview]:
    return all_sections(session)
