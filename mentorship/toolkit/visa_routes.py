"""The visa chooser: plain questions, one at a time, that lead to routes that may apply.

It gives no advice and keeps nothing: what was answered stands in the form alone.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mentorship.toolkit.entries import Entry, FactsRefused, open_file

FILE = Path(__file__).with_name("data") / "visa_routes.yaml"

When = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    hint: str
    when: When
    options: Mapping[str, str]  # label by id


@dataclass(frozen=True, slots=True)
class Route:
    id: str
    name: str
    when: When
    why: str
    ask: tuple[str, ...]
    answers: tuple[str, ...]  # keys of guide entries


@dataclass(frozen=True, slots=True)
class Chooser:
    questions: tuple[Question, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody is: what they said, what is asked next, or the routes if nothing is."""

    said: tuple[tuple[Question, str], ...]
    question: Question | None
    routes: tuple[Route, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for route in self.routes for key in route.answers))


def step(given: Mapping[str, str]) -> Step:
    """Go through the questions with the answers given; an answer that is none asks again."""
    chooser = load_chooser()
    said: dict[str, str] = {}
    asked: list[tuple[Question, str]] = []
    for question in chooser.questions:
        if not _fits(question.when, said):
            continue
        answer = given.get(question.id, "")
        if answer not in question.options:
            return Step(tuple(asked), question, ())
        said[question.id] = answer
        asked.append((question, answer))
    return Step(
        tuple(asked), None, tuple(route for route in chooser.routes if _fits(route.when, said))
    )


def _fits(when: When, said: Mapping[str, str]) -> bool:
    return all(said.get(question) in words for question, words in when.items())


@functools.cache
def load_chooser() -> Chooser:
    """Read the file once; a broken one is a fault of the program, found by the first test."""
    problems: list[str] = []
    chooser = read_chooser(open_file(FILE, problems), problems=problems)
    if problems:
        raise FactsRefused(problems)
    return chooser


def read_chooser(
    file: Entry, *, problems: list[str], known: Collection[str] | None = None
) -> Chooser:
    """Read the questions and routes; ``known`` are the keys of entries a route may name."""
    questions: dict[str, Question] = {}
    for entry in file.entries("questions"):
        question = Question(
            id=entry.key(),
            text=entry.text("text"),
            hint=entry.text_if_any("hint") or "",
            when=_when(entry, questions),
            options={each.key(): each.text("label") for each in entry.entries("options")},
        )
        questions[question.id] = question
        entry.close()
    routes = tuple(_route(entry, questions, known) for entry in file.entries("routes"))
    if not problems:
        file.close()
    return Chooser(tuple(questions.values()), routes)


def _route(entry: Entry, questions: Mapping[str, Question], known: Collection[str] | None) -> Route:
    answers = [f"visas.{name}" for name in entry.texts("answers")]
    for key in answers:
        if known is not None and key not in known:
            entry.problem("answers", f'"{key}" is not an answer of visas.yaml')
    route = Route(
        id=entry.key(),
        name=entry.text("name"),
        when=_when(entry, questions),
        why=entry.text("why"),
        ask=tuple(entry.texts("ask")),
        answers=tuple(answers),
    )
    entry.close()
    return route


def _when(entry: Entry, questions: Mapping[str, Question]) -> When:
    """Read a condition: questions asked before, each with some of its answers."""
    when: dict[str, tuple[str, ...]] = {}
    if not entry.has("when"):
        return when
    condition = entry.entry("when")
    for name in condition.fields():
        known = questions[name].options if name in questions else {}
        when[name] = tuple(condition.words(name, known))
    return when
