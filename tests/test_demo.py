"""The demo's people: made by the generator in the repository, and with the hard cases in them."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.community import peers
from mentorship.community.models import Introduction, IntroductionState
from mentorship.demo import generate
from mentorship.demo.section_life import load_section_life
from mentorship.matching import Market, Problem, Rules
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.names import check_names
from mentorship.rosters.people import participants
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.sections.models import SectionRole
from tests import factories


@pytest.fixture(scope="module")
def rosters() -> tuple[Roster[ImgRow], Roster[MentorRow]]:
    imgs, mentors = ((generate.FOLDER / name).read_bytes() for name in ("imgs.csv", "mentors.csv"))
    return check_names(read_imgs(io.BytesIO(imgs)), read_mentors(io.BytesIO(mentors)))


@pytest.mark.parametrize("name", ["imgs.csv", "mentors.csv"])
def test_the_files_are_what_the_generator_writes(name: str) -> None:
    assert (generate.FOLDER / name).read_bytes() == generate.files()[name]


def test_they_read_without_a_word(rosters: tuple[Roster[ImgRow], Roster[MentorRow]]) -> None:
    for roster in rosters:
        assert roster.problems == ()
        assert roster.notes == ()


def test_everybody_is_invented(rosters: tuple[Roster[ImgRow], Roster[MentorRow]]) -> None:
    for roster in rosters:
        for row in roster.rows:
            assert re.fullmatch(r"[a-z.]+\d?@example\.org", row.email)


def test_there_are_more_people_than_seats(
    rosters: tuple[Roster[ImgRow], Roster[MentorRow]],
) -> None:
    imgs, mentors = rosters
    assert (len(imgs.rows), len(mentors.rows)) == (150, 60)
    seats = sum(row.profile.seats for row in mentors.rows)
    assert 0.7 <= seats / len(imgs.rows) <= 0.8


def test_some_cannot_be_matched_at_all(
    rosters: tuple[Roster[ImgRow], Roster[MentorRow]],
) -> None:
    people = participants(*rosters, on=None)
    week = dt.date(2027, 1, 4)
    market = Market.of(people.imgs, people.mentors, vocabulary.tables(), week=week)
    possible = Problem.of(market, Rules()).table() >= 0
    nobody = (~possible.any(axis=1)).sum()
    assert 3 <= nobody <= 10


def test_the_cases_a_leader_meets_are_all_there(
    rosters: tuple[Roster[ImgRow], Roster[MentorRow]],
) -> None:
    imgs = [row.profile for row in rosters[0].rows]
    mentors = [row.profile for row in rosters[1].rows]
    assert {img.stage for img in imgs} >= vocabulary.LISTS["stage"].keys() - {"board_certification"}
    assert {img.visa for img in imgs} >= {"prefer_not", None, "outside_us", "j1_physician", "h1b"}
    assert {img.gender for img in imgs} >= {"prefer_not", None, "woman", "man"}
    assert {img.mentors_wanted for img in imgs} == {1, 2}
    for field in ("requests", "avoid", "conflicts", "wishes", "importance", "goals"):
        answered = sum(bool(getattr(img, field)) for img in imgs)
        assert 0 < answered < len(imgs), field
    assert {mentor.seats for mentor in mentors} >= {0, 1, 2, 3}
    assert any(mentor.is_img is False for mentor in mentors)
    limits = ("accepts_specialties", "accepts_stages", "accepts_languages", "exclude", "selects_at")
    for field in (*limits, "welcomes"):
        assert any(getattr(mentor, field) for mentor in mentors), field


def test_pauses_missing_consents_and_people_on_both_sides_occur(
    rosters: tuple[Roster[ImgRow], Roster[MentorRow]],
) -> None:
    imgs, mentors = rosters
    people = participants(imgs, mentors, on=None)
    assert len(people.paused) == 2
    assert len(people.imgs_without_consent) == 3
    assert len(people.mentors_without_consent) == 1
    assert len(imgs.emails & mentors.emails) == 2


def test_countries_have_the_heavy_heads_of_the_counts(
    rosters: tuple[Roster[ImgRow], Roster[MentorRow]],
) -> None:
    schools = [row.profile.school_country for row in rosters[0].rows]
    counted = vocabulary.LISTS["country"]["IN"].extra["licensed_in_us"]
    assert counted == max(
        term.extra.get("licensed_in_us", 0) for term in vocabulary.LISTS["country"].values()
    )
    assert max(set(schools), key=schools.count) == "IN"
    assert len(set(schools)) > 20


def test_the_section_comes_to_life(session: Session) -> None:
    """Its file reads, and everything in it passes the rules of the real services."""
    section = factories.section(session)
    leader = factories.leader(session, section)
    members = [factories.member(session, section, SectionRole.IMG) for _ in range(20)]
    load_section_life(session, section, leader.id, now=factories.NOW)
    states = session.scalars(sa.select(Introduction.state)).all()
    assert set(states) == {IntroductionState.WAITING, IntroductionState.AGREED}
    found = peers.directory(session, section.id)
    assert 6 <= found.total <= len(members)
    assert {bool(peer.email) for peer in found.peers} == {True, False}
