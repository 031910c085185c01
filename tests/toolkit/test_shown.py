"""The rules of showing: a fact never looks surer than it is."""

from __future__ import annotations

import datetime as dt

import pytest

from mentorship.toolkit.models import AmountInSource, Confidence, DayInSource, UrlCheck
from mentorship.toolkit.provenance import Provenance, readable_date
from mentorship.toolkit.resource_models import ResourceType
from mentorship.toolkit.shown import Cost, Day, ResourceCard

PAGE = "https://www.example.org/fees"
SURE = Provenance(PAGE, UrlCheck.RETRIEVED, "2026-10", Confidence.HIGH)
SOURCELESS = Provenance(None, UrlCheck.NONE, "2026-10", Confidence.MEDIUM)
UNDATED = Provenance(PAGE, UrlCheck.RETRIEVED, None, Confidence.HIGH)
LOW = Provenance(PAGE, UrlCheck.RETRIEVED, "2026-10", Confidence.LOW)


def day(in_source: DayInSource, provenance: Provenance = SURE, away: int = 10) -> Day:
    return Day(
        id="match-day",
        cycle="2027 Match",
        day=dt.date(2027, 3, 19),
        event="Match Day",
        note=None,
        in_source=in_source,
        provenance=provenance,
        days_away=away,
    )


def cost(in_source: AmountInSource, provenance: Provenance = SURE, usd: int | None = 1425) -> Cost:
    return Cost("fee", "A fee", usd, None, in_source, provenance)


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [
        ("2026", "2026"),
        ("2026-10", "October 2026"),
        ("2026-10-05", "October 5, 2026"),
        (None, ""),
    ],
)
def test_dates_are_shown_as_people_write_them(as_of: str | None, shown: str) -> None:
    assert readable_date(as_of) == shown


def test_a_sure_fact_carries_no_warning() -> None:
    assert SURE.warnings == ()
    assert SURE.details == ()
    assert not SURE.is_unconfirmed
    assert SURE.host == "example.org"


def test_a_fact_without_source_is_unconfirmed() -> None:
    assert SOURCELESS.is_unconfirmed
    assert SOURCELESS.warnings == ("Unconfirmed: we have no source for this",)


def test_a_fact_without_date_is_unconfirmed() -> None:
    assert UNDATED.is_unconfirmed
    assert UNDATED.warnings == ("Undated source: check that it still holds",)


@pytest.mark.parametrize(
    ("url", "check", "ask_board", "warning"),
    [
        (PAGE, UrlCheck.RETRIEVED, False, "Confirm at the source"),
        (PAGE, UrlCheck.RETRIEVED, True, "Confirm with the board"),
        (None, UrlCheck.NONE, False, "Confirm before you rely on it"),
    ],
)
def test_low_confidence_says_whom_to_ask(
    url: str | None, check: UrlCheck, *, ask_board: bool, warning: str
) -> None:
    shown = Provenance(url, check, "2026", Confidence.LOW, ask_board=ask_board)
    assert warning in shown.warnings


@pytest.mark.parametrize("check", [UrlCheck.NOT_OPENED, UrlCheck.CITED_BY_SOURCE])
def test_an_address_nobody_opened_is_not_called_checked(check: UrlCheck) -> None:
    (detail,) = Provenance(PAGE, check, "2026", Confidence.HIGH).details
    assert "not opened" in detail


def test_a_fact_read_elsewhere_says_where() -> None:
    shown = Provenance(PAGE, UrlCheck.RETRIEVED, "2026", Confidence.HIGH, evidence="a roadmap")
    assert shown.details == ("Read in a roadmap",)


@pytest.mark.parametrize(
    ("in_source", "provenance", "caution"),
    [
        (AmountInSource.YES, SURE, ""),
        (AmountInSource.OLDER, SURE, "Check the amount on the page"),
        (AmountInSource.NO, SURE, "Check the amount on the page"),
        (AmountInSource.NO, SOURCELESS, "We have no page for this amount"),
    ],
)
def test_an_amount_its_page_does_not_print_is_to_be_checked(
    in_source: AmountInSource, provenance: Provenance, caution: str
) -> None:
    assert cost(in_source, provenance).caution == caution


def test_amounts_are_whole_dollars_and_unknown_ones_vary() -> None:
    assert cost(AmountInSource.YES).amount == "$1,425"
    assert cost(AmountInSource.NO, usd=None).amount == "Varies"


@pytest.mark.parametrize("in_source", [DayInSource.YES, DayInSource.RULE])
def test_a_day_in_its_source_is_a_deadline(in_source: DayInSource) -> None:
    assert day(in_source).is_deadline
    assert not day(in_source).is_expected


@pytest.mark.parametrize("in_source", [DayInSource.NEAR, DayInSource.PATTERN])
def test_a_day_that_only_follows_from_others_is_expected(in_source: DayInSource) -> None:
    assert day(in_source).is_expected
    assert not day(in_source).is_deadline


@pytest.mark.parametrize("provenance", [SOURCELESS, UNDATED, LOW])
def test_an_unconfirmed_day_is_never_a_deadline(provenance: Provenance) -> None:
    assert not day(DayInSource.YES, provenance).is_deadline


@pytest.mark.parametrize(
    ("in_source", "away", "shown"),
    [
        (DayInSource.RULE, 0, "today"),
        (DayInSource.RULE, 1, "tomorrow"),
        (DayInSource.RULE, 10, "in 10 days"),
        (DayInSource.PATTERN, 10, "in about 10 days"),
    ],
)
def test_the_distance_of_a_day(in_source: DayInSource, away: int, shown: str) -> None:
    assert day(in_source, away=away).distance == shown


def card(provenance: Provenance, type_: ResourceType = ResourceType.GUIDE) -> ResourceCard:
    return ResourceCard("a", "A", type_, "AMA", "What it says.", provenance)


def test_a_resource_says_what_it_is_and_whose() -> None:
    assert card(SURE).byline == "Guide by AMA"
    assert card(SURE, ResourceType.ORGANIZATION).byline == "Organization: AMA"


def test_a_resource_of_low_confidence_is_to_be_confirmed() -> None:
    assert "Confirm at the source" in card(LOW).provenance.warnings
