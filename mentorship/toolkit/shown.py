"""What pages show of the toolkit, as plain values.

A day that only follows from earlier years is expected and no deadline; an amount that its page does
not print is to be checked there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType

from mentorship import vocabulary
from mentorship.toolkit.models import AmountInSource, Confidence, DayInSource
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.resource_models import ResourceType

BOARD_STAGES = frozenset({"licensure", "board_certification"})  # where a board has the last word
TYPE_NAMES = MappingProxyType(
    {
        ResourceType.GUIDE: "Guide",
        ResourceType.VIDEO: "Video",
        ResourceType.LETTER: "Letter",
        ResourceType.POLICY: "Policy",
        ResourceType.TOOL: "Tool",
        ResourceType.STATISTICS: "Figures",
        ResourceType.ORGANIZATION: "Organization",
        ResourceType.NEWS: "News",
    }
)


@dataclass(frozen=True, slots=True)
class Cost:
    id: str
    item: str
    usd: int | None
    note: str | None
    amount_in_source: AmountInSource
    provenance: Provenance

    @property
    def amount(self) -> str:
        return "Varies" if self.usd is None else f"${self.usd:,}"

    @property
    def caution(self) -> str:
        """Return what to do about an amount that its page does not print; "" if it does."""
        if self.amount_in_source is AmountInSource.YES:
            return ""
        if self.provenance.source_url is None:
            return "We have no page for this amount"
        return "Check the amount on the page"


@dataclass(frozen=True, slots=True)
class Fact:
    id: str
    text: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the Match cycle, seen from a reader's today."""

    id: str
    cycle: str
    day: dt.date
    event: str
    note: str | None
    in_source: DayInSource
    provenance: Provenance
    days_away: int
    moment: dt.datetime | None = None  # where the hour matters too

    @property
    def marking(self) -> str:
        """Return the word for a date that is not certain."""
        return "Unconfirmed" if self._is_weak else "Expected"

    @property
    def is_expected(self) -> bool:
        return self.in_source not in {DayInSource.YES, DayInSource.RULE}

    @property
    def is_deadline(self) -> bool:
        """Whether the day may be shown as certain: its owner says so, or a leader looked it up."""
        p = self.provenance
        is_sure = p.confidence is Confidence.HIGH or p.checked_on is not None
        return not self.is_expected and not self._is_weak and is_sure

    @property
    def _is_weak(self) -> bool:
        return self.provenance.is_unconfirmed or self.provenance.confidence is Confidence.LOW

    @property
    def distance(self) -> str:
        near = {0: "today", 1: "tomorrow"}.get(self.days_away)
        return near or f"in {'about ' if self.is_expected else ''}{self.days_away} days"


@dataclass(frozen=True, slots=True)
class ResourceCard:
    id: str
    title: str
    type: ResourceType
    organization: str
    description: str
    provenance: Provenance
    who: str = ""  # speaks or writes
    stages: tuple[str, ...] = ()  # ids of the vocabulary list
    topics: tuple[str, ...] = ()  # names
    marks: frozenset[str] = frozenset()  # the reader's own: saved, seen, useful
    useful: int = 0  # to how many people
    by_section: bool = False  # added, or put in other words, by the reader's section

    @property
    def byline(self) -> str:
        """Return what it is and whose: "Guide by AMA", "Video with Ana Silva, by AMA"."""
        joint = ": " if self.type is ResourceType.ORGANIZATION else " by "
        if self.who:
            joint = (
                f" {'with' if self.type is ResourceType.VIDEO else 'by'} {self.who}, on a page of "
            )
        return f"{TYPE_NAMES[self.type]}{joint}{self.organization}"

    @property
    def url(self) -> str:
        return self.provenance.source_url or ""


@dataclass(frozen=True, slots=True)
class PathItem:
    """A line of a checklist, with the day on which the reader did it."""

    id: str
    text: str
    done_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Step:
    """A stage in short."""

    id: str
    position: int
    title: str
    what: str
    duration: str
    provenance: Provenance
    time: Fact | None = None  # what a source says of the duration

    @property
    def name(self) -> str:
        return vocabulary.name("stage", self.id)


@dataclass(frozen=True, slots=True)
class StageView:
    """What somebody at a stage needs to see: on the dashboard, and on the stage's page."""

    step: Step
    after: Step | None
    items: tuple[PathItem, ...]
    pitfalls: tuple[str, ...]
    dates: tuple[Day, ...]
    cycle: str  # that has days to come, of this stage or another; "" for none
    usual_months: tuple[tuple[str, str], ...]  # name of the month or "Any time", and what happens
    resources: tuple[ResourceCard, ...]
    resource_count: int  # of all at this stage

    @property
    def done(self) -> int:
        return sum(item.done_on is not None for item in self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all stages, in their order."""
        return tuple(term.name for term in vocabulary.LISTS["stage"].values())


@dataclass(frozen=True, slots=True)
class StageInFull:
    """A stage on a page that shows several."""

    step: Step
    facts: tuple[Fact, ...]
    costs: tuple[Cost, ...]
    pitfalls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StagePage:
    view: StageView
    before: Step | None
    facts: tuple[Fact, ...]
    costs: tuple[Cost, ...]
    topics: tuple[str, ...]  # names of what a mentor can help with here
    notes: tuple[tuple[str, str], ...]  # advice for some readers: for whom, and what


@dataclass(frozen=True, slots=True)
class JourneyOverview:
    steps: tuple[Step, ...]
    dates: tuple[Day, ...]
    resource_count: int


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader asks of the catalog; an empty field asks nothing."""

    text: str = ""
    stage: str = ""
    type: str = ""
    organization: str = ""
    topic: str = ""
    mark: str = ""  # saved, useful, seen or unseen

    def as_query(self) -> dict[str, str]:
        """Return the fields that ask something, as they stand in an address."""
        fields = {
            "q": self.text,
            "stage": self.stage,
            "type": self.type,
            "organization": self.organization,
            "topic": self.topic,
            "mark": self.mark,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class ResourcePage:
    rows: tuple[ResourceCard, ...]
    total: int
    page: int
    pages: int
    search: Search


def month_name(month: int | None) -> str:
    return "Any time" if month is None else f"{dt.date(2000, month, 1):%B}"


def topic_name(topic: str) -> str:
    """Return the name of something a mentor helps with: a topic, or a visa path lived through."""
    of_list = "topic" if topic in vocabulary.LISTS["topic"] else "visa_path"
    return vocabulary.name(of_list, topic)
