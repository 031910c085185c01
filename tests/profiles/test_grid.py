"""The week as boxes to tick, and times in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship import hours
from mentorship.matching import Span
from mentorship.profiles import grid
from tests.profiles.test_service import SPANS


@given(spans=st.lists(SPANS, max_size=8))
def test_no_time_is_lost_on_the_way_through_the_table(spans: list[Span]) -> None:
    ticked, others = grid.to_boxes(spans)
    assert grid.from_boxes(ticked, others) == hours.merge(spans)


@given(boxes=st.sets(st.sampled_from(grid.BOXES)))
def test_what_was_ticked_is_shown_as_ticks(boxes: set[str]) -> None:
    ticked, others = grid.to_boxes(grid.from_boxes(boxes, []))
    assert (set(ticked), others) == (boxes, [])


def test_a_stretch_that_fits_no_boxes_stays_in_words() -> None:
    assert grid.to_boxes([Span(0, 17 * 60, 21 * 60)]) == ([], [Span(0, 17 * 60, 21 * 60)])


@given(span=SPANS)
def test_hours_are_read_as_they_are_written(span: Span) -> None:
    assert hours.parse(hours.write(span)) == span


@pytest.mark.parametrize(
    "said",
    ["monday 9:00-10:30", "MON. 09:00 - 10:30", " Mon 09:00–10:30 "],  # noqa: RUF001
)
def test_hours_may_be_written_in_several_ways(said: str) -> None:
    assert hours.parse(said) == Span(0, 540, 630)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("whenever", "write a day and two times"),
        ("Mon 9-10", "write a day and two times"),
        ("Moonday 09:00-10:00", "begin with a day"),
        ("Mon 10:00-09:00", "the end must come after the start"),
        ("Mon 10:00-10:00", "the end must come after the start"),
        ("Mon 22:00-25:00", "times run from 00:00 to 24:00"),
        ("Mon 10:60-11:00", "times run from 00:00 to 24:00"),
        ("Mon ٠٩:00-10:00", "write a day and two times"),
    ],
)
def test_what_is_no_stretch_says_what_would_be_right(said: str, right: str) -> None:
    with pytest.raises(hours.NoSuchHours, match=right):
        hours.parse(said)


def test_stretches_that_touch_or_overlap_become_one_but_not_over_midnight() -> None:
    spans = [Span(0, 60, 120), Span(0, 120, 180), Span(0, 100, 130), Span(1, 0, 60)]
    assert hours.merge(spans) == (Span(0, 60, 180), Span(1, 0, 60))
    assert hours.merge([Span(0, 1380, 1440), Span(1, 0, 60)]) == (
        Span(0, 1380, 1440),
        Span(1, 0, 60),
    )
