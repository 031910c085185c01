"""What one side of an offer sees of the other."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.profiles import service
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import Audience, ImgCard, MentorCard
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.profiles.test_service import counted

OFFERED, MATCHED = Audience.OFFERED, Audience.MATCHED
PHONE = "+1 215 555 0100"


@pytest.fixture
def img(session: Session) -> User:
    person = factories.person(session, "Ana Abara")
    person.phone = PHONE
    said = dataclasses.replace(FULL_IMG, avoid=("lee@example.org",))
    service.write_img(session, person_id=person.id, img=said, now=NOW)
    return person


@pytest.fixture
def mentor(session: Session) -> User:
    person = factories.person(session, "Mo Mentor")
    person.phone = PHONE
    said = dataclasses.replace(FULL_MENTOR, gender="woman", exclude=("lee@example.org",))
    service.write_mentor(session, person_id=person.id, mentor=said, now=NOW)
    return person


def profile_of(session: Session, person: User) -> uuid.UUID:
    return session.query(Profile.id).filter_by(person_id=person.id).scalar()


def of_img(session: Session, person: User, audience: Audience) -> ImgCard:
    card = service.card(session, profile_of(session, person), audience)
    assert isinstance(card, ImgCard)
    return card


def of_mentor(session: Session, person: User, audience: Audience) -> MentorCard:
    card = service.card(session, profile_of(session, person), audience)
    assert isinstance(card, MentorCard)
    return card


def test_a_mentor_reads_an_img_in_words(session: Session, img: User) -> None:
    card = of_img(session, img, OFFERED)
    assert card.name == "Ana Abara"
    assert card.stage == "Interviews"
    assert card.specialties == ("Psychiatry", "Sleep Medicine", "Forensic Psychiatry")
    assert card.topics == ("J-1 or H-1B", "Interview preparation")
    assert card.languages == ("English", "Hindi", "Nepali")
    assert card.states == ("Alabama", "Texas")
    assert card.goals == FULL_IMG.goals


def test_an_img_reads_a_mentor_in_words(session: Session, mentor: User) -> None:
    card = of_mentor(session, mentor, OFFERED)
    assert (card.career_level, card.institution) == ("Faculty", "Harbor Hospital")
    assert card.stages == ("Interviews", "Match and SOAP")
    assert card.about == FULL_MENTOR.about


def test_ways_to_reach_somebody_come_when_both_have_said_yes(
    session: Session, img: User, mentor: User
) -> None:
    for person in (img, mentor):
        key = profile_of(session, person)
        before, after = (service.card(session, key, a) for a in (OFFERED, MATCHED))
        assert (before.email, before.phone, before.hours) == (None, None, ())
        assert (after.email, after.phone) == (person.email, PHONE)
        assert after.hours


def test_visa_words_are_shown_while_their_owner_agrees(session: Session, img: User) -> None:
    assert of_img(session, img, MATCHED).visa is None
    consents.give(session, img.id, "share_visa", NOW)
    assert of_img(session, img, OFFERED).visa == "Outside the US, no visa yet"
    consents.withdraw(session, img.id, "share_visa", NOW)
    assert of_img(session, img, OFFERED).visa is None


def test_visa_paths_of_a_mentor_likewise(session: Session, mentor: User) -> None:
    assert of_mentor(session, mentor, MATCHED).visas == ()
    consents.give(session, mentor.id, "share_visa", NOW)
    assert of_mentor(session, mentor, OFFERED).visas == ("J-1 visa", "Conrad 30 waiver")


def test_a_gender_is_shown_while_its_owner_agrees_and_by_its_own_switch(
    session: Session, img: User, mentor: User
) -> None:
    for person, show in ((img, of_img), (mentor, of_mentor)):
        consents.give(session, person.id, "share_visa", NOW)
        assert show(session, person, MATCHED).gender is None
        consents.give(session, person.id, "share_gender", NOW)
        for audience in (OFFERED, MATCHED):
            assert show(session, person, audience).gender
        for audience in (Audience.BROWSING, Audience.LEADER):
            assert show(session, person, audience).gender is None
        consents.withdraw(session, person.id, "share_gender", NOW)
        assert show(session, person, MATCHED).gender is None


def test_prefer_not_to_say_shows_nothing(session: Session, img: User) -> None:
    said = dataclasses.replace(FULL_IMG, visa="prefer_not")
    service.write_img(session, person_id=img.id, img=said, now=NOW)
    consents.give(session, img.id, "share_visa", NOW)
    assert of_img(session, img, MATCHED).visa is None


@pytest.mark.parametrize("secret", ["onbinary", "lee@example.org", "Harbor Hospital", "Mount"])
def test_an_img_card_never_tells(session: Session, img: User, secret: str) -> None:
    consents.give(session, img.id, "share_visa", NOW)
    assert secret not in repr(of_img(session, img, MATCHED))


@pytest.mark.parametrize("secret", ["oman", "lee@example.org", "Mount", "Neurology", "seats=3"])
def test_a_mentor_card_never_tells(session: Session, mentor: User, secret: str) -> None:
    consents.give(session, mentor.id, "share_visa", NOW)
    assert secret not in repr(of_mentor(session, mentor, MATCHED))


def test_only_the_mentor_asked_for_reads_why(session: Session) -> None:
    where = factories.section(session)
    img = factories.member(session, where, SectionRole.IMG)
    asked, other = (factories.member(session, where, SectionRole.MENTOR) for _ in range(2))
    lines = {str(asked.id): "You gave the talk."}
    said = dataclasses.replace(FULL_IMG, requests=(str(asked.id), str(other.id)))
    service.write_img(session, person_id=img.id, img=said, now=NOW, lines=lines)
    key = profile_of(session, img)
    read = {
        reader.id: service.card(session, key, OFFERED, reader_id=reader.id)
        for reader in (asked, other)
    }
    assert [getattr(card, "asked_because", None) for card in read.values()] == [
        "You gave the talk.",
        "",
    ]


def test_a_card_of_nobody(session: Session) -> None:
    with pytest.raises(KeyError):
        service.card(session, uuid.uuid4(), OFFERED)


def test_ten_cards_take_no_more_queries_than_one(session: Session) -> None:
    for _ in range(10):
        person = factories.person(session)
        service.write_img(session, person_id=person.id, img=FULL_IMG, now=NOW)
    keys = [key for (key,) in session.query(Profile.id).filter_by(kind=ProfileKind.IMG)]

    def statements(number: int) -> int:
        session.expunge_all()
        with counted(session) as seen:
            service.cards(session, dict.fromkeys(keys[:number], OFFERED))
        return len(seen)

    assert statements(10) == statements(1) <= 8
