"""Two saves of one person at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from mentorship.extensions import transaction
from mentorship.matching import Img
from mentorship.profiles import service
from mentorship.profiles.models import Choice, Profile
from tests import factories
from tests.factories import NOW


def test_the_first_profile_saved_twice_at_once_is_one_profile(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app()
    with app.app_context(), transaction() as session:
        person = factories.person(session).id
    start, failures = threading.Barrier(8), []

    def save(key: uuid.UUID, topic: str) -> None:
        start.wait()
        try:
            with app.app_context(), transaction() as session:
                img = Img(key="", topics=(topic, "letters"))
                service.write_img(session, person_id=key, img=img, now=NOW)
        except Exception as failure:  # noqa: BLE001  any failure of any thread is told below
            failures.append(failure)

    topics = ("soap", "usce") * 4
    threads = [threading.Thread(target=save, args=(person, topic)) for topic in topics]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context(), transaction() as session:
        assert failures == []
        assert session.scalars(sa.select(sa.func.count()).select_from(Profile)).one() == 1
        words = set(session.scalars(sa.select(Choice.term)))
        assert words in ({"soap", "letters"}, {"usce", "letters"})
