"""The step of an IMG's profile that names people: mentors they would like, whom to avoid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from wtforms.fields.choices import SelectChoice

from mentorship.matching import Img, Mentor
from mentorship.profiles import fields, text_fields
from mentorship.profiles.choosing import Choosable
from mentorship.profiles.codes import option_of
from mentorship.profiles.service import Answers, NamesOneself, NotAMentorHere, ProfileRefused
from mentorship.profiles.step_forms import Ranking, StepForm


def _why(place: str) -> text_fields.Line:
    return text_fields.Line(f"Why this mentor ({place} choice)", 300, render_kw={"maxlength": 300})


class NamesForm(StepForm):
    request_1 = fields.OneOf("Mentor, first choice", [])
    why_1 = _why("first")
    request_2 = fields.OneOf("Mentor, second choice", [])
    why_2 = _why("second")
    request_3 = fields.OneOf("Mentor, third choice", [])
    why_3 = _why("third")
    request_4 = fields.OneOf("Mentor, fourth choice", [])
    why_4 = _why("fourth")
    request_5 = fields.OneOf("Mentor, fifth choice", [])
    why_5 = _why("fifth")
    avoid_mentors = fields.SomeOf(
        "Mentors you do not want to be matched with",
        [],
        description="You are never matched with them, and you need not give a reason. They are not"
        " told, unless they lead your section: its leaders can read it if they try to pair you by"
        " hand.",
    )
    avoid_addresses = text_fields.Addresses(
        "Others you do not want to be matched with, by email address",
        description="One address a line. It works whether or not they have an account now; this"
        " page never tells which. Where names are hidden, they stay in lists under a code like"
        " anybody else, and you are never matched with them. They are not told, unless they lead"
        " your section: its leaders can read it if they try to pair you by hand.",
        render_kw={"rows": 3},
    )
    conflicts = text_fields.Lines(
        "Institutions where a mentor would be a conflict",
        description="One a line, such as a program you apply to. A mentor who selects residents"
        " there will not be matched with you while you are before the Match, nor one who works"
        " there. If it keeps a mentor and you apart, your section leaders can read that it does.",
        render_kw={"rows": 3},
    )

    RANKINGS = MappingProxyType(
        {
            "requests": Ranking(
                "request",
                "Mentors you would like, by name",
                "Up to five, the first choice first. It makes a match more likely but does not"
                " promise it. A mentor reads your reason when you are offered to them or ask them.",
            )
        }
    )
    _people: Mapping[str, str] = MappingProxyType({})  # option -> key, of the mentors offered
    BLAMED = MappingProxyType({"requests": "request_1", "avoid": "avoid_addresses"})

    def offer(self, mentors: Sequence[Choosable]) -> None:
        """Fill the lists of mentors; called before validation."""
        self._people = {mentor.option: mentor.key for mentor in mentors}
        choices = [SelectChoice(mentor.option, mentor.label) for mentor in mentors]
        for field in self.numbered("request"):
            field.choices = [fields.NO_ANSWER, *choices]
        self.avoid_mentors.choices = choices

    def check(self, today: dt.date) -> bool:
        """Check also that there is no reason without a mentor."""
        good = super().check(today)
        for mentor, why in self._requests():
            if why.data and not mentor.data:
                mentor.errors = [*mentor.errors, "Choose the mentor, or take the reason out."]
                good = False
        return good

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        img = answers.values
        return {
            **super().start(answers),
            **{f"request_{n}": option_of(key) for n, key in enumerate(img.requests, 1)},
            **{f"why_{n}": answers.lines.get(key, "") for n, key in enumerate(img.requests, 1)},
            "avoid_mentors": [option_of(key) for key in img.avoid if "@" not in key],
            "avoid_addresses": "\n".join(key for key in img.avoid if "@" in key),
        }

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says of the profile, by field."""
        said = super().said(before)
        mentors = (self._people[option] for option in self.avoid_mentors.said)
        return said | {
            "requests": tuple(self._people[option] for option in said["requests"]),
            "avoid": (*mentors, *self.avoid_addresses.addresses),
        }

    def lines(self) -> dict[str, str]:
        """Return why each mentor is asked for."""
        asked = [(mentor.data, why.data or "") for mentor, why in self._requests() if mentor.data]
        return {self._people[option]: why for option, why in asked}

    def blame(self, refused: ProfileRefused) -> None:
        """Put what was refused beside its field, as its author reads it: without a mentor's key."""
        if isinstance(refused, NotAMentorHere):
            refused = NotAMentorHere(refused.field, "", refused.what, refused.right)
        if isinstance(refused, NamesOneself):
            refused = NamesOneself(
                refused.field, refused.value, "is your own address", refused.right
            )
        super().blame(refused)

    def rows(self, ranking: Ranking) -> Sequence[Any]:
        """Return those chosen and one more: each holds the names of all mentors."""
        rows = list(zip(self.numbered(ranking.name), self.numbered("why"), strict=True))
        used = [n for n, pair in enumerate(rows, 1) if any(field.data for field in pair)]
        nobody_there = len(rows[0][0].choices) < 2  # "no answer" alone
        return [] if nobody_there else rows[: max(used, default=0) + 1]

    def _requests(self) -> list[tuple[Any, Any]]:
        return list(zip(self.numbered("request"), self.numbered("why"), strict=True))

    def parts(self) -> list[Any]:
        """Leave the reasons to the rows of the ranking, and the list of mentors out if empty."""
        whys = self.numbered("why")
        shown = [part for part in super().parts() if part.field not in whys]
        return [p for p in shown if p.field is not self.avoid_mentors or p.field.choices]
