"""The demo's mentors: from second-year residents to program leaders, with too few seats."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from mentorship import vocabulary
from mentorship.demo.world import (
    FELLOWSHIPS,
    INSTITUTIONS,
    PLACES,
    SPECIALTIES,
    STATES,
    TEXTS,
    Person,
    World,
    zone_of,
)
from mentorship.matching import Mentor
from mentorship.rosters.rows import ImgRow, MentorRow

LEVELS: Mapping[str, float] = {
    "resident_pgy2": 9, "resident_pgy3_plus": 10, "chief_resident": 4, "fellow": 9,
    "early_attending": 10, "mid_career_attending": 8, "senior_attending": 4, "faculty": 4,
    "programme_leadership": 3,
}  # fmt: skip
TRAINEES = ("resident_pgy2", "resident_pgy3_plus", "chief_resident")
SEATS: Mapping[int, float] = {1: 38, 2: 36, 3: 16, 4: 6, 5: 2}
_EXAMS = ("usmle_step1", "usmle_step2ck", "usmle_step3", "ecfmg_certification")
_APPLYING = ("usce", "eras_application", "interviews", "match_soap")
_TRAINING = ("visa", "residency", "fellowship")
_AFTER = ("licensure", "practice", "leadership_advocacy")
_BANDS: Mapping[str, tuple[str, ...]] = {
    "resident_pgy2": ("medical_school", *_EXAMS, *_APPLYING),
    "resident_pgy3_plus": (*_EXAMS[1:3], *_APPLYING, "visa", "residency"),
    "chief_resident": (*_APPLYING, "visa", "residency"),
    "fellow": (*_APPLYING, *_TRAINING),
    "early_attending": (*_APPLYING, *_TRAINING, "practice"),
    "mid_career_attending": (*_APPLYING[1:], *_TRAINING, "practice"),
    "senior_attending": ("medical_school", *_APPLYING, *_TRAINING, "practice"),
    "faculty": ("medical_school", *_APPLYING, *_TRAINING),
    "programme_leadership": (*_APPLYING[1:], "residency", "fellowship"),
}
_WAIVERS: Mapping[str, float] = {
    "conrad30_waiver": 14, "hhs_waiver": 2, "va_waiver": 2, "arc_dra_scrc_waiver": 1,
    "hardship_waiver": 1,
}  # fmt: skip
_GREEN_CARDS: Mapping[str, float] = {"physician_niw": 4, "perm": 4, "eb2_niw": 2, "eb1": 1}
_FLED = ("SY", "SD", "VE", "UA", "IQ", "CU", "IR")


def make_mentors(world: World, count: int) -> list[MentorRow]:
    weights = {country: place["weight"] for country, place in PLACES.items()} | {"US": 16}
    rows = [_mentor(world, world.person(weights)) for _ in range(count)]
    return _paused(rows)


def welcoming(
    world: World, mentors: Sequence[MentorRow], imgs: Sequence[ImgRow]
) -> list[MentorRow]:
    """Let some mentors mark a few IMGs who need most what they help with."""
    return [_welcoming(world, row, imgs) if world.dice.chance(0.3) else row for row in mentors]


def _welcoming(world: World, row: MentorRow, imgs: Sequence[ImgRow]) -> MentorRow:
    said = row.profile
    fitting = {
        img.email: 1.0
        for img in imgs
        if {*img.profile.topics[:1]} & {*said.topics}
        and img.email not in {row.email, *said.exclude}
        and row.email not in img.profile.avoid
    }
    welcomes = tuple(world.dice.several(fitting, world.dice.between(1, 3)))
    return dataclasses.replace(row, profile=dataclasses.replace(said, welcomes=welcomes))


def _mentor(world: World, person: Person) -> MentorRow:
    dice = world.dice
    level = dice.weighted(LEVELS)
    specialties = tuple(dice.several(SPECIALTIES, 1 if dice.chance(0.9) else 2))
    stages = tuple(s for s in _BANDS[level] if dice.chance(0.85)) or _BANDS[level]
    home = dice.weighted(STATES)
    institution = dice.one(INSTITUTIONS)
    is_img = person.country != "US"
    languages = world.answered(0.95, person.languages, ())
    limits = _limits(world, stages, specialties, languages)
    selects = {"programme_leadership": 0.9, "faculty": 0.35, "chief_resident": 0.25}
    profile = Mentor(
        key=person.email,
        career_level=world.answered(0.97, level),
        specialties=specialties,
        subspecialties=_subspecialties(world, level, specialties),
        topics=_topics(world, person, stages),
        stages=world.answered(0.94, stages, ()),
        visas=world.answered(0.9, _visas(world, person, level), ()) if is_img else (),
        is_img=world.answered(0.97, is_img),
        school_country=world.answered(0.97, person.country),
        languages=languages,
        state=home,
        states_licensed=_licensed(world, level, home),
        timezone=zone_of(home),
        availability=world.answered(0.95, world.week(abroad=False), ()),
        channels=("video", *dice.sometimes(0.4, ["phone", "in_person", "messages"])),
        formats=_formats(world),
        meetings_a_month=world.answered(0.93, dice.weighted({1: 35, 2: 45, 4: 18, 3: 2})),
        gender=dice.weighted({person.gender: 80, "prefer_not": 8, None: 12}),
        seats=dice.weighted(SEATS),
        **limits,
        selects_at=(institution,) if dice.chance(selects.get(level, 0)) else (),
        institution=world.answered(0.8, institution),
        about=f"{dice.one(TEXTS['about'][level])} {dice.one(TEXTS['style'])}",
    )
    consents = ("matching", *dice.sometimes(0.7, ["share_visa", "statistics"]))
    return MentorRow(email=person.email, name=person.name, consents=consents, profile=profile)


def _limits(
    world: World,
    stages: tuple[str, ...],
    specialties: tuple[str, ...],
    languages: tuple[str, ...],
) -> dict[str, tuple[str, ...]]:
    """Draw whom a mentor takes only; everybody names one limit at least, most the languages."""
    dice = world.dice
    limits = {}
    if dice.chance(0.3):
        limits["accepts_stages"] = stages
    if dice.chance(0.15):
        limits["accepts_specialties"] = specialties
    if not limits or dice.chance(0.5):
        limits["accepts_languages"] = languages or ("en",)
    return limits


def _subspecialties(world: World, level: str, specialties: tuple[str, ...]) -> tuple[str, ...]:
    if level in TRAINEES or not world.dice.chance(0.6):
        return ()
    leads_to = vocabulary.LISTS["specialty"][specialties[0]].extra["subspecialties"]
    weights = {each: FELLOWSHIPS.get(each, 0.5) for each in leads_to}
    return tuple(world.dice.several(weights, 1))


def _topics(world: World, person: Person, stages: tuple[str, ...]) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for topic in vocabulary.LISTS["topic"].values():
        common = len(set(topic.extra["stages"]) & set(stages))
        weights[topic.id] = 2.0 * common if common else 0.1
    if person.gender != "woman":
        weights["women_in_medicine"] = 0
    return tuple(world.dice.several(weights, world.dice.between(6, 12)))


def _visas(world: World, person: Person, level: str) -> tuple[str, ...]:
    dice = world.dice
    if person.heritage != person.country:
        return ()
    start = {"j1_visa": 5, "h1b_visa": 3.5, "family_based": 1, "o1_visa": 0.2}
    start["asylum_or_refugee"] = 3 if person.country in _FLED else 0.1
    start["tn_visa"] = 2 if person.country == "MX" else 0
    path = [dice.weighted(start)]
    if level not in TRAINEES and path[0] == "j1_visa":
        path += [dice.weighted(_WAIVERS), *dice.sometimes(0.7, ["h1b_visa"])]
    if level not in TRAINEES and path[0] in {"j1_visa", "h1b_visa", "tn_visa", "o1_visa"}:
        path += dice.several(_GREEN_CARDS, 1 if dice.chance(0.7) else 0)
    return tuple(path)


def _licensed(world: World, level: str, home: str) -> tuple[str, ...]:
    if level in TRAINEES:
        return ()
    others = world.dice.several(STATES, world.dice.between(0, 2))
    return tuple(dict.fromkeys([home, *others]))


def _formats(world: World) -> tuple[str, ...]:
    weights = {"ongoing": 6, "short_series": 4, "document_review": 3, "mock_interview": 3}
    more = {"single_session": 2, "single_question": 1, "group_session": 1, "shadowing": 0.5}
    return tuple(world.dice.several({**weights, **more}, world.dice.between(1, 4)))


def _paused(rows: list[MentorRow]) -> list[MentorRow]:
    """Pause three of them: two until a day, one until they say otherwise."""
    for place, day in ((7, dt.date(2027, 3, 1)), (31, dt.date(2027, 6, 30))):
        rows[place] = dataclasses.replace(rows[place], paused_until=day)
    no_seats = dataclasses.replace(rows[44].profile, seats=0)
    rows[44] = dataclasses.replace(rows[44], profile=no_seats)
    return rows
