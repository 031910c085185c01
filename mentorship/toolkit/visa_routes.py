"""The visa chooser: plain questions, one at a time, that lead to routes that may apply.

It gives no advice and keeps nothing: what was answered stands in the form alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.chooser_models import VisaQuestion, VisaRoute


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody is: what they said, what is asked next, or the routes if nothing is."""

    said: tuple[tuple[VisaQuestion, str], ...]  # each question with the words of its answer
    given: Mapping[str, str]  # the answers by question, as they stand in the form
    question: VisaQuestion | None
    routes: tuple[VisaRoute, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for route in self.routes for key in route.answers))


def step(session: Session, given: Mapping[str, str]) -> Step:
    """Go through the questions with the answers given; an answer that is none asks again."""
    said: dict[str, str] = {}
    asked: list[tuple[VisaQuestion, str]] = []
    for question in questions(session):
        if not _fits(question.asked_when, said):
            continue
        words = {option["id"]: option["text"] for option in question.options}
        answer = given.get(question.id, "")
        if answer not in words:
            return Step(tuple(asked), said, question, ())
        said[question.id] = answer
        asked.append((question, words[answer]))
    found = tuple(route for route in routes(session) if _fits(route.shown_when, said))
    return Step(tuple(asked), said, None, found)


def questions(session: Session) -> Sequence[VisaQuestion]:
    return session.scalars(sa.select(VisaQuestion).order_by(VisaQuestion.position)).all()


def routes(session: Session) -> Sequence[VisaRoute]:
    return session.scalars(sa.select(VisaRoute).order_by(VisaRoute.position)).all()


def _fits(when: Mapping[str, Collection[str]], said: Mapping[str, str]) -> bool:
    return all(said.get(question) in words for question, words in when.items())
