"""The filters of the guides. They come with the address, so unknown values are passed over."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import Form, IntegerField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from mentorship.toolkit.forms import one_line
from mentorship.toolkit.licensing import Background, State, Verdict

VIEWS = {
    "years": "Years of training for IMGs",
    "gap": "How many more than US graduates",
    "pathway": "Laws for physicians trained abroad",
    "compact": "The interstate compact",
}
SHORT_VIEWS = {  # so that a menu of a quarter of the page shows them whole
    "years": "Years for IMGs",
    "gap": "Gap in years",
    "pathway": "Laws for IMGs",
    "compact": "Compact",
}
ONLY = [
    SelectChoice("", "All boards"),
    SelectChoice("gap", "Boards that ask IMGs for more"),
    SelectChoice("law", "Boards with a law for physicians trained abroad"),
    SelectChoice(Verdict.OPEN.value, "What may be open to me"),
    SelectChoice(Verdict.PATHWAY.value, "Where a law may help me"),
    SelectChoice(Verdict.ASK.value, "Where I should ask the board"),
]


class WordsFilter(Form):
    q = SearchField("Words to look for", filters=[one_line])


class LicenseFilter(Form):
    """What somebody brings, and what the map shows."""

    training = SelectField(
        "Years of US or Canadian residency",
        default="",
        description="Accredited training that you have finished, or will have",
        choices=[
            SelectChoice("", "Not said"),
            SelectChoice("0", "None"),
            SelectChoice("1", "1 year"),
            SelectChoice("2", "2 years"),
            SelectChoice("3", "3 years or more"),
        ],
    )
    tries = IntegerField(
        "Most tries at one USMLE Step",
        [Optional(), NumberRange(1, 20)],
        description="1 if you passed each the first time",
    )
    span = IntegerField(
        "Years from your first Step passed to your last",
        [Optional(), NumberRange(0, 30)],
        description="Rounded up",
    )
    show = SelectField(
        "The map shows",
        default="years",
        choices=[SelectChoice(view, name) for view, name in SHORT_VIEWS.items()],
    )
    only = SelectField(
        "The table lists",
        default="",
        choices=ONLY,
        description="The last three want to know what you have",
    )

    def listed(self, states: Sequence[State], background: Background) -> Sequence[State]:
        """Return the boards that the table lists."""
        if self.only.data == "gap":
            return [state for state in states if state.gap]
        if self.only.data == "law":
            return [state for state in states if state.has_pathway]
        if not (self.only.data and background.is_given):
            return states
        return [state for state in states if state.verdict(background).value == self.only.data]

    def asked_in_vain(self, background: Background) -> str:
        """Return what was chosen that needs to know what somebody has; "" where nothing lacks."""
        needs = self.only.data in set(Verdict) and not background.is_given
        return next((c.label for c in ONLY if needs and c.value == self.only.data), "")

    def background(self) -> Background:
        """Return what is said; what cannot be right counts as not said."""
        self.validate()
        for field in (self.training, self.tries, self.span, self.show, self.only):
            if field.errors:
                field.data, field.errors = None, ()
        self.show.data = self.show.data or "years"
        training = self.training.data
        return Background(
            training=int(training) if training else None,
            tries=self.tries.data,
            span=self.span.data,
        )


class ExperienceFilter(Form):
    """Who looks for US clinical experience."""

    degree = SelectField(
        "Your degree",
        default="",
        choices=[
            SelectChoice("", "Choose"),
            SelectChoice("student", "I am a student at a medical school abroad"),
            SelectChoice("graduate", "I have graduated"),
            SelectChoice("specialist", "I am a specialist trained abroad"),
        ],
    )
    place = SelectField(
        "Where you are, and as what",
        default="",
        choices=[
            SelectChoice("", "Choose"),
            SelectChoice("abroad", "Abroad"),
            SelectChoice("us_visa", "In the US on a visa"),
            SelectChoice("us_free", "In the US as a citizen, with a green card or a work permit"),
        ],
    )

    @property
    def is_half_filled(self) -> bool:
        return bool(self.degree.data) != bool(self.place.data)

    def asked(self) -> tuple[str, str] | None:
        """Return both answers; None until both are given."""
        return (self.degree.data, self.place.data) if self.validate() and self._both() else None

    def _both(self) -> bool:
        return bool(self.degree.data and self.place.data)
