"""``visa_routes.yaml`` as rows: the questions in their order, and the routes they lead to."""

from __future__ import annotations

from collections.abc import Collection

from mentorship.toolkit.chooser_models import Conditions, VisaQuestion, VisaRoute
from mentorship.toolkit.entries import Entry
from mentorship.toolkit.fact_rows import Facts
from mentorship.toolkit.guide_models import GuideEntry


def read_chooser(file: Entry, facts: Facts) -> None:
    """Read the questions and routes; the guides are read already, for a route names answers."""
    choices: dict[str, Collection[str]] = {}  # the options of each question so far
    for position, entry in enumerate(file.entries("questions"), start=1):
        key = entry.key()
        row = {
            "id": key,
            "position": position,
            "text": entry.text("text"),
            "hint": entry.text_if_any("hint"),
            "asked_when": _when(entry, choices),
            "options": [_option(each) for each in entry.entries("options")],
        }
        choices[key] = [option["id"] for option in row["options"]]  # type: ignore[attr-defined]  # rows of a file whose shape is checked when it is read
        facts.add(VisaQuestion, entry, **row)
        entry.close()
    known = {key for (key,) in facts.rows[GuideEntry]}
    for position, entry in enumerate(file.entries("routes"), start=1):
        facts.add(
            VisaRoute,
            entry,
            id=entry.key(),
            position=position,
            name=entry.text("name"),
            shown_when=_when(entry, choices),
            reason=entry.text("why"),
            ask=entry.texts("ask"),
            answers=_answers(entry, known),
        )
        entry.close()
    file.close()


def _option(entry: Entry) -> dict[str, str]:
    option = {"id": entry.key(), "text": entry.text("label")}
    entry.close()
    return option


def _answers(entry: Entry, known: Collection[str]) -> list[str]:
    answers = [f"visas.{name}" for name in entry.texts("answers")]
    for key in answers:
        if key not in known:
            entry.problem("answers", f'"{key}" is not an answer of visas.yaml')
    return answers


def _when(entry: Entry, choices: dict[str, Collection[str]]) -> Conditions:
    """Read a condition: questions asked before, each with some of its answers."""
    if not entry.has("when"):
        return {}
    condition = entry.entry("when")
    return {name: condition.words(name, choices.get(name, ())) for name in condition.fields()}
