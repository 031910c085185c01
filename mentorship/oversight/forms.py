"""What a reader of the log looks for. It comes with the address: what is unknown is passed over."""

from __future__ import annotations

import datetime as dt

from wtforms import DateField, Form, SearchField, SelectField
from wtforms.fields import SelectChoice

from mentorship.notices.service import one_line
from mentorship.oversight.service import Sought
from mentorship.oversight.words import ROOMS


class TrailForm(Form):
    room = SelectField(
        "What",
        choices=[
            SelectChoice("", "Everything"),
            *(SelectChoice(key, words) for key, words in ROOMS.items()),
        ],
    )
    who = SearchField("Who")
    since = DateField("From")
    until = DateField("To")

    def sought(self, page: int) -> Sought:
        return Sought(
            room=self.room.data if self.room.data in ROOMS else "",
            who=one_line(self.who.data or "")[:254],
            since=_possible(self.since.data),
            until=_possible(self.until.data),
            page=page,
        )


def _possible(day: dt.date | None) -> dt.date | None:
    """Pass over a day at the ends of the calendar, which has no next one."""
    return day if day and 1900 < day.year < 9000 else None
