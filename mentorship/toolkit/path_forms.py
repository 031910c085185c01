"""Forms of one's own path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from mentorship.toolkit.tracks import Place, Status, Track

EARLIEST = dt.date(1950, 1, 1)


class TrackForm(FlaskForm):
    place = RadioField(
        "Where are you now?",
        [Optional()],
        choices=[
            SelectChoice(Place.US.value, "In the United States"),
            SelectChoice(Place.ABROAD.value, "In another country"),
            SelectChoice("", "I would rather not say"),
        ],
    )
    status = RadioField(
        "What is your status?",
        [Optional()],
        choices=[
            SelectChoice(Status.CITIZEN.value, "US citizen"),
            SelectChoice(Status.RESIDENT.value, "Green card"),
            SelectChoice(Status.VISA.value, "I need, or have, a visa or another permit"),
            SelectChoice("", "I would rather not say"),
        ],
    )

    def track(self) -> Track:
        place, status = self.place.data, self.status.data
        return Track(Place(place) if place else None, Status(status) if status else None)


def ticked(sent: MultiDict[str, str], *, today: dt.date) -> Mapping[str, dt.date]:
    """Return the items that are ticked, each with its day; a day that cannot be is today."""
    return {item: _day(sent.get(f"on-{item}", ""), today) for item in sent.getlist("done")}


def _day(words: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(words)
    except ValueError:
        return today
    return day if EARLIEST <= day <= today else today
