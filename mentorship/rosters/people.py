"""From roster rows to those who take part in a round: consents, pauses, answers not given."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from mentorship import vocabulary
from mentorship.matching import Img, Mentor
from mentorship.rosters.rows import ImgRow, MentorRow, Roster

NEEDED = "matching"  # the consent without which nobody takes part


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """Everybody in a round, each list in the order of its keys, and who stays outside and why."""

    imgs: tuple[Img, ...]
    mentors: tuple[Mentor, ...]
    imgs_without_consent: tuple[str, ...]
    mentors_without_consent: tuple[str, ...]
    paused: tuple[str, ...]


def participants(
    imgs: Roster[ImgRow], mentors: Roster[MentorRow], *, on: dt.date | None
) -> Participants:
    """Return who takes part on a day.

    A file without a column of consents says nothing of them: then everybody takes part. Without a
    day, a mentor who is paused until some day has no seat.
    """
    with_consent = [row for row in imgs.rows if _agreed(row, imgs.columns)]
    agreed = [row for row in mentors.rows if _agreed(row, mentors.columns)]
    paused = {row.email for row in agreed if _is_paused(row, on)}
    return Participants(
        imgs=tuple(sorted((_img(row) for row in with_consent), key=lambda img: img.key)),
        mentors=tuple(
            sorted((_mentor(row, paused) for row in agreed), key=lambda mentor: mentor.key)
        ),
        imgs_without_consent=_others(imgs, with_consent),
        mentors_without_consent=_others(mentors, agreed),
        paused=tuple(sorted(paused)),
    )


def _agreed(row: ImgRow | MentorRow, columns: tuple[str, ...]) -> bool:
    return "consents" not in columns or NEEDED in row.consents


def _others(
    roster: Roster[ImgRow] | Roster[MentorRow], agreed: list[ImgRow] | list[MentorRow]
) -> tuple[str, ...]:
    return tuple(sorted({row.email for row in roster.rows} - {row.email for row in agreed}))


def _is_paused(row: MentorRow, on: dt.date | None) -> bool:
    return row.paused_until is not None and (on is None or row.paused_until > on)


def _img(row: ImgRow) -> Img:
    said = row.profile
    return dataclasses.replace(
        said, visa=vocabulary.answer(said.visa), gender=vocabulary.answer(said.gender)
    )


def _mentor(row: MentorRow, paused: set[str]) -> Mentor:
    said = row.profile
    seats = 0 if row.email in paused else said.seats
    return dataclasses.replace(said, gender=vocabulary.answer(said.gender), seats=seats)
