"""What leaders did to a round, and what came about by itself, from the log, in words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.rounds.edit_words import edit_in_words, names_of
from mentorship.rounds.editing import IN_WORDS, EditKind
from mentorship.rounds.meanwhile import Change
from mentorship.rounds.set_up_words import change_in_words

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "round.create": "Set the round up",
        "round.edit": "Changed the set-up",
        "round.template.keep": "Saved the set-up as a template",
        "round.open": "Opened the round",
        "round.deadline": "Set a deadline",
        "round.close": "Closed the enrolment",
        "round.open_again": "Opened the enrolment again",
        "round.archive": "Archived the round",
        "round.unarchive": "Took the round out of the archive",
        "round.people.add": "Added whoever was ready",
        "round.people.leave_out": "Left a person out",
        "round.people.put_back": "Put a person back",
        "round.people.again": "Let a person be matched again with the rest",
        "round.people.choose": "Left out IMGs by what they say of themselves",
        "round.people.back": "Put several IMGs back",
        "round.people.invite": "Invited people to claim their account",
        "round.people.remind": "Reminded people who are not ready",
        "round.people.tag": "Tagged people",
        "round.people.untag": "Took a tag off people",
        "round.people.export": "Took people out as a file",
        "round.people.view": "Saved a view of the people",
        "round.people.view.remove": "Removed a saved view",
        "round.run": "Asked for a run",
        "round.run.cancel": "Cancelled a run",
        "round.rest": "Asked to match the rest again",
        "round.rest.drop": "Left the rest as it was",
        "round.policies": "Compared all policies",
        "round.change": "Tried a change by hand",
        "round.choose": "Chose the run that counts",
        "round.undo": "Undid a change",
        "round.redo": "Redid a change",
        "round.note": "Wrote a note about a pair",
        "round.note.img": "Wrote a note about an IMG",
        "round.note.change": "Changed a note",
        "round.note.remove": "Removed a note",
        "round.publish": "Planned to publish a run",
        "round.publish.undo": "Took back the planned publication of a run",
        "round.publish.move": "Changed the time of the planned publication of a run",
        "round.publish.now": "Published a run right away",
        "round.publish.due": "Published a run at the planned time",
        "round.publish.held_up": "Could not publish a run at the planned time: people had changed",
        "round.publish.again": "Took back the planned publication of a run and asked for a new one",
        "round.remind": "Reminded whoever owes an answer",
        "round.report": "Took the report out as a file",
        "round.finish": "Finished the round",
        "round.give_up": "Gave the round up",
        "round.answers.expire": "The day to answer came",
        "round.requests.expire": "Requests went on without an answer, or without a seat",
        "round.close.due": "The enrolment closed at its deadline",
        "round.mail.change": "Changed the words of a mail",
        "round.mail.usual": "Took the usual words of a mail again",
        "round.template.remove": "Removed a template",
    }
)


# what moves a round on, or plans it and takes it back
_STEPS = (
    "open close close.due open_again archive unarchive run run.cancel rest rest.drop finish"
    " give_up"
    " publish publish.undo publish.again publish.move publish.now publish.due publish.held_up"
)
LIFE = frozenset(f"round.{step}" for step in _STEPS.split(" "))
BY_ITSELF = "By itself"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    who: str  # "" for somebody who has left
    what: str
    at: dt.datetime
    dates: Sequence[dt.datetime | None]  # that were changed: before and after, None for no date


@dataclass(frozen=True, slots=True)
class LastStep:
    """What a round was moved on by: ``by`` is None for a leader who has left."""

    what: str
    by_id: uuid.UUID | None  # None: by itself
    by: str | None
    at: dt.datetime


def last_step(session: Session, round_id: uuid.UUID) -> LastStep | None:
    """Return what moved a round on last, as the log has it; None if it was long ago."""
    entries = audit.history(session, round_id)
    last = next((entry for entry in entries if entry.action in LIFE), None)
    if last is None:
        return None
    by = session.scalar(sa.select(User.name).where(User.id == last.actor_id))
    return LastStep(_words(last, {}), last.actor_id, by, last.at)


def history_of(session: Session, round_id: uuid.UUID) -> Sequence[HistoryLine]:
    """Return what was done to a round, the newest first, in three queries."""
    entries = audit.history(session, round_id)
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))).all())
    pairs = [pair for entry in entries for pair in entry.detail.get("pairs", ())]
    people = names_of(session, [uuid.UUID(key) for pair in pairs for key in pair])
    return [
        HistoryLine(
            names.get(e.actor_id, "") if e.actor_id else BY_ITSELF,
            _words(e, people),
            e.at,
            _dates(e),
        )
        for e in entries
    ]


def _dates(entry: audit.AuditEntry) -> Sequence[dt.datetime | None]:
    """Return the dates that a change of a deadline went from and to.

    None are returned of old entries, which tell them in words.
    """
    changes = {field: values for field, *values in entry.detail.get("changes", ())}
    try:
        return [dt.datetime.fromisoformat(at) if at else None for at in changes.get("at", ())]
    except ValueError:
        return ()


def _words(entry: audit.AuditEntry, people: Mapping[uuid.UUID, str]) -> str:
    words, detail = ACTIONS.get(entry.action, entry.action), entry.detail
    if detail.get("changes") and not _dates(entry):
        told = [change_in_words(Change(*change)) for change in detail["changes"]]
        words = f"{words}. {'; '.join(told)}"
    if entry.action == "round.change":
        words = f"{words}: {_change(detail, people)}"
    if "expired" in detail:
        words = f"{words}: {detail['expired']}"
    return of_run(words, detail.get("run"))


def of_run(words: str, run: int | None) -> str:
    """Say which run an action is about: "Published a run" -> "Published run 2"."""
    if not run:
        return words
    said = words.replace(" a run", f" run {run}", 1)
    return said if said != words else f"{words} (run {run})"


def _change(detail: Mapping[str, Any], people: Mapping[uuid.UUID, str]) -> str:
    """Say a change with names; of many pairs, and of entries of before, less was noted."""
    if "pairs" in detail:
        return edit_in_words(detail["kind"], detail["pairs"], people)
    words = IN_WORDS[EditKind(detail["kind"])]
    return f"{words}: {detail['count']} pairs" if "count" in detail else words
