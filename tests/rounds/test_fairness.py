"""Groups of few people are never told, and cannot be worked out from what is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mentorship.consents.service import STATISTICS, give, withdraw
from mentorship.matching.fairness import FEWEST, OTHERS, Group
from mentorship.rounds import service
from mentorship.rounds.fairness import _told
from mentorship.rounds.fairness_pages import FairLine, _reading, fair_tables, load_lines
from mentorship.rounds.mentor_load import LoadLine, mentor_tables, reading_of
from mentorship.rounds.run_models import RunFairness
from tests.factories import NOW
from tests.rounds.cast import Cast

SOUTHERN_ASIA, CARIBBEAN = "southern_asia", "caribbean"
SIZES = st.dictionaries(st.sampled_from([None, *"abcdefgh"]), st.integers(1, 12), max_size=9)


@given(sizes=SIZES)
def test_no_small_group_is_told_or_can_be_worked_out(sizes: dict[str | None, int]) -> None:
    groups = {
        key: Group(imgs=size, matched=size // 2, mean=5000, lowest=100)
        for key, size in sizes.items()
    }
    rows = _told(groups)
    assert all(imgs >= FEWEST for _, imgs, _, _ in rows)
    missing = sum(sizes.values()) - sum(imgs for _, imgs, _, _ in rows)
    assert missing == 0 or not rows  # nothing to subtract: all are told, or none is
    if any(key == OTHERS for key, *_ in rows):
        shown = {key for key, *_ in rows}
        assert sum(1 for key in sizes if (key or "not_answered") not in shown) >= 1


GROUPS_OF_ALL_SIZES = st.lists(
    st.integers(5, 24).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))),
    min_size=1,
    max_size=6,
)


@given(groups=GROUPS_OF_ALL_SIZES)
def test_how_a_group_splits_names_no_number_from_one_to_four(groups: list[tuple[int, int]]) -> None:
    """Of a region: neither in a cell nor for one who knows how many have a mentor in all."""
    rows = [[SOUTHERN_ASIA, imgs, matched, 5000] for imgs, matched in groups]
    (table,) = fair_tables({"groups": {"region": rows}})
    cells = [line.with_mentor for line in table.lines]
    ranges = [_range(imgs, cell) for (imgs, _), cell in zip(groups, cells, strict=True)]
    if set(cells) == {"not told"}:
        ranges = [range(imgs + 1) for imgs, _ in groups]
    for place, (imgs, matched) in enumerate(groups):
        assert matched in ranges[place]
        if cells[place].isdigit():
            assert not {matched, imgs - matched} & {0, 1, 2, 3, 4}
        sums = {0}
        for other, each in enumerate(ranges):
            sums = {a + b for a in sums for b in each} if other != place else sums
        total = sum(having for _, having in groups)
        possible = {here for here in ranges[place] if total - here in sums}
        told = len(possible) == 1 and 0 < min(matched, imgs - matched) < FEWEST
        assert not told or len(groups) == 1  # of one group the sum is all there is to know


def _range(imgs: int, cell: str) -> range:
    """Return how many may have a mentor by what a cell says."""
    if cell.isdigit():
        return range(int(cell), int(cell) + 1)
    if cell == "fewer than 5":
        return range(5)
    if cell.endswith(" or more"):
        return range(int(cell.removesuffix(" or more")), imgs + 1)
    assert cell == "not told"
    return range(imgs + 1) if imgs < 10 else range(5, imgs - 4)


def test_what_leaders_read_beside_each_name_is_told_as_it_is() -> None:
    rows = [["returning", 6, 5, 5000], ["newcomer", 9, 3, 4000]]
    (table,) = fair_tables({"groups": {"history": rows}})
    assert [line.with_mentor for line in table.lines] == ["5", "3"]
    assert load_lines({"load": [[0, 2], [1, 2], [3, 1]]}) == [("none", 2), ("1", 2), ("3", 1)]


def test_a_small_split_is_said_as_such_on_each_side() -> None:
    rows = [[SOUTHERN_ASIA, 30, 28, 5000], [CARIBBEAN, 20, 3, 5000], ["others", 40, 20, 5000]]
    (table,) = fair_tables({"groups": {"region": rows}})
    assert [line.with_mentor for line in table.lines] == ["26 or more", "fewer than 5", "20"]
    assert [line.average for line in table.lines] == [5000, None, 5000]
    assert "nothing to compare" in table.reading


def test_the_gap_is_said_in_words() -> None:
    alike = [FairLine("A", 20, 10, 1), FairLine("B", 20, 10, 1)]
    assert "alike" in _reading(alike)
    apart = [FairLine("A", 20, 20, 1), FairLine("B", 20, 10, 1)]
    assert "With the same share, 10 more people" in _reading(apart)
    assert "chance" not in _reading(apart)
    few = [FairLine("A", 5, 4, None), FairLine("B", 6, 1, None)]
    assert "by chance alone" in _reading(few)
    many = [FairLine("A", 2000, 1300, None), FairLine("B", 2000, 1100, None)]
    assert "chance" not in _reading(many)
    assert "by chance alone" in _reading([FairLine("A", 40, 20, None), FairLine("B", 40, 16, None)])
    assert "no second group" in _reading(alike[:1])
    mixed = FairLine("All smaller groups together", 20, 0, None, mixed=True)
    assert "alike" in _reading([*alike, mixed])
    assert FairLine("A", 27, 23, 1).share == 85


def test_a_run_keeps_only_what_may_be_told(cast: Cast, session: Session) -> None:
    for number in range(6):
        cast.img(f"Outside {number}", visa="outside_us", school_country="IN")
    cast.img("Alone", visa="j1_physician", school_country="NG")
    _, run = cast.reviewed()
    kept = session.get_one(RunFairness, run.id).tables
    assert not {"visa", "gender"} & {*kept["groups"], *kept["mentors"]}
    assert "outside_us" not in str(kept)
    assert "NG" not in str(kept)
    tables = {table.title: table for table in fair_tables(kept)}
    stage = {line.label: line.imgs for line in tables["Stage of the journey"].lines}
    assert sum(stage.values()) == 10
    assert sum(mentors for _, mentors in load_lines(kept)) == 2


def test_newcomers_stand_against_who_took_part_before(cast: Cast, session: Session) -> None:
    for number in range(3):
        cast.img(f"Early {number}")
    first = cast.published("Autumn")
    service.finish_round(session, round_id=first.id, now=NOW)
    for number in range(5):
        cast.img(f"Late {number}", school_country="IN" if number else "PK")
    _, run = cast.reviewed("Spring")
    tables = {t.title: t for t in fair_tables(session.get_one(RunFairness, run.id).tables)}
    history = tables["Newcomers and who took part before"]
    assert {line.label: line.imgs for line in history.lines} == {
        "Took part before": 6,
        "First round": 5,
    }
    assert sum(line.matched for line in history.lines) == run.matched
    regions = {line.label: line.imgs for line in tables["Region of medical school"].lines}
    assert regions == {"Not answered": 6, "Southern Asia": 5}


def test_a_run_made_before_regions_were_told_is_still_read() -> None:
    (table,) = fair_tables({"groups": {"country": [["IN", 6, 3, 5000], ["others", 5, 1, 4000]]}})
    assert [line.label for line in table.lines] == ["India", "All smaller groups together"]


def test_without_consent_nobody_is_counted(cast: Cast, session: Session) -> None:
    for number in range(6):
        who = cast.img(f"Outside {number}", visa="outside_us")
        withdraw(session, who.id, STATISTICS, NOW)
    round_, run = cast.reviewed()
    kept = session.get_one(RunFairness, run.id).tables
    assert all(sum(row[1] for row in rows) == 0 for rows in kept["groups"].values())
    assert run.inputs is not None
    assert "outside_us" in str(run.inputs)  # they still take part in the match
    for number in range(6):
        give(session, cast.people[f"Outside {number}"].id, STATISTICS, NOW)
    again = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    counted = session.get_one(RunFairness, again.id).tables["groups"]["stage"]
    assert sum(row[1] for row in counted) == 9


def test_the_load_of_groups_of_mentors_is_told_and_small_ones_are_not(
    cast: Cast, session: Session
) -> None:
    for number in range(6):
        cast.mentor(f"Woman {number}", seats=1, gender="woman", school_country="IN")
    cast.mentor("Man", seats=1, gender="man", school_country="NG")
    silent = cast.mentor("Silent", seats=1, gender="woman", school_country="IN")
    withdraw(session, silent.id, STATISTICS, NOW)
    _, run = cast.reviewed()
    kept = session.get_one(RunFairness, run.id).tables
    assert not {"man", "NG"} & {row[0] for rows in kept["mentors"].values() for row in rows}
    tables = {table.title: table for table in mentor_tables(kept)}
    everybody = sum(line.mentors for line in tables["Newcomers and who mentored before"].lines)
    assert everybody == 9  # two of the cast, six, one; nobody who did not agree
    for table in tables.values():
        assert all(line.mentors >= FEWEST for line in table.lines)
        assert sum(line.mentors for line in table.lines) == everybody
        assert table.reading


def test_the_load_is_said_in_words() -> None:
    one = LoadLine("A", 10, 10, 1.0)
    assert "of “B”, 50%" in reading_of([one, LoadLine("B", 10, 5, 1.0)])
    assert "2.0 against 1.0" in reading_of([one, LoadLine("B", 10, 10, 2.0)])
    assert "spread alike" in reading_of([one, LoadLine("B", 10, 10, 1.2)])
    assert "no second group" in reading_of([one, LoadLine("Others", 10, 0, None, mixed=True)])
