"""What leaders look at first, and how they note many checks at once."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.toolkit import shelf, truth
from mentorship.toolkit.freshness import (
    FIRST,
    Reason,
    Wanted,
    freshness,
    resting_on,
    to_check_first,
)
from mentorship.toolkit.guide_models import GuideEntry
from mentorship.toolkit.kinds import Harm
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.shelf_models import Trouble
from mentorship.toolkit.truth_models import FactChange
from mentorship.toolkit.workload import workload
from tests.factories import NOW
from tests.page import PageClient
from tests.toolkit.files import Files, found, resource

TODAY = NOW.date()
SignIn = Callable[[User], PageClient]


def signed(leader: User) -> truth.Signed:
    return truth.Signed(leader.id, NOW, TODAY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"as_of": "2025-11-01"}, Reason.OLD),
        ({"as_of": None}, Reason.UNDATED),
        ({"as_of": "2025"}, Reason.OLD),
        ({"as_of": "2026-07", "volatile": True}, Reason.MAY_CHANGE),
        ({"confidence": "low"}, Reason.LOW),
        ({"source_url": None, "url_check": "none"}, Reason.NO_SOURCE),
    ],
)
def test_what_is_old_or_unsure_is_found(
    session: Session, files: Files, changes: dict[str, object], reason: Reason
) -> None:
    files.guides["visas.yaml"]["entries"][0] |= changes
    load_facts(session, folder=files.write())
    assert found(session, reason=reason) == {"visas.first"}
    assert freshness(session, today=TODAY).counts[reason] == 1
    first = [line.id for line in to_check_first(session, today=TODAY)]
    assert first == (["visas.first"] if reason in FIRST else [])


@pytest.mark.parametrize("as_of", ["2025-11-02", "2026", "2026-10-30"])
def test_what_is_younger_than_a_year_is_fresh(session: Session, files: Files, as_of: str) -> None:
    files.guides["visas.yaml"]["entries"][0]["as_of"] = as_of
    load_facts(session, folder=files.write())
    assert found(session, reason=Reason.OLD) == set()


def test_a_check_makes_an_old_fact_fresh(session: Session, files: Files, leader: User) -> None:
    files.guides["visas.yaml"]["entries"][0]["as_of"] = "2019"
    load_facts(session, folder=files.write())
    truth.check(session, "guide_entry", "visas.first", signed=signed(leader))
    assert found(session, reason=Reason.OLD) == set()


def test_a_fact_is_found_by_its_words_though_it_is_fine(small: Session) -> None:
    assert "visas.first" in found(small, words="so it is")
    assert found(small, words="Rhode") == {"RI"}
    assert found(small, words="zebra") == set()


def test_resources_that_want_a_look_are_found(session: Session, files: Files, leader: User) -> None:
    files.catalog["resources"] = [
        resource(),
        resource("old", as_of="2019"),
        resource("closed", url_check="not_opened"),
        resource("unsure", confidence="low"),
        resource("told"),
    ]
    load_facts(session, folder=files.write())
    shelf.report(
        session,
        person_id=leader.id,
        resource_id="told",
        trouble=Trouble.DEAD,
        words="Gone",
        now=NOW,
    )
    for reason, key in {
        Reason.OLD: "old",
        Reason.NOT_OPENED: "closed",
        Reason.LOW: "unsure",
        Reason.REPORTED: "told",
    }.items():
        assert found(session, reason=reason, kind="resource") == {key}
    truth.check(session, "resource", "old", signed=signed(leader))
    truth.check(session, "resource", "closed", signed=signed(leader))
    assert found(session, reason=Reason.OLD, kind="resource") == set()
    assert found(session, reason=Reason.NOT_OPENED, kind="resource") == set()


def test_an_undated_source_is_told_apart_and_does_not_fill_the_list(
    session: Session, files: Files, leader: User
) -> None:
    files.guides["visas.yaml"]["entries"][0]["as_of"] = None
    files.catalog["resources"] = [resource(), resource("tool", as_of=None)]
    load_facts(session, folder=files.write())
    assert found(session, reason=Reason.UNDATED) == {"visas.first"}  # links often bear no date
    assert "visas.first" not in found(session)
    truth.check(session, "guide_entry", "visas.first", signed=signed(leader))
    assert found(session, reason=Reason.UNDATED) == set()


def test_what_harms_most_is_looked_at_first(loaded: Session, leader: User) -> None:
    report = freshness(loaded, today=TODAY)
    first = [line.kind.id for line in report.lines]
    assert {"cycle_date", "journey_cost", "policy_statement", "match_rate"}.isdisjoint(first)
    assert sum(report.harms.values()) == report.total
    assert all(report.harms[harm] for harm in Harm)
    costs = freshness(loaded, today=TODAY, wanted=Wanted(harm=Harm.MONEY))
    assert {line.kind.id for line in costs.lines} <= {"journey_cost", "cycle_date", "journey_fact"}
    assert costs.total == report.harms[Harm.MONEY]
    shelf.report(
        loaded,
        person_id=leader.id,
        resource_id="ama-experience",
        trouble=Trouble.WRONG,
        words="No",
        now=NOW,
    )
    assert freshness(loaded, today=TODAY).lines[0].id == "ama-experience"


def test_facts_of_one_page_are_found_and_checked_together(loaded: Session, leader: User) -> None:
    line = next(line for line in freshness(loaded, today=TODAY).lines if line.same_source > 2)
    same = resting_on(loaded, line.source)
    assert (line.kind.id, line.id) in same
    asked = freshness(loaded, today=TODAY, wanted=Wanted(source=line.source))
    assert asked.total == len(same) >= line.same_source
    assert truth.check_all(loaded, same, signed=signed(leader)) == len(same)
    checked = loaded.scalars(sa.select(FactChange.fact_id)).all()
    assert sorted(checked) == sorted(key for _, key in same)
    asked = freshness(loaded, today=TODAY, wanted=Wanted(source=line.source, reason=Reason.OLD))
    assert asked.total == 0


def test_nothing_is_checked_that_has_no_source_to_compare(loaded: Session, leader: User) -> None:
    bare = loaded.scalar(
        sa.select(GuideEntry.id).where(GuideEntry.source_url.is_(None), ~GuideEntry.own)
    )
    keys = [("guide_entry", str(bare)), ("checklist_item", "visa.first"), ("moon", "x")]
    assert truth.check_all(loaded, keys, signed=signed(leader)) == 0
    assert loaded.scalar(sa.select(sa.func.count(FactChange.id))) == 0


# ---- the pages


def test_a_leader_ticks_several_facts_as_checked_today(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    page = sign_in(leader)
    shown = page.get("/toolkit/facts?harm=0")
    boxes = [f.get("value") for f in shown.tree.iterfind(".//input[@name='fact']")]
    assert len(boxes) > 5
    done = page.post(
        "/toolkit/facts/checked", {"fact": [*boxes[:3], "made/up"], "next": "/toolkit/facts?harm=0"}
    )
    assert done.location == "/toolkit/facts?harm=0"
    assert "3 facts checked today" in page.follow(done).text
    left = page.get("/toolkit/facts?harm=0")
    assert boxes[0] not in [f.get("value") for f in left.tree.iterfind(".//input[@name='fact']")]
    kind, _, key = str(boxes[0]).partition("/")
    history = page.get(f"/toolkit/facts/{kind}/{key}")
    assert "Last checked on" in history.text
    assert any("/undo" in f.get("action", "") for f in history.tree.iterfind(".//form"))
    nothing = page.post("/toolkit/facts/checked", {})
    assert "Nothing was ticked" in page.follow(nothing).text


def test_a_leader_checks_all_facts_of_one_page(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    line = next(line for line in freshness(loaded, today=TODAY).lines if line.same_source > 2)
    count = len(resting_on(loaded, line.source))
    page = sign_in(leader)
    path = "/toolkit/facts?source=" + quote(line.source, safe=":/")
    assert path in page.get("/toolkit/facts").links()
    assert line.source in page.get(path).links()
    done = page.post("/toolkit/facts/checked", {"every": "y", "source": line.source})
    assert f"{count} facts checked today" in page.follow(done).text


def test_the_work_is_laid_out_by_page_and_by_topic(loaded: Session, leader: User) -> None:
    before = workload(loaded, today=TODAY)
    report = freshness(loaded, today=TODAY)
    assert before.checked == 0
    assert 0 < before.wanting <= report.total  # the report counts advice with a dead link too
    assert [page.harm for page in before.pages] == sorted(page.harm for page in before.pages)
    worst = before.pages[0]
    rest = freshness(loaded, today=TODAY, wanted=Wanted(source=worst.source, look=True))
    assert rest.total == worst.facts
    keys = resting_on(loaded, worst.source)
    truth.check_all(loaded, keys, signed=signed(leader))
    after = workload(loaded, today=TODAY)
    assert after.checked == len(keys)
    assert after.wanting < before.wanting


def test_a_leader_reads_how_far_the_work_is(loaded: Session, sign_in: SignIn, leader: User) -> None:
    page = sign_in(leader).get("/toolkit/facts")
    load = workload(loaded, today=TODAY)
    assert f"{load.wanting} of {load.all} facts and resources want a look" in page.text
    assert "Leaders have checked 0 so far" in page.text
    assert "/toolkit/facts?kind=license_rule&reason=look" in page.links()
    rules = sign_in(leader).get("/toolkit/facts?kind=license_rule&reason=look")
    wanting = next(each.wanting for each in load.kinds if each.kind.id == "license_rule")
    assert f"{wanting} entries" in rules.text
    assert "Fine" not in rules.text.split("Why look at it", 1)[1]
