"""Filters of a list, and the line on why a mentor is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from mentorship.finding.lists import Found
from mentorship.finding.models import MarkKind
from mentorship.matching import Img
from mentorship.notices.service import one_line
from mentorship.profiles.fields import words
from mentorship.sections.models import Browsing

SHOWN = (
    SelectChoice("", "All"),
    SelectChoice("bookmarked", "Bookmarked"),
    SelectChoice("chosen", "Chosen"),
    SelectChoice("hidden", "Hidden by me"),
)
ORDERS: Mapping[str, str] = {"": "Best fit first", "name": "By name"}
PER_PAGE = 12
MOST_COMPARED = 3


def line(words: str | None) -> str:
    return one_line(words or "")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of those found."""

    rows: Sequence[Found]
    count: int
    page: int
    last: int


def _any(label: str, *list_names: str) -> SelectField:
    return SelectField(label, choices=[SelectChoice("", "Any"), *words(*list_names)])


class FindForm(FlaskForm):
    """What to look for; it comes with the address."""

    class Meta:
        csrf = False

    q = SearchField("Words", filters=[line])
    topic = _any("Topic", "topic")
    stage = _any("Stage of the journey", "stage")
    specialty = _any("Specialty", "specialty", "subspecialty")
    language = _any("Language", "language")
    state = _any("State", "state")
    show = SelectField("Show", choices=list(SHOWN))
    sort = SelectField("Order", choices=[SelectChoice(key, label) for key, label in ORDERS.items()])
    free = BooleanField("Only with a free seat now")

    @property
    def in_order(self) -> str:
        """Return the order as words that follow how many were found."""
        return "by name" if self.sort.data == "name" else "the best fit first"

    def keep(self, everybody: Sequence[Found], *, page: int) -> Part:
        """Return those who fit, as many as one page holds."""
        shown = [each for each in everybody if self._fits(each)]
        if self.sort.data == "name":
            shown.sort(key=lambda each: each.card.name.casefold())
        last = max(1, -(-len(shown) // PER_PAGE))
        page = min(max(page, 1), last)
        return Part(shown[(page - 1) * PER_PAGE : page * PER_PAGE], len(shown), page, last)

    def query(self) -> dict[str, str]:
        """Return what stands in the address, without what is empty."""
        return {field.name: field.data for field in self if field.data}

    def _fits(self, found: Found) -> bool:
        values, show = found.values, self.show.data
        hidden = found.mark is MarkKind.HIDDEN
        states = (
            values.states
            if isinstance(values, Img)
            else (
                *values.states_licensed,
                *filter(None, [values.state]),
            )
        )
        stages = (values.stage or "",) if isinstance(values, Img) else values.stages
        specialties = (*values.specialties, *getattr(values, "subspecialties", ()))
        wanted = (
            (self.topic.data, values.topics),
            (self.stage.data, stages),
            (self.specialty.data, specialties),
            (self.language.data, values.languages),
            (self.state.data, states),
        )
        return (
            hidden == (show == "hidden")
            and (show != "bookmarked" or found.mark is MarkKind.BOOKMARKED)
            and (show != "chosen" or found.chosen)
            and (found.has_seat is not False or not self.free.data)
            and all(word in said for word, said in wanted if word)
            and all(word in _text(found) for word in (self.q.data or "").casefold().split())
        )


def _text(found: Found) -> str:
    """Return what is on the card as one text to search in; nothing that the card does not show."""
    card = found.card
    about = "" if isinstance(found.values, Img) else getattr(card, "about", "")
    institution = getattr(card, "institution", None) or ""
    specialties = (*card.specialties, *getattr(card, "subspecialties", ()))
    said = (card.name, institution, about, *specialties, *card.topics, *card.languages)
    return " ".join(said).casefold()


class CompareForm(FlaskForm):
    """Who is to stand side by side; it comes with the address."""

    class Meta:
        csrf = False

    ticked = SelectMultipleField("Mentors to compare", name="with", choices=[])

    def choose(self, everybody: Sequence[Found]) -> Sequence[Found]:
        """Return those of the list who are ticked, with an error beside them if they are many."""
        chosen = [each for each in everybody if str(each.profile_id) in (self.ticked.data or ())]
        self.ticked.choices = [SelectChoice(str(one.profile_id), one.card.name) for one in chosen]
        if len(chosen) > MOST_COMPARED:
            said = (
                f"You ticked {len(chosen)}. At most {MOST_COMPARED} fit side by side: untick some."
            )
            self.ticked.errors = [said]
        return chosen


class WhyForm(FlaskForm):
    why = StringField(
        "Why this mentor?",
        filters=[line],
        validators=[Length(max=300)],
        description="One line. Only this mentor reads it, and only once you are offered to them.",
    )


class MarkForm(FlaskForm):
    """A button beside somebody."""

    mark = SelectField(choices=[SelectChoice(""), *(SelectChoice(kind.value) for kind in MarkKind)])


class MoveForm(FlaskForm):
    to = SelectField(choices=[SelectChoice("up"), SelectChoice("down")])


class WelcomeForm(FlaskForm):
    gladly = SelectField(choices=[SelectChoice("yes"), SelectChoice("no")])


class SetUpForm(FlaskForm):
    browsing = RadioField(
        "Who may look through a list of the others?",
        choices=[
            SelectChoice(Browsing.NOBODY, "Nobody"),
            SelectChoice(Browsing.IMGS, "IMGs look through mentors"),
            SelectChoice(Browsing.BOTH, "IMGs look through mentors, and mentors through IMGs"),
        ],
        validators=[InputRequired("Choose one")],
        description="Only people who agreed to be looked up are in a list.",
    )
    names_masked = BooleanField(
        "Hide names until both have said yes",
        description="Codes stand in place of names in lists and in offers. Leaders see names.",
    )

    def refuse_nobody(self, rounds: Sequence[str]) -> None:
        """Say which rounds let IMGs ask mentors, whom they could no longer find."""
        words = f"IMGs ask mentors in {', '.join(rounds)}: say in its set-up who may look, first"
        self.browsing.errors = [*self.browsing.errors, words]
