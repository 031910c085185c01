"""A full profile of each kind, in the form in which it is kept."""

from __future__ import annotations

from types import MappingProxyType

from mentorship.matching import Img, Mentor, Span

FULL_IMG = Img(
    key="any",
    stage="interviews",
    specialties=("psychiatry", "sleep_medicine", "forensic_psychiatry"),
    topics=("visa_choice", "interview_prep"),
    visa="outside_us",
    school_country="NP",
    graduation_year=2019,
    languages=("en", "hi", "ne"),
    state="TX",
    states=("AL", "TX"),
    timezone="Asia/Kathmandu",
    availability=(Span(0, 18 * 60, 21 * 60), Span(5, 0, 1440)),
    channels=("video", "messages"),
    formats=("ongoing",),
    meetings_a_month=2,
    gender="nonbinary",
    mentors_wanted=2,
    conflicts=("Harbor Hospital", "Mount Example"),
    wishes=("mentor_is_img",),
    importance=MappingProxyType({"channels": "low", "topics": "high"}),
    goals="First line.\nSecond line.",
)
FULL_MENTOR = Mentor(
    key="any",
    career_level="faculty",
    specialties=("psychiatry",),
    subspecialties=("forensic_psychiatry",),
    topics=("interview_prep", "visa_choice"),
    stages=("interviews", "match_soap"),
    visas=("j1_visa", "conrad30_waiver"),
    is_img=False,
    school_country="IN",
    languages=("en", "hi"),
    state="NY",
    states_licensed=("NY", "TX"),
    timezone="America/New_York",
    availability=(Span(6, 480, 720),),
    channels=("video",),
    formats=("single_session", "ongoing"),
    meetings_a_month=1,
    gender="prefer_not",
    seats=3,
    accepts_specialties=("psychiatry", "neurology"),
    accepts_stages=("interviews",),
    accepts_languages=("en",),
    exclude_institutions=("Mount Example",),
    selects_at=("Harbor Hospital",),
    institution="Harbor Hospital",
    about="I listen first.",
)
