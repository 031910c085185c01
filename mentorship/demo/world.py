"""What IMGs and mentors of the demo have in common: names, places, languages and free time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mentorship import hours, vocabulary
from mentorship.demo.dice import Dice
from mentorship.matching import Span


def _load(name: str) -> Any:
    return yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))


PLACES: Mapping[str, Any] = _load("places.yaml")
TEXTS: Mapping[str, Any] = _load("texts.yaml")
INSTITUTIONS: list[str] = TEXTS["institutions"]
STATES: Mapping[str, float] = {
    "NY": 16, "NJ": 8, "TX": 9, "FL": 9, "CA": 8, "IL": 7, "MI": 7, "PA": 6, "MA": 5, "OH": 5,
    "MD": 4, "GA": 3, "VA": 3, "CT": 3, "MO": 2, "AZ": 2, "NC": 2, "WI": 2, "LA": 1, "ND": 1,
    "NV": 1, "PR": 1,
}  # fmt: skip
SPECIALTIES: Mapping[str, float] = {  # by IMGs who matched, as far as the counts go
    "internal_medicine": 40, "family_medicine": 16, "pediatrics": 9, "psychiatry": 7,
    "neurology": 6, "pathology": 6, "general_surgery": 5, "emergency_medicine": 3,
    "anesthesiology": 3, "diagnostic_radiology": 2, "obgyn": 2, "pmr": 1, "child_neurology": 1,
    "preliminary_medicine": 1, "preliminary_surgery": 1, "transitional_year": 1, "med_peds": 1,
    "orthopaedic_surgery": 0.5, "dermatology": 0.5,
}  # fmt: skip
FELLOWSHIPS: Mapping[str, float] = {
    "cardiovascular_disease": 5, "hematology": 3, "oncology": 3, "gastroenterology": 4,
    "nephrology": 3, "pulmonary_disease": 3, "critical_care": 3, "endocrinology": 2,
    "infectious_disease": 2, "geriatric_medicine": 1, "neonatal_perinatal": 1,
    "vascular_neurology": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    country: str  # of the medical school
    heritage: str  # whose names and languages they have
    gender: str
    languages: tuple[str, ...]


@dataclass(slots=True)
class World:
    """Draws people, each with an address nobody else has."""

    dice: Dice
    _names: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)

    def person(self, weights: Mapping[str, float]) -> Person:
        country = self.dice.weighted(weights)
        heritage = self.dice.one(PLACES[country].get("heritage", [country]))
        place = PLACES[heritage]
        gender = self.dice.weighted({"woman": 50, "man": 48, "nonbinary": 2})
        either = {"woman": place["women"], "man": place["men"]}
        name = self._name(either.get(gender, place["women"] + place["men"]), place["family"])
        languages = ["en"] if self.dice.chance(0.97) else []
        likely = 0.9 if heritage == country else 0.6
        for language in place["languages"]:
            if self.dice.chance(likely):
                languages.append(language)
            likely /= 3
        return Person(name, self._address(name), country, heritage, gender, tuple(languages))

    def _name(self, given: list[str], family: list[str]) -> str:
        """Draw a name that nobody has yet, if a few draws find one."""
        for _ in range(12):
            name = f"{self.dice.one(given)} {self.dice.one(family)}"
            if name not in self._names:
                break
        self._names.add(name)
        return name

    def _address(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("Đ", "D"))  # noqa: RUF001 - a Turkish letter
        local = re.sub(r"[^a-z]+", ".", plain.encode("ascii", "ignore").decode().lower())
        local, count = local.strip("."), 1
        while (address := f"{local}{count if count > 1 else ''}@example.org") in self._taken:
            count += 1
        self._taken.add(address)
        return address

    def week(self, *, abroad: bool) -> tuple[Span, ...]:
        """Draw free time around work: evenings, early mornings, weekends, a free weekday."""
        dice, spans = self.dice, []
        if dice.chance(0.7):
            start = dice.between(36, 40) * 30
            days = dice.several(dict.fromkeys(range(5), 1.0), dice.between(1, 3))
            spans += [Span(day, start, min(start + 60 * dice.between(2, 4), 1440)) for day in days]
        if dice.chance(0.2):
            day = dice.between(0, 4)
            spans += [Span(day, 360, 450), Span((day + 2) % 5, 360, 450)]
        if dice.chance(0.75):
            start = dice.between(16, 24) * 30
            spans.append(Span(dice.between(5, 6), start, start + 60 * dice.between(2, 5)))
        if not spans or dice.chance(0.35 if abroad else 0.15):
            spans.append(Span(dice.between(0, 4), 13 * 60, 17 * 60))
        return hours.merge(spans)

    def answered(self, probability: float, value: Any, empty: Any = None) -> Any:
        return value if self.dice.chance(probability) else empty


def zone_of(state: str) -> str:
    zone: str = vocabulary.LISTS["state"][state].extra["time_zones"][0]
    return zone


def first_words(field_id: str | None) -> str:
    """Return a specialty as it stands in a sentence."""
    if field_id is None:
        return "medicine"
    list_name = "specialty" if field_id in vocabulary.LISTS["specialty"] else "subspecialty"
    return vocabulary.name(list_name, field_id).partition(" (")[0].lower()
