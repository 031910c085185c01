"""What the forms of all steps have in common, and the steps that IMGs and mentors share."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import Field, FormField, HiddenField
from wtforms.fields.choices import SelectChoice

from mentorship import vocabulary
from mentorship.matching import Img, Mentor
from mentorship.profiles import fields, text_fields
from mentorship.profiles.service import Answers, ProfileRefused

_MANY = 12  # more boxes than this are folded behind their heading
Spoken = list[tuple[str, list[str]]]  # question -> the answer in words, in order


@dataclass(frozen=True, slots=True)
class Ranking:
    """Several fields of one form that rank the words of one field of the profile."""

    name: str  # the fields are name_1, name_2 and so on
    legend: str
    hint: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a step shows in one place: ``look`` is one of field, long, ranking, week, importance."""

    look: str
    field: Any
    rows: Sequence[Any] = ()


class StepForm(FlaskForm):
    """One step of a profile.

    Fields are named as in the profile where they can be; what is different is said by ``said``
    and ``start``, which are each other's opposite.
    """

    version = HiddenField()  # of the answers of this step that the page began with
    RANKINGS: ClassVar[Mapping[str, Ranking]] = MappingProxyType({})  # by field of the profile
    BLAMED: ClassVar[Mapping[str, str]] = MappingProxyType({})  # field of profile -> of the form

    @classmethod
    def begin(cls, answers: Answers[Any], **more: object) -> StepForm:
        """Return the form as a page begins with it."""
        form = cls(formdata=None)
        data = form.start(answers)
        form.process(data=data | {"version": form.version_of(answers)} | more)
        form.keep_offering(answers.values)
        return form

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        values = answers.values
        same = {name: self[name].typed(getattr(values, name)) for name in self._same(values)}
        ranked = {
            f"{ranking.name}_{place}": word
            for field, ranking in self.RANKINGS.items()
            for place, word in enumerate(getattr(values, field), 1)
        }
        return same | ranked

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says of the profile, by field."""
        same = {name: self[name].said for name in self._same(before)}
        ranked = {
            field: fields.ranked(self.numbered(ranking.name))
            for field, ranking in self.RANKINGS.items()
        }
        return same | ranked

    def check(self, today: dt.date) -> bool:  # noqa: ARG002 - for the steps with days
        """Check each field, and that no choice of a ranking stands twice."""
        good = bool(self.validate())
        for ranking in self.RANKINGS.values():
            good = fields.refuse_repeats(self.numbered(ranking.name)) and good
        return good

    def numbered(self, name: str) -> list[Any]:
        """Return the fields of a ranking, the first choice first."""
        return [self[f"{name}_{n}"] for n in range(1, 6) if f"{name}_{n}" in self]

    def _same(self, values: Img | Mentor) -> list[str]:
        return [field.short_name for field in self if hasattr(values, field.short_name)]

    def parts(self) -> list[Part]:
        """Return the step in the order in which it is shown."""
        first = {f"{r.name}_1": r for r in self.RANKINGS.values()}
        rest = {f.short_name for r in self.RANKINGS.values() for f in self.numbered(r.name)}
        shown = []
        for field in self:
            if field.short_name in first:
                ranking = first[field.short_name]
                shown.append(Part("ranking", ranking, self.rows(ranking)))
            elif field.short_name not in rest and not isinstance(field, HiddenField):
                shown.append(Part(self._look(field), field))
        return shown

    def rows(self, ranking: Ranking) -> Sequence[Any]:
        """Return the fields of a ranking that are shown."""
        return self.numbered(ranking.name)

    def _look(self, field: Field) -> str:
        if isinstance(field, fields.SomeOf) and len(field.choices) > _MANY:
            return "long"
        return "field"

    def spoken(self) -> Spoken:
        """Return each question with its answer in words; no words where nothing is said."""
        return [
            (part.field.legend, [w for f in self.numbered(part.field.name) for w in words_of(f)])
            if part.look == "ranking"
            else (part.field.label.text, words_of(part.field))
            for part in self.parts()
        ]

    def version_of(self, answers: Answers[Any]) -> str:
        """Return what tells these answers of this step from any others."""
        return hashlib.sha256(repr(self.start(answers)).encode()).hexdigest()[:16]

    def is_stale(self, answers: Answers[Any], said: Answers[Any]) -> bool:
        """Tell whether this step was saved elsewhere since its page was opened.

        Not if what is ``said`` now is what is there: then the page was sent twice.
        """
        seen, there = self.version.raw_data, self.version_of(answers)
        return bool(seen) and there not in {seen[0], self.version_of(said)}

    def keep_offering(self, values: Img | Mentor) -> None:
        """Offer what the profile says already, also where the page would not offer it itself."""
        for name in self._same(values):
            said = getattr(values, name)
            if isinstance(self[name], fields.OneOf | fields.SomeOf) and said:
                _offer(self[name], said if isinstance(said, tuple) else (str(said),))

    def blame(self, refused: ProfileRefused) -> None:
        """Put what the service refused beside its field, or on top if it is of another step."""
        name = self.BLAMED.get(refused.field, refused.field)
        value = f"“{refused.value[:60]}” " if refused.value else "This "
        words = f"{value}{refused.what}; {refused.right}."
        if name in self:
            self[name].errors = [*self[name].errors, words]
        else:
            self.form_errors.append(f"In another step of your profile: {words}")


def _offer(field: Any, words: Iterable[str]) -> None:
    offered = {choice.value for choice in field.choices}
    field.choices += [SelectChoice(word, name_of(word)) for word in words if word not in offered]


def name_of(word: str) -> str:
    found = (terms[word].name for terms in vocabulary.LISTS.values() if word in terms)
    return next(found, word)


def words_of(field: Any) -> list[str]:
    """Return what is chosen or written in one field, in words."""
    if isinstance(field, text_fields.Lines):
        return list(field.lines)
    if isinstance(field, FormField):
        return [f"{part.label.text}: {word}" for part in field.form for word in words_of(part)]
    if hasattr(field, "iter_choices"):
        return [choice.label for choice in field.iter_choices() if choice.selected and choice.value]
    return [] if field.data in {None, ""} else [str(field.data)]
