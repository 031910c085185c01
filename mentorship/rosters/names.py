"""People whom the people of a roster name: asked for, avoided or excluded; do they exist."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection

from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster

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

    A request for somebody who is no mentor is a problem; the row stays, without that request, for
    a slip in one wish is no reason to leave a person out. To avoid somebody who is not here (yet)
    is a right: it is kept, with a note. Addresses known from elsewhere, such as a section's
    members, come as ``more_imgs`` and ``more_mentors``.
    """
    known_mentors = mentors.emails.union(more_mentors)
    everybody = known_mentors.union(imgs.emails, more_imgs)
    return (
        dataclasses.replace(
            _requests_known(imgs, known_mentors), notes=(*imgs.notes, *_strangers(imgs, everybody))
        ),
        dataclasses.replace(mentors, notes=(*mentors.notes, *_strangers(mentors, everybody))),
    )


def _requests_known(imgs: Roster[ImgRow], known: Collection[str]) -> Roster[ImgRow]:
    problems: list[Problem] = []
    rows: list[ImgRow] = []
    for row in imgs.rows:
        kept = tuple(email for email in row.profile.requests if email in known)
        for email in row.profile.requests:
            if email not in known:
                right = _near(email, known) or "correct it or take it out"
                told = Problem(
                    imgs.file, row.line, "requests", email, "is no mentor's e-mail", right
                )
                problems.append(told)
        profile = dataclasses.replace(row.profile, requests=kept)
        rows.append(dataclasses.replace(row, profile=profile))
    return dataclasses.replace(imgs, rows=tuple(rows), problems=(*imgs.problems, *problems))


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


def _near(email: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(email, known, n=1) if len(known) <= _SUGGEST_FROM else []
    return f'did you mean "{close[0]}"?' if close else ""
