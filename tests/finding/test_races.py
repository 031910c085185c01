"""Two things said at the same moment about one profile: both are kept."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.extensions import db, transaction
from mentorship.finding import service
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import pause_mentor, read_img, read_mentor
from tests.factories import NOW
from tests.rounds.cast import small_cast
from tests.rounds.test_races import at_once

TURNS = 8
BOTH = ("Noor Haddad", "Omar Aziz")
ask_for = functools.partial(service.ask_for, why="", now=NOW)
img_avoids = functools.partial(service.avoid, kind=ProfileKind.IMG, now=NOW)
mentor_avoids = functools.partial(service.avoid, kind=ProfileKind.MENTOR, now=NOW)
welcome = functools.partial(service.welcome, gladly=True, now=NOW)


@pytest.fixture(scope="module")
def racing(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


def both(
    app: Flask, who: str, *acts: tuple[Callable[..., object], str]
) -> tuple[uuid.UUID, set[str]]:
    """Let somebody of a new section do two things at once; return them, and whom they did it to."""
    with app.app_context(), transaction() as session:
        cast = small_cast(session)
        me = cast.people[who].id
        ready = [
            functools.partial(act, person_id=me, profile_id=cast.profile(whom))
            for act, whom in acts
        ]
        whom = {str(cast.people[name].id) for _, name in acts}
    assert at_once(app, *ready) == [None] * len(acts)
    return me, whom


def test_an_img_who_asks_for_two_and_avoids_two_is_heard_each_time(racing: Flask) -> None:
    for _ in range(TURNS):
        me, whom = both(racing, "Ana Silva", *((ask_for, name) for name in BOTH))
        with racing.app_context():
            assert set(read_img(db.session(), me).values.requests) == whom
        me, whom = both(racing, "Ana Silva", *((img_avoids, name) for name in BOTH))
        with racing.app_context():
            assert set(read_img(db.session(), me).values.avoid) == whom


def test_a_mentor_who_welcomes_one_and_avoids_another_is_heard_both_times(racing: Flask) -> None:
    for _ in range(TURNS):
        acts = (welcome, "Ana Silva"), (mentor_avoids, "Ben Okafor")
        me, whom = both(racing, "Noor Haddad", *acts)
        with racing.app_context():
            said = read_mentor(db.session(), me).values
            assert {*said.welcomes, *said.exclude} == whom


def rest_until_2028(session: Session, *, person_id: uuid.UUID, profile_id: uuid.UUID) -> None:
    del profile_id
    pause_mentor(session, person_id=person_id, until=dt.date(2028, 1, 1), today=NOW.date())


def test_a_break_is_kept_beside_another_save(racing: Flask) -> None:
    """A save writes back all that it has read of a profile, the end of a break, too."""
    for _ in range(TURNS):
        acts = (rest_until_2028, "Ana Silva"), (welcome, "Ana Silva")
        me, whom = both(racing, "Noor Haddad", *acts)
        with racing.app_context():
            said = read_mentor(db.session(), me)
            assert said.paused_until == dt.date(2028, 1, 1)
            assert set(said.values.welcomes) == whom
