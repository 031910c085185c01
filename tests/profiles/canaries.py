"""Two people with a word of their own in every field, and a section in which they may meet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor, Span
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import read_img, read_mentor, write_img, write_mentor
from mentorship.sections.models import Browsing, SectionRole
from tests import factories
from tests.factories import NOW
from tests.rounds.cast import Cast

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
    ("specialty", "dermatology"): "Acceptspecialtyquokka",
    ("stage", "practice"): "Acceptstagequokka",
    ("language", "fr"): "Acceptlanguagequokka",
}
CANARIES: Mapping[ProfileKind, Mapping[str, str]] = {  # word -> field, of the card or the answers
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
        "Sun 11:22-13:15": "hours",  # in Tahiti
        "03:07": "availability",  # as Ana wrote them, in Kathmandu
        "Goalquokka": "goals",
        "Whyquokka": "asked_because",
        "Imgvisaquokka": "visa",
        "Imghomequokka": "state",
        "Imggenderquokka": "gender",
        "Meetings a month 7": "meetings_a_month",
        "Mentors wanted 2": "mentors_wanted",
        "1987": "graduation_year",
        "Imgwishquokka": "wishes",
        "More than usual": "importance",
        "Two mentors, if there are enough": "",  # as their own form says it
        "Conflictquokka": "conflicts",
        "avoidquokka@example.org": "avoid",
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
        "Pacific/Tahiti": "timezone",
        "Mentorchannelquokka": "channels",
        "Mentorformatquokka": "formats",
        "Wed 19:54-21:45": "hours",  # in Kathmandu
        "04:09": "availability",
        "Aboutquokka": "about",
        "Mentorvisaquokka": "visas",
        "Meetings a month 5": "meetings_a_month",
        "Is an IMG Yes": "is_img",
        "Seats 9": "seats",
        "Mentorgenderquokka": "gender",
        "Selectquokka": "selects_at",
        "Outquokka": "exclude_institutions",
        "excludequokka@example.org": "exclude",
        "Acceptspecialtyquokka": "accepts_specialties",
        "Acceptstagequokka": "accepts_stages",
        "Acceptlanguagequokka": "accepts_languages",
        "Welcomequokka": "welcomes",  # the name of another IMG of the section
        "2099": "paused_until",
    },
}


def rename(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the words of closed lists as this test does."""
    lists = {name: dict(terms) for name, terms in vocabulary.LISTS.items()}
    for (where, word), called in RENAMED.items():
        lists[where][word] = dataclasses.replace(lists[where][word], name=called)
    monkeypatch.setattr(vocabulary, "LISTS", MappingProxyType(lists))


def canary_cast(session: Session) -> Cast:
    """Return Ana and Noor, who say all there is to say, and Ben and Mo, who only look around."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    section.browsing = Browsing.BOTH
    people = cast.people
    people["Ana"] = factories.person(session, "Anaquokka", email="anaquokka@example.org")
    people["Noor"] = factories.person(session, "Noorquokka", email="noorquokka@example.org")
    people["Ana"].phone, people["Noor"].phone = "+1 215 555 0111", "+1 215 555 0222"
    ana, noor = cast.img("Ana"), cast.mentor("Noor")
    welcome = factories.person(session, "Welcomequokka")
    factories.member(session, section, SectionRole.IMG, welcome)
    _say(session, ana, noor, welcome)
    for person in (ana, noor):
        for purpose in (consents.LISTED, consents.SHARE_VISA, consents.SHARE_GENDER):
            consents.give(session, person.id, purpose, NOW)
    plain: dict[str, Any] = {"key": "x", "languages": ("en",), "topics": ("interview_prep",)}
    people["Ben"] = factories.member(session, section, SectionRole.IMG)
    ben = Img(stage="visa", specialties=("pediatrics",), **plain)
    write_img(session, person_id=people["Ben"].id, img=ben, now=NOW)
    people["Mo"] = factories.member(session, section, SectionRole.MENTOR)
    write_mentor(session, person_id=people["Mo"].id, mentor=Mentor(seats=1, **plain), now=NOW)
    return cast


def bring_together(cast: Cast) -> None:
    """Let everything match: what two have in common is what sentences on a pair are made of."""
    session, ana, noor = cast.session, cast.people["Ana"], cast.people["Noor"]
    img, mentor = read_img(session, ana.id).values, read_mentor(session, noor.id).values
    wishes = ("mentor_is_img", "same_country", "same_gender")
    write_img(session, person_id=ana.id, img=dataclasses.replace(img, wishes=wishes), now=NOW)
    shared = dataclasses.replace(
        mentor,
        **{field: getattr(img, field) for field in IN_COMMON},
        state=img.state,
        states_licensed=(),
        stages=(img.stage or "",),
        about=img.goals,
    )
    write_mentor(session, person_id=noor.id, mentor=shared, now=NOW)


IN_COMMON = (
    *("topics", "specialties", "languages", "channels", "formats", "meetings_a_month"),
    *("school_country", "gender", "timezone", "availability"),
)


def _say(session: Session, ana: User, noor: User, welcome: User) -> None:
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
        timezone="Pacific/Tahiti",
        availability=(Span(2, 4 * 60 + 9, 6 * 60),),
        channels=("phone",),
        formats=("document_review",),
        meetings_a_month=5,
        about="Aboutquokka",
        visas=("o1_visa",),
        gender="woman",
        seats=9,
        accepts_specialties=("dermatology", "neurology", "pediatrics"),  # Ana's and Ben's too
        accepts_stages=("practice", "interviews", "visa"),
        accepts_languages=("fr", "ne", "en"),
        welcomes=(str(welcome.id),),
        selects_at=("Selectquokka",),
        exclude=("excludequokka@example.org",),
        exclude_institutions=("Outquokka",),
    )
    write_mentor(session, person_id=noor.id, mentor=mentor, now=NOW)
