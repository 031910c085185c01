"""The demo's IMGs: more of them than seats, at every stage of the journey."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
    first_words,
    zone_of,
)
from mentorship.matching import Img
from mentorship.rosters.rows import ImgRow, MentorRow

STAGES: Mapping[str, float] = {
    "medical_school": 8, "ecfmg_certification": 6, "usmle_step1": 11, "usmle_step2ck": 16,
    "usmle_step3": 5, "usce": 17, "eras_application": 20, "interviews": 11, "match_soap": 7,
    "visa": 3, "residency": 12, "fellowship": 6, "licensure": 2, "practice": 3,
    "leadership_advocacy": 1,
}  # fmt: skip
_IN_US: Mapping[str, float] = {
    "medical_school": 0.03, "ecfmg_certification": 0.1, "usmle_step1": 0.12, "usmle_step2ck": 0.25,
    "usmle_step3": 0.5, "usce": 0.65, "visa": 0.1, "residency": 1, "fellowship": 1,
    "licensure": 0.9, "practice": 1, "leadership_advocacy": 1,
}  # fmt: skip
_TRAINED = ("residency", "fellowship", "licensure", "practice", "leadership_advocacy")
_BEFORE_TRAINING: Mapping[str, float] = {
    "b1_b2": 20, "permanent_resident": 20, "j1_research": 12, "h4": 10, "us_citizen": 8, "f1": 8,
    "h4_ead": 6, "ead": 6, "pending_aos": 5, "refugee_asylee": 4, "f1_opt": 4, "j2": 4, "daca": 1,
}  # fmt: skip
_IN_TRAINING: Mapping[str, float] = {
    "j1_physician": 52, "h1b": 28, "permanent_resident": 12, "us_citizen": 6, "o1": 2,
}  # fmt: skip
_WORKING: Mapping[str, float] = {
    "j1_waiver_h1b": 50, "h1b": 28, "permanent_resident": 18, "pending_aos": 4,
}  # fmt: skip
_IMPORTANT: Mapping[str, float] = {
    "topics": 6, "visa": 4, "specialty": 4, "stage": 2, "languages": 2, "availability": 2,
    "location": 1, "mentor_is_img": 1,
}  # fmt: skip
_OF_VISAS = ("visa_choice", "j1_waiver", "green_card")
_THIS_YEAR = 2026


def make_imgs(world: World, count: int, mentors: Sequence[MentorRow]) -> list[ImgRow]:
    weights = {country: place["weight"] for country, place in PLACES.items()}
    asked_for = {row.email: 1.0 if n % 9 else 8.0 for n, row in enumerate(mentors)}
    people = [world.person(weights) for _ in range(count)]
    rows = [_img(world, person, world.dice.weighted(STAGES), asked_for) for person in people]
    return _avoiding(_without_consent(rows), mentors)


def make_hard_cases(world: World) -> list[ImgRow]:
    """People whom every mentor's limits leave out, so that a leader sees such a case explained."""
    weights = {"UA": 1.0}
    cases: list[tuple[str, tuple[str, ...]]] = [
        ("orthopaedic_surgery", ("ka",)),
        ("thoracic_surgery", ("hy",)),
        ("vascular_surgery", ()),
    ]
    return [
        _replaced(
            _img(world, world.person(weights), "licensure", {}),
            specialties=(specialty,),
            languages=languages,
            goals=TEXTS["stage"]["licensure"][1],
        )
        for specialty, languages in cases
    ]


def mentor_as_img(world: World, row: MentorRow) -> ImgRow:
    """Return a mentor, a trainee still, as one who looks for a mentor too."""
    person = Person(
        row.name,
        row.email,
        row.profile.school_country or "IN",
        row.profile.school_country or "IN",
        "nonbinary",
        row.profile.languages,
    )
    return _replaced(
        _img(world, person, "fellowship", {}),
        state=row.profile.state,
        timezone=row.profile.timezone,
        gender=row.profile.gender,
    )


def _img(world: World, person: Person, stage: str, asked_for: Mapping[str, float]) -> ImgRow:
    dice = world.dice
    american = person.heritage != person.country
    in_us = dice.chance(_IN_US.get(stage, 0.6) + (0.35 if american else 0))
    state = dice.weighted(STATES) if in_us else None
    zone = zone_of(state) if state else dice.one(PLACES[person.country]["zones"])
    specialties = _specialties(world, stage)
    visa = dice.weighted(_situations(stage, american=american, in_us=in_us))
    topics = _topics(world, person, stage, visa)
    year = _graduation_year(world, stage)
    profile = Img(
        key=person.email,
        stage=world.answered(0.98, stage),
        specialties=world.answered(0.97, specialties, ()),
        topics=world.answered(0.96, topics, ()),
        visa=dice.weighted({visa: 86, "prefer_not": 6, None: 8}),
        school_country=world.answered(0.98, person.country),
        graduation_year=world.answered(0.92, year),
        languages=world.answered(0.97, person.languages, ()),
        state=state,
        states=tuple(dice.several(STATES, dice.between(1, 4))) if dice.chance(0.6) else (),
        timezone=zone,
        availability=world.answered(0.94, world.week(abroad=not in_us), ()),
        channels=_channels(world, in_us=in_us),
        formats=_formats(world, topics),
        meetings_a_month=dice.weighted({1: 30, 2: 45, 4: 15, 3: 3, None: 7}),
        gender=dice.weighted({person.gender: 78, "prefer_not": 8, None: 14}),
        mentors_wanted=2 if dice.chance(0.08) else 1,
        requests=tuple(dice.several(asked_for, dice.between(1, 4))) if dice.chance(0.35) else (),
        conflicts=tuple(_conflicts(world)),
        wishes=_wishes(world, person),
        importance=_importance(world),
        goals=_goals(world, stage, specialties, topics, year),
    )
    consents = ("matching", *dice.sometimes(0.65, ["share_visa", "statistics"]))
    return ImgRow(email=person.email, name=person.name, consents=consents, profile=profile)


def _replaced(row: ImgRow, **changes: object) -> ImgRow:
    profile = dataclasses.replace(row.profile, **changes)  # type: ignore[arg-type]  # values of one dict, of many types
    return dataclasses.replace(row, profile=profile)


def _specialties(world: World, stage: str) -> tuple[str, ...]:
    if stage == "fellowship":
        return tuple(world.dice.several(FELLOWSHIPS, world.dice.between(1, 2)))
    count = world.dice.weighted({1: 55, 2: 33, 3: 12})
    return tuple(world.dice.several(SPECIALTIES, count))


def _topics(world: World, person: Person, stage: str, visa: str) -> tuple[str, ...]:
    order = vocabulary.tables().stage_order
    weights: dict[str, float] = {"career_planning": 1, "wellbeing": 0.6, "culture": 0.3}
    for topic in vocabulary.LISTS["topic"].values():
        steps = [order[each] - order[stage] for each in topic.extra["stages"]]
        if 0 in steps:
            weights[topic.id] = 12 if topic.id == stage else 5
        elif 1 in steps:
            weights[topic.id] = 1.2
    if person.gender != "woman":
        weights.pop("women_in_medicine", None)
    if visa in {"us_citizen", "permanent_resident"}:
        weights = {topic: w for topic, w in weights.items() if topic not in _OF_VISAS}
    return tuple(world.dice.several(weights, world.dice.between(2, 5)))


def _graduation_year(world: World, stage: str) -> int:
    if stage == "medical_school":
        return _THIS_YEAR + world.dice.between(1, 2)
    least = 7 if stage in _TRAINED else 0
    lag = world.dice.weighted({(0, 3): 55, (4, 7): 28, (8, 15): 14, (16, 24): 3})
    return _THIS_YEAR - least - world.dice.between(*lag)


def _situations(stage: str, *, american: bool, in_us: bool) -> Mapping[str, float]:
    if american:
        return {"us_citizen": 78, "permanent_resident": 22}
    if not in_us:
        return {"outside_us": 88, "b1_b2": 6, "permanent_resident": 3, "us_citizen": 3}
    if stage in {"practice", "leadership_advocacy"}:
        return _WORKING
    return _IN_TRAINING if stage in _TRAINED else _BEFORE_TRAINING


def _channels(world: World, *, in_us: bool) -> tuple[str, ...]:
    likely = {"video": 0.95, "phone": 0.35, "in_person": 0.25 if in_us else 0, "messages": 0.6}
    return tuple(channel for channel, chance in likely.items() if world.dice.chance(chance))


def _formats(world: World, topics: tuple[str, ...]) -> tuple[str, ...]:
    weights: dict[str, float] = {"ongoing": 6, "short_series": 3, "single_session": 1}
    weights |= {"single_question": 0.5, "group_session": 0.7}
    if {"personal_statement", "cv_review"} & set(topics):
        weights["document_review"] = 5
    if {"mock_interview", "interview_prep"} & set(topics):
        weights["mock_interview"] = 5
    if "usce" in topics:
        weights["shadowing"] = 3
    return tuple(world.dice.several(weights, world.dice.between(0, 3)))


def _conflicts(world: World) -> list[str]:
    names = dict.fromkeys(INSTITUTIONS, 1.0)
    return world.dice.several(names, world.dice.weighted({0: 85, 1: 11, 2: 4}))


def _wishes(world: World, person: Person) -> tuple[str, ...]:
    likely = {"same_country": 0.14, "mentor_is_img": 0.3}
    likely["same_gender"] = 0.2 if person.gender == "woman" else 0.04
    return tuple(wish for wish, chance in likely.items() if world.dice.chance(chance))


def _importance(world: World) -> Mapping[str, str]:
    if not world.dice.chance(0.4):
        return MappingProxyType({})
    said = dict.fromkeys(world.dice.several(_IMPORTANT, world.dice.between(1, 2)), "high")
    for key in world.dice.sometimes(0.25, ["location", "rhythm"]):
        said.setdefault(key, "low")
    return MappingProxyType(said)


def _goals(
    world: World, stage: str, specialties: tuple[str, ...], topics: tuple[str, ...], year: int
) -> str:
    if world.dice.chance(0.06):
        return ""
    words = {"specialty": first_words(next(iter(specialties), None)), "year": year}
    said = (world.dice.one(TEXTS["stage"][stage]), TEXTS["topic"][topics[0]])
    closing = world.dice.one(TEXTS["closing"])
    return " ".join(text.format(**words) for text in (*said, closing) if text)


def _without_consent(rows: list[ImgRow]) -> list[ImgRow]:
    """Let a few leave out the consent that matching needs."""
    for place, consents in ((12, ()), (57, ("statistics",)), (103, ())):
        rows[place] = dataclasses.replace(rows[place], consents=consents)
    return rows


def _avoiding(rows: list[ImgRow], mentors: Sequence[MentorRow]) -> list[ImgRow]:
    for place, mentor in ((5, 3), (40, 18), (88, 18), (121, 50)):
        email = mentors[mentor].email
        kept = tuple(each for each in rows[place].profile.requests if each != email)
        rows[place] = _replaced(rows[place], avoid=(email,), requests=kept)
    return rows
