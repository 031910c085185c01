"""A word that nothing else uses in every field of two profiles, looked for wherever people look.

Every page, file and mail is fetched as every audience, in every state that an offer and a
mentorship can be in; the words are where the table of ``audience`` says, and nowhere else. The
words of closed lists are renamed for the test, so that pages which show whole lists are no match.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor, Span
from mentorship.mentorships import service as mentorships
from mentorship.notices.models import Message
from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import read_mentor, write_img, write_mentor
from mentorship.rounds import expiring
from mentorship.rounds import service as rounds
from mentorship.rounds.offer_models import Offer, SeatCount
from mentorship.rounds.withdrawing import withdraw
from mentorship.sections.models import Browsing, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient, text_of
from tests.rounds.cast import Cast
from tests.test_matrix import OF_THE_LEADER

IMG, MENTOR = ProfileKind.IMG, ProfileKind.MENTOR
# list, word, and what it is called in this test
RENAMED = {
    ("stage", "interviews"): "Imgstagequokka",
    ("specialty", "neurology"): "Imgspecialtyquokka",
    ("topic", "visa_choice"): "Imgtopicquokka",
    ("language", "ne"): "Imglanguagequokka",
    ("state", "AL"): "Imgstatesquokka",
    ("state", "TX"): "Imghomequokka",
    ("country", "NP"): "Imgcountryquokka",
    ("channel", "messages"): "Imgchannelquokka",
    ("format", "shadowing"): "Imgformatquokka",
    ("visa", "e3"): "Imgvisaquokka",
    ("gender", "nonbinary"): "Imggenderquokka",
    ("wish", "mentor_is_img"): "Imgwishquokka",
    ("career_level", "faculty"): "Mentorlevelquokka",
    ("specialty", "psychiatry"): "Mentorspecialtyquokka",
    ("subspecialty", "pediatric_cardiology"): "Mentorsubspecialtyquokka",
    ("topic", "research"): "Mentortopicquokka",
    ("stage", "residency"): "Mentorstagequokka",
    ("language", "hi"): "Mentorlanguagequokka",
    ("state", "NY"): "Mentorhomequokka",
    ("state", "CA"): "Mentorlicensequokka",
    ("country", "IN"): "Mentorcountryquokka",
    ("channel", "phone"): "Mentorchannelquokka",
    ("format", "document_review"): "Mentorformatquokka",
    ("visa_path", "o1_visa"): "Mentorvisaquokka",
    ("gender", "woman"): "Mentorgenderquokka",
}
NOT_ON_A_CARD = ""
CANARIES: Mapping[ProfileKind, Mapping[str, str]] = {  # word -> field of the card
    IMG: {
        "Anaquokka": "name",
        "anaquokka@example.org": "email",
        "555 0111": "phone",
        "Imgstagequokka": "stage",
        "Imgspecialtyquokka": "specialties",
        "Imgtopicquokka": "topics",
        "Imglanguagequokka": "languages",
        "Imgstatesquokka": "states",
        "Imgcountryquokka": "school_country",
        "Asia/Kathmandu": "timezone",
        "Imgchannelquokka": "channels",
        "Imgformatquokka": "formats",
        "03:07": "hours",
        "Goalquokka": "goals",
        "Whyquokka": "asked_because",
        "Imgvisaquokka": "visa",
        "Imghomequokka": NOT_ON_A_CARD,
        "Imggenderquokka": NOT_ON_A_CARD,
        "Meetings a month 7": "meetings_a_month",
        "Mentors wanted 2": "mentors_wanted",
        "1987": NOT_ON_A_CARD,
        "Imgwishquokka": NOT_ON_A_CARD,
        "More than usual": NOT_ON_A_CARD,  # the importance of a criterion
        "Two mentors, if there are enough": NOT_ON_A_CARD,
        "Conflictquokka": NOT_ON_A_CARD,
        "avoidquokka@example.org": NOT_ON_A_CARD,
    },
    MENTOR: {
        "Noorquokka": "name",
        "noorquokka@example.org": "email",
        "555 0222": "phone",
        "Mentorlevelquokka": "career_level",
        "Mentorspecialtyquokka": "specialties",
        "Mentorsubspecialtyquokka": "subspecialties",
        "Mentortopicquokka": "topics",
        "Mentorstagequokka": "stages",
        "Mentorlanguagequokka": "languages",
        "Mentorhomequokka": "state",
        "Mentorlicensequokka": "states_licensed",
        "Mentorcountryquokka": "school_country",
        "Institutionquokka": "institution",
        "America/Sitka": "timezone",
        "Mentorchannelquokka": "channels",
        "Mentorformatquokka": "formats",
        "04:09": "hours",
        "Aboutquokka": "about",
        "Mentorvisaquokka": "visas",
        "Meetings a month 5": "meetings_a_month",
        "Is an IMG Yes": "is_img",
        "Seats 9": "seats",
        "Mentorgenderquokka": NOT_ON_A_CARD,
        "Selectquokka": NOT_ON_A_CARD,
        "Outquokka": NOT_ON_A_CARD,
        "excludequokka@example.org": NOT_ON_A_CARD,
    },
}
ABOUT_NOBODY = re.compile(r"^/(toolkit|news|equity|spotlight|static|search|help|privacy|notices/c)")
# In one state every page is fetched by everybody; in the others those that are about people.
ABOUT_PEOPLE = re.compile(r"^/(home/|find|rounds/|offers|matches|mentorships|sections/<slug>)")
OUTSIDERS = frozenset({"other leader", "administrator", "stranger"})
LISTS_OF_ALL = re.compile(r"<select.*?</select>|<script.*?</script>", re.DOTALL)
Told = Mapping[ProfileKind, frozenset[Audience]]  # what a reader is to each of the two


@pytest.fixture
def _renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {name: dict(terms) for name, terms in vocabulary.LISTS.items()}
    for (where, word), called in RENAMED.items():
        lists[where][word] = dataclasses.replace(lists[where][word], name=called)
    monkeypatch.setattr(vocabulary, "LISTS", MappingProxyType(lists))


@pytest.fixture
def cast(session: Session, _renamed: None) -> Cast:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    section.browsing = Browsing.BOTH
    people = cast.people
    people["Ana"] = factories.person(session, "Anaquokka", email="anaquokka@example.org")
    people["Noor"] = factories.person(session, "Noorquokka", email="noorquokka@example.org")
    people["Ana"].phone, people["Noor"].phone = "+1 215 555 0111", "+1 215 555 0222"
    ana, noor = cast.img("Ana"), cast.mentor("Noor")
    _say(session, ana, noor)
    for person in (ana, noor):
        for purpose in (consents.LISTED, consents.SHARE_VISA):
            consents.give(session, person.id, purpose, NOW)
    # who only looks around
    plain: dict[str, Any] = {"key": "x", "languages": ("en",), "topics": ("interview_prep",)}
    people["Ben"] = factories.member(session, section, SectionRole.IMG)
    write_img(session, person_id=people["Ben"].id, img=Img(stage="visa", **plain), now=NOW)
    people["Mo"] = factories.member(session, section, SectionRole.MENTOR)
    write_mentor(session, person_id=people["Mo"].id, mentor=Mentor(seats=1, **plain), now=NOW)
    return cast


def _say(session: Session, ana: User, noor: User) -> None:
    img = Img(
        key="x",
        stage="interviews",
        specialties=("neurology",),
        topics=("visa_choice",),
        languages=("ne",),
        states=("AL",),
        state="TX",
        school_country="NP",
        graduation_year=1987,
        timezone="Asia/Kathmandu",
        availability=(Span(0, 3 * 60 + 7, 5 * 60),),
        channels=("messages",),
        formats=("shadowing",),
        meetings_a_month=7,
        mentors_wanted=2,
        wishes=("mentor_is_img",),
        importance={"formats": "high"},
        goals="Goalquokka",
        visa="e3",
        gender="nonbinary",
        conflicts=("Conflictquokka",),
        avoid=("avoidquokka@example.org",),
        requests=(str(noor.id),),
    )
    lines = {str(noor.id): "Whyquokka"}
    write_img(session, person_id=ana.id, img=img, now=NOW, lines=lines)
    mentor = Mentor(
        key="x",
        career_level="faculty",
        specialties=("psychiatry",),
        subspecialties=("pediatric_cardiology",),
        topics=("research",),
        stages=("residency",),
        languages=("hi",),
        state="NY",
        states_licensed=("CA",),
        school_country="IN",
        is_img=True,
        institution="Institutionquokka",
        timezone="America/Sitka",
        availability=(Span(2, 4 * 60 + 9, 6 * 60),),
        channels=("phone",),
        formats=("document_review",),
        meetings_a_month=5,
        about="Aboutquokka",
        visas=("o1_visa",),
        gender="woman",
        seats=9,
        selects_at=("Selectquokka",),
        exclude=("excludequokka@example.org",),
        exclude_institutions=("Outquokka",),
    )
    write_mentor(session, person_id=noor.id, mentor=mentor, now=NOW)


def _open(cast: Cast) -> tuple[Audience, Audience]:
    cast.open()
    return Audience.BROWSING, Audience.BROWSING


def _offered(cast: Cast) -> tuple[Audience, Audience]:
    cast.published()
    return Audience.OFFERED, Audience.BROWSING


def _declined(cast: Cast) -> tuple[Audience, Audience]:
    _offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana").id
    no: dict[str, Any] = {"reason": "no_time", "words": "", "now": NOW}
    rounds.decline_offer(cast.session, person_id=who, offer_id=offer, **no)
    return Audience.BROWSING, Audience.BROWSING


def _seat_taken(cast: Cast) -> tuple[Audience, Audience]:
    """Another IMG has Noor's only seat by the time she says yes to Ana."""
    _offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana")
    cast.session.execute(sa.update(SeatCount).values(taken=SeatCount.seats))
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer.id, now=NOW)
    return Audience.BROWSING, Audience.BROWSING


def _withdrew(cast: Cast) -> tuple[Audience, Audience]:
    _offered(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana")
    withdraw(
        cast.session,
        person_id=who,
        round_id=offer.round_id,
        profile_id=offer.img_id,
        now=NOW,
    )
    return Audience.BROWSING, Audience.BROWSING


def _accepted(cast: Cast) -> tuple[Audience, Audience]:
    _offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana").id
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer, now=NOW)
    return Audience.OFFERED, Audience.OFFERED


def _declined_by_img(cast: Cast) -> tuple[Audience, Audience]:
    _accepted(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana").id
    no: dict[str, Any] = {"reason": "other", "words": "", "now": NOW}
    rounds.decline_match(cast.session, person_id=who, offer_id=offer, **no)
    return Audience.BROWSING, Audience.BROWSING


def _unanswered(cast: Cast) -> tuple[Audience, Audience]:
    round_ = cast.published()
    rounds.finish_round(cast.session, round_id=round_.id, now=NOW)
    return Audience.BROWSING, Audience.BROWSING


def _accepted_then_over(cast: Cast) -> tuple[Audience, Audience]:
    _accepted(cast)
    rounds.finish_round(cast.session, round_id=cast.offer("Ana").round_id, now=NOW)
    return Audience.BROWSING, Audience.BROWSING


def _confirmed(cast: Cast) -> tuple[Audience, Audience]:
    _accepted(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana").id
    rounds.confirm_match(cast.session, person_id=who, offer_id=offer, now=NOW)
    plan = mentorships.Plan(starts_at=NOW, minutes=30)
    say: dict[str, Any] = {"person_id": who, "mentorship_id": offer, "now": NOW}
    mentorships.plan_meeting(cast.session, plan=plan, **say)
    return Audience.MATCHED, Audience.MATCHED


def _ended(cast: Cast) -> tuple[Audience, Audience]:
    _confirmed(cast)
    say: dict[str, Any] = {"person_id": cast.people["Ana"].id, "words": "", "now": NOW}
    mentorships.end_mentorship(
        cast.session, mentorship_id=cast.offer("Ana").id, reason="time_over", **say
    )
    return Audience.BROWSING, Audience.BROWSING


def _expired(cast: Cast) -> tuple[Audience, Audience]:
    round_ = cast.published()
    late = NOW + dt.timedelta(days=60)
    assert expiring.expire_answers(cast.session, round_id=round_.id, now=late)
    return Audience.BROWSING, Audience.BROWSING


def _requested(cast: Cast) -> tuple[Audience, Audience]:
    """Ana asks Noor directly: the same as an offer to Noor, and nothing new to Ana."""
    round_ = cast.open(set_up=rounds.SetUp(direct_requests=True))
    who = cast.people["Ana"].id
    rounds.ask_next(cast.session, person_id=who, round_id=round_.id, now=NOW)
    return Audience.OFFERED, Audience.BROWSING


def _request_expired(cast: Cast) -> tuple[Audience, Audience]:
    _requested(cast)
    late = NOW + dt.timedelta(days=60)
    round_id = cast.offer("Ana").round_id
    assert expiring.expire_requests(cast.session, round_id=round_id, now=late)
    return Audience.BROWSING, Audience.BROWSING


def _taken_back(cast: Cast) -> tuple[Audience, Audience]:
    _requested(cast)
    who, round_id = cast.people["Ana"].id, cast.offer("Ana").round_id
    assert rounds.take_back(cast.session, person_id=who, round_id=round_id, now=NOW)
    return Audience.BROWSING, Audience.BROWSING


def _agreed(cast: Cast) -> tuple[Audience, Audience]:
    _requested(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana")
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer.id, now=NOW)
    return Audience.MATCHED, Audience.MATCHED


STATES = (
    _open,
    _expired,
    _requested,
    _request_expired,
    _taken_back,
    _agreed,
    _offered,
    _declined,
    _seat_taken,
    _withdrew,
    _accepted,
    _declined_by_img,
    _unanswered,
    _accepted_then_over,
    _confirmed,
    _ended,
)


def _readers(
    cast: Cast, to_mentor: Audience, to_img: Audience
) -> Iterator[tuple[str, User | None, Told]]:
    around = frozenset({Audience.BROWSING})
    led, nothing = frozenset({Audience.LEADER}), frozenset[Audience]()
    yield "mentor", cast.people["Noor"], {IMG: around | {to_mentor}}
    yield "img", cast.people["Ana"], {MENTOR: around | {to_img}}
    yield "another IMG", cast.people["Ben"], {IMG: nothing, MENTOR: around}
    yield "another mentor", cast.people["Mo"], {IMG: around, MENTOR: nothing}
    yield "leader", cast.leader, {IMG: led, MENTOR: led}
    elsewhere = factories.leader(cast.session, factories.section(cast.session))
    yield "other leader", elsewhere, {IMG: nothing, MENTOR: nothing}
    yield "administrator", factories.administrator(cast.session), {IMG: nothing, MENTOR: nothing}
    yield "stranger", None, {IMG: nothing, MENTOR: nothing}


def _pages(
    app: Flask, cast: Cast, person: User | None, *, every: bool
) -> Iterator[tuple[str, str]]:
    """Fetch all pages; but for one state, those about people that the reader's role opens.

    What is a leader's page to others is a 404 that says nothing: ``tests/test_matrix.py``.
    """
    client = PageClient(app, person).client
    for rule in app.url_map.iter_rules():
        if ABOUT_NOBODY.search(rule.rule) or "GET" not in (rule.methods or ()):
            continue
        if not (every or ABOUT_PEOPLE.search(rule.rule)):
            continue
        if not every and person != cast.leader and OF_THE_LEADER.search(rule.rule):
            continue
        for path in _addresses(rule, cast):
            answer = client.get(path)
            assert answer.status_code < 500, path
            if answer.status_code == 200:
                text = LISTS_OF_ALL.sub(" ", text_of(answer))
                yield path, " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _addresses(rule: Rule, cast: Cast) -> Iterator[str]:
    values: dict[str, object] = {
        "road": "img",
        "step": "confidence",
        "slug": cast.section.slug,
        "profile_id": cast.profile("Ana"),
        "mentor_profile_id": cast.profile("Noor"),
    }
    offer = cast.session.scalars(sa.select(Offer)).one_or_none()
    if offer is not None:
        values |= {"offer_id": offer.id, "mentorship_id": offer.id}
        values |= {"round_id": offer.round_id}
        values |= {"pair_id": offer.pair_id} if offer.pair_id else {}
    if rule.arguments <= set(values) and (built := rule.build(values, append_unknown=False)):
        yield built[1]


def _allowed(kind: ProfileKind, field: str, audiences: frozenset[Audience]) -> bool:
    return bool(audiences & SHOWN[kind].get(field, frozenset()))


def _says(text: str, word: str) -> bool:
    """Tell a year from digits inside a longer number or key."""
    if not word.isdigit():
        return word in text
    return re.search(rf"(?<!\w){word}(?!\w)", text) is not None


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__.strip("_"))
def test_each_word_is_where_the_table_says(
    app: Flask, cast: Cast, reach: Callable[[Cast], tuple[Audience, Audience]]
) -> None:
    wrong: list[tuple[str, str, str]] = []
    to_mentor, to_img = reach(cast)
    every = reach is _confirmed
    for who, person, told in _readers(cast, to_mentor, to_img):
        if who in OUTSIDERS and not every:
            continue
        everything = ""
        for path, text in _pages(app, cast, person, every=every):
            everything += text
            wrong += [
                (who, path, word)
                for kind, audiences in told.items()
                for word, field in CANARIES[kind].items()
                if _says(text, word) and not _allowed(kind, field, audiences)
            ]
        if who == "leader":
            continue  # they see most fields where they explain a pair: the test below
        wrong += [
            (who, "nowhere", word)
            for kind, audiences in told.items()
            for word, field in CANARIES[kind].items()
            if word not in everything and _allowed(kind, field, audiences)
        ]
    wrong += _in_mails(cast)
    assert not wrong, "\n".join(" ".join(each) for each in wrong)


# What two have in common, or one asks and the other gives, stands in the sentences for leaders.
IN_COMMON: Mapping[str, Any] = {
    "topics": ("visa_choice",),
    "specialties": ("neurology",),
    "languages": ("en", "ne"),
    "states_licensed": ("AL",),
    "stages": ("interviews",),
    "channels": ("messages",),
    "formats": ("shadowing",),
    "state": "AL",
}


def test_leaders_find_all_that_the_table_gives_them(app: Flask, cast: Cast) -> None:
    session, noor = cast.session, cast.people["Noor"]
    said = read_mentor(session, noor.id).values
    shared = dataclasses.replace(said, **IN_COMMON)
    write_mentor(session, person_id=noor.id, mentor=shared, now=NOW)
    _confirmed(cast)
    pages = _pages(app, cast, cast.leader, every=True)
    everything = " ".join(text for _, text in pages)
    sees = {
        word
        for word, field in CANARIES[IMG].items()
        if Audience.LEADER in SHOWN[IMG].get(field, frozenset())
    }
    # the sentence on the one has words of its own, the other is a number in a file
    unshared = {"Meetings a month 7", "Mentors wanted 2"}
    assert sorted(word for word in sees - unshared if not _says(everything, word)) == []
    assert "7 meetings a month" in everything
    own = {"Noorquokka", "noorquokka@example.org", "Institutionquokka"}
    seen = {word: CANARIES[MENTOR][word] for word in own if word in everything}
    allowed = {w for w in own if Audience.LEADER in SHOWN[MENTOR].get(CANARIES[MENTOR][w], ())}
    assert set(seen) == allowed


def _in_mails(cast: Cast) -> list[tuple[str, str, str]]:
    """Find what a mail says of anybody, beyond the name of whoever gets it."""
    own = {"anaquokka@example.org": "Anaquokka", "noorquokka@example.org": "Noorquokka"}
    return [
        ("mail to", mail.recipient, word)
        for mail in cast.session.scalars(sa.select(Message))
        for words in CANARIES.values()
        for word in words
        if word in mail.subject + mail.body and word != own.get(mail.recipient)
    ]


def test_the_words_are_there_to_be_found(cast: Cast) -> None:
    """The search above means something: every field of the cards has a word to look for."""
    for kind, shown in SHOWN.items():
        assert set(shown) == set(CANARIES[kind].values()) - {NOT_ON_A_CARD}
