"""The filter of the catalog. It comes with the address, so unknown values are passed over."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import Form, SearchField, SelectField
from wtforms.fields.choices import SelectChoice

from mentorship import vocabulary
from mentorship.toolkit.shown import TYPE_NAMES, Search

LONGEST = 100


def one_line(words: str | None) -> str:
    """Make one short clean line: no control characters, no spaces at the ends or doubled."""
    clean = "".join(c if c.isprintable() else " " for c in words or "")
    return " ".join(clean.split())[:LONGEST].strip()


class ResourceFilter(Form):
    q = SearchField("Words", filters=[one_line])
    stage = SelectField(
        "Stage",
        default="",
        choices=[
            SelectChoice("", "All stages"),
            *(SelectChoice(term.id, term.name) for term in vocabulary.LISTS["stage"].values()),
        ],
    )
    type = SelectField(
        "Type",
        default="",
        choices=[
            SelectChoice("", "All types"),
            *(SelectChoice(type_.value, name) for type_, name in TYPE_NAMES.items()),
        ],
    )
    topic = SelectField("Topic", default="")
    organization = SelectField("Organization", default="")
    mark = SelectField(
        "My marks",
        default="",
        choices=[
            SelectChoice("", "All"),
            SelectChoice("saved", "Saved by me"),
            SelectChoice("useful", "Useful to me"),
            SelectChoice("unseen", "Not seen yet"),
            SelectChoice("seen", "Seen"),
        ],
    )

    def offer(self, organizations: Iterable[str], topics: Iterable[tuple[str, str]]) -> None:
        """Fill the choices that come from the catalog."""
        self.topic.choices = [
            SelectChoice("", "All topics"),
            *(SelectChoice(key, name) for key, name in topics),
        ]
        self.organization.choices = [
            SelectChoice("", "All organizations"),
            *(SelectChoice(name, name) for name in organizations),
        ]

    def search(self) -> Search:
        """Return what is asked; a value that is none of the choices asks nothing."""
        self.validate()
        for field in (self.stage, self.type, self.organization, self.topic, self.mark):
            if field.errors:
                field.data, field.errors = "", ()
        return Search(
            text=self.q.data,
            stage=self.stage.data,
            type=self.type.data,
            organization=self.organization.data,
            topic=self.topic.data,
            mark=self.mark.data,
        )
