"""The kinds of facts and advice that leaders check and correct, each with its table and fields.

Whatever is found, corrected, traced and has its links checked stands in ``KINDS``: a new table of
facts costs one entry here. Rooms above this one add theirs when the application is made.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.search.service import Sources, rebuild
from mentorship.toolkit.chooser_models import VisaQuestion, VisaRoute
from mentorship.toolkit.guide_models import Guide, GuideEntry, MatchRate
from mentorship.toolkit.license_models import (
    AddedPathway,
    CompactStanding,
    Jurisdiction,
    LicenseRule,
)
from mentorship.toolkit.models import (
    ChecklistItem,
    CycleDate,
    JourneyCost,
    JourneyFact,
    JourneyStage,
)
from mentorship.toolkit.policy_models import PolicyStatement, WayToTakePart
from mentorship.toolkit.resource_models import Resource, ResourceTopic
from mentorship.toolkit.searched import SOURCES
from mentorship.toolkit.versions import follow


class Harm(enum.IntEnum):
    """What a wrong fact may cost its reader; the worst is to be checked first."""

    STAY = 0  # the stay in the country, or the license
    MONEY = 1  # a deadline, an exam, money
    SMALL = 2  # a wrong idea


STAY, MONEY = sa.literal(int(Harm.STAY)), sa.literal(int(Harm.MONEY))
STAY_STAGES = ("visa", "licensure")
STAY_TOPICS = ("visas", "j1", "h1b", "waivers", "green_card", "licensure", "new_pathways")
SOURCE_FIELDS = ("source_url", "as_of", "confidence", "volatile")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact, or of advice of ours, that leaders may correct."""

    table: type[Any]
    name: str
    fields: tuple[str, ...]  # that a leader may correct, beside the source
    source_fields: tuple[str, ...] = SOURCE_FIELDS
    address: str = "source_url"  # the field of the source; "": advice, which has no source
    linked: str = ""  # the field of an address that advice leads to
    ages: bool = True  # whether it grows stale with the months: an address or old news does not
    dated: bool = True  # whether one without a date wants a look: many a good page bears none
    special: str = ""  # its name, where that of its table does not do
    only: sa.ColumnElement[bool] = field(default_factory=sa.true, compare=False)  # of its table
    search: str = ""  # where the search files it
    sources: Sources = field(default_factory=lambda: SOURCES, compare=False)
    follow: Callable[[Session, Any, Mapping[str, Any]], None] | None = None  # what hangs on it
    page: Callable[[Any], str] | None = None  # where readers see it, of kinds of other rooms
    harm: sa.ColumnElement[int] = field(  # of a wrong one: a Harm, for all or for each row
        default_factory=lambda: sa.literal(int(Harm.SMALL)), compare=False
    )

    @property
    def id(self) -> str:
        return self.special or str(self.table.__tablename__)

    @property
    def is_fact(self) -> bool:
        return bool(self.address)

    def key(self, fact_id: str) -> object:
        """Return a key as the table has it.

        Raises
        ------
        ValueError
            No row of the table can have this key.

        """
        return uuid.UUID(fact_id) if isinstance(self.table.id.type, sa.Uuid) else fact_id

    def label(self, fact: Any) -> str:
        return str(getattr(fact, self.fields[0]))

    def file(self, session: Session) -> None:
        """Let the search find what the facts of this kind say now."""
        if self.search:
            rebuild(session, {self.search: self.sources[self.search]})


def harm_if(
    of_stay: sa.ColumnElement[bool], *, otherwise: Harm = Harm.SMALL
) -> sa.ColumnElement[int]:
    """Return the harm of rows of which only some tell of visas or licenses."""
    return sa.case((of_stay, int(Harm.STAY)), else_=int(otherwise))


def _advice(table: type[Any], name: str, fields: tuple[str, ...], **more: Any) -> Kind:
    return Kind(table, name, fields, source_fields=(), address="", **more)


KINDS: dict[str, Kind] = {}


def add_kind(kind: Kind) -> None:
    """Let leaders check and correct one more kind; adding it again changes nothing."""
    KINDS[kind.id] = kind


for _kind in (
    Kind(
        GuideEntry,
        "Guides and visa answers",
        ("title", "text", "todo", "example"),
        only=~GuideEntry.own,
        search="guide",
        harm=harm_if(GuideEntry.id.startswith(f"{Guide.VISAS}.")),
    ),
    Kind(
        JourneyFact,
        "Facts of a stage",
        ("text",),
        search="fact",
        harm=harm_if(JourneyFact.stage_id.in_(STAY_STAGES), otherwise=Harm.MONEY),
    ),
    Kind(JourneyCost, "Costs", ("item", "usd", "note"), search="cost", harm=MONEY),
    Kind(
        CycleDate,
        "Dates of the cycle",
        ("event", "day", "eastern", "note"),
        search="date",
        harm=MONEY,
    ),
    Kind(MatchRate, "Match rates", ("us_img", "non_us_img")),
    Kind(
        LicenseRule,
        "License rules",
        (
            "img_years",
            "img_years_words",
            "us_years",
            "us_years_words",
            "attempts",
            "attempts_words",
            "span",
            "span_words",
            "limits_confidence",
            "note",
        ),
        search="state",
        harm=STAY,
    ),
    Kind(CompactStanding, "Compact", ("standing", "note"), harm=STAY),
    Kind(
        AddedPathway,
        "Added pathways",
        ("status", "text", "law", "effective"),
        search="state",
        harm=STAY,
    ),
    Kind(
        Jurisdiction,
        "Addresses of boards",
        ("board_url",),
        source_fields=(),
        address="board_url",
        ages=False,
        harm=STAY,
    ),
    Kind(
        PolicyStatement,
        "Positions, bills and the section",
        ("title", "text", "number", "status", "stance"),
        search="policy",
    ),
    Kind(
        Resource,
        "Resources",
        ("title", "organization", "who", "type", "description", "url"),
        source_fields=("as_of", "confidence", "volatile"),
        address="url",
        dated=False,
        only=Resource.section_id.is_(None),
        search="resource",
        follow=follow,
        harm=harm_if(
            sa.exists().where(
                ResourceTopic.resource_id == Resource.id, ResourceTopic.topic_id.in_(STAY_TOPICS)
            )
        ),
    ),
    _advice(
        JourneyStage,
        "Texts of a stage",
        ("title", "what", "duration", "pitfalls", "tracks", "usual_months"),
        search="stage",
    ),
    _advice(ChecklistItem, "Checklist items", ("text",), search="stage"),
    _advice(
        GuideEntry,
        "Our advice",
        ("title", "text", "todo", "example"),
        special="advice",
        only=GuideEntry.own.is_(True),
        search="guide",
    ),
    _advice(VisaQuestion, "Questions of the visa chooser", ("text", "hint", "options")),
    _advice(VisaRoute, "Routes of the visa chooser", ("name", "reason", "ask")),
    _advice(
        WayToTakePart,
        "Ways to take part",
        ("title", "steps", "example_url"),
        linked="example_url",
        search="way",
    ),
):
    add_kind(_kind)
