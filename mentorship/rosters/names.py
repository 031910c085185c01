"""People whom a roster or a round's rules name: asked for, to avoid, banned; do they exist."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from mentorship.matching import Rules
from mentorship.matching.people import CHOSEN
from mentorship.matching.rules import PAIRS
from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster, Row

_WRONG: Mapping[str, str] = MappingProxyType(
    {"requests": "is no mentor's e-mail", "welcomes": "is no IMG's e-mail"}
)
_NO_ONE: frozenset[str] = frozenset()
_SUGGEST_FROM = 5_000  # addresses; among more, looking for a near one would take too long


def check_names(
    imgs: Roster[ImgRow],
    mentors: Roster[MentorRow],
    *,
    more_imgs: Collection[str] = _NO_ONE,
    more_mentors: Collection[str] = _NO_ONE,
) -> tuple[Roster[ImgRow], Roster[MentorRow]]:
    """Return both rosters with what is to be said of addresses that nobody has.

    A request for somebody who is no mentor, or a welcome to somebody who is no IMG, is a problem;
    the row stays, without that name, for a slip in one wish is no reason to leave a person out. To
    avoid somebody who is not here (yet) is a right: it is kept, with a note. Addresses known from
    elsewhere, such as a section's members, come as ``more_imgs`` and ``more_mentors``.
    """
    known_mentors = mentors.emails.union(more_mentors)
    known_imgs = imgs.emails.union(more_imgs)
    everybody = known_mentors | known_imgs
    return (
        dataclasses.replace(
            _chosen_known(imgs, known_mentors), notes=(*imgs.notes, *_strangers(imgs, everybody))
        ),
        dataclasses.replace(
            _chosen_known(mentors, known_imgs),
            notes=(*mentors.notes, *_strangers(mentors, everybody)),
        ),
    )


def _chosen_known(roster: Roster[Row], known: Collection[str]) -> Roster[Row]:
    problems: list[Problem] = []
    rows: list[Row] = []
    for row in roster.rows:
        column = CHOSEN[type(row.profile)]
        chosen = getattr(row.profile, column)
        kept = tuple(email for email in chosen if email in known)
        for email in chosen:
            if email not in known:
                right = _near(email, known) or "correct it or take it out"
                told = Problem(roster.file, row.line, column, email, _WRONG[column], right)
                problems.append(told)
        change: dict[str, Any] = {column: kept}
        profile: Any = dataclasses.replace(row.profile, **change)
        rows.append(dataclasses.replace(row, profile=profile))
    return dataclasses.replace(roster, rows=tuple(rows), problems=(*roster.problems, *problems))


def _strangers(roster: Roster[ImgRow] | Roster[MentorRow], everybody: Collection[str]) -> list[str]:
    notes = []
    for row in roster.rows:
        column, named = (
            ("avoid", row.profile.avoid)
            if isinstance(row, ImgRow)
            else ("exclude", row.profile.exclude)
        )
        for email in named:
            if email not in everybody:
                near = _near(email, everybody)
                what = f'"{email}" is nobody\'s e-mail here; kept' + (near and f"; {near}")
                notes.append(f"{roster.file} line {row.line}, column {column}: {what}")
    return notes


def check_rules(
    rules: Rules, imgs: Roster[ImgRow], mentors: Roster[MentorRow]
) -> tuple[Rules, list[str]]:
    """Return rules with addresses as rosters have them, and what is to be said of unknown ones.

    Case does not count in an address. Pairs of which one is not here are kept with a note: a list
    of an earlier round names people who have left. Locks on them are refused by the round itself.
    """
    folded: dict[str, Any] = {
        name: frozenset(
            (img.strip().casefold(), mentor.strip().casefold()) for img, mentor in pairs
        )
        for name in PAIRS
        for pairs in [getattr(rules, name)]
    }
    notes = [
        f"rules, {name}: {_nobody(email, whose, emails)}"
        for name in ("banned", "not_again")
        for pair in sorted(folded[name])
        for email, whose, emails in zip(
            pair, ("IMG", "mentor"), (imgs.emails, mentors.emails), strict=True
        )
        if email not in emails
    ]
    return dataclasses.replace(rules, **folded), list(dict.fromkeys(notes))


def _nobody(email: str, whose: str, emails: Collection[str]) -> str:
    near = _near(email, emails)
    told = f'"{email}" is no {whose}\'s e-mail here, so the rule does nothing'
    return told + (near and f"; {near}")


def _near(email: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(email, known, n=1) if len(known) <= _SUGGEST_FROM else []
    return f'did you mean "{close[0]}"?' if close else ""
