"""What the toolkit puts on home pages, and what that costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community.models import Opening, OpeningKind
from mentorship.rounds.service import accept_offer, confirm_match
from mentorship.toolkit.links import DEAD_AFTER
from mentorship.toolkit.models import ChecklistItem
from mentorship.toolkit.path import keep_ticks
from mentorship.toolkit.path_models import Tick
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.truth_models import LinkCheck
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, counted, small_cast

MOST = 12  # statements of a page


@pytest.fixture(autouse=True)
def in_the_cycle() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast(loaded: Session) -> Cast:
    """One pair whose both sides said yes."""
    cast = small_cast(loaded)
    cast.published()
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    offer = cast.offer("Ana Silva")
    accept_offer(loaded, person_id=noor.id, offer_id=offer.id, now=NOW)
    confirm_match(loaded, person_id=ana.id, offer_id=offer.id, now=NOW)
    return cast


def test_an_img_sees_the_present_and_the_next_stage_with_what_is_left(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    ana = cast.people["Ana Silva"]
    of_stage = sa.select(ChecklistItem).where(ChecklistItem.stage_id == "interviews")
    first, *rest = cast.session.scalars(of_stage.order_by(ChecklistItem.position)).all()
    done = {first.id: NOW.date()}
    keep_ticks(cast.session, person_id=ana.id, stage_id="interviews", done=done)
    page = sign_in(ana).get("/home/img")
    assert f"1 of {len(rest) + 1} done" in page.text
    assert page.text.index(rest[0].text) < page.text.index(first.text)  # what is done comes last
    assert "/toolkit/path" in page.links()
    assert "/toolkit/journey/match_soap" in page.links()


def test_an_img_ticks_and_dates_what_is_done_on_the_home_page(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    ana = cast.people["Ana Silva"]
    of_stage = sa.select(ChecklistItem.id).where(ChecklistItem.stage_id == "interviews")
    first, second, *_ = cast.session.scalars(of_stage.order_by(ChecklistItem.position))
    cast.session.add(Tick(person_id=ana.id, item_id=first, done_on=NOW.date()))
    cast.session.flush()
    client = sign_in(ana)
    form = client.get("/home/img").form("/toolkit/path/interviews")
    boxes = {f.get("value"): f.get("checked") for f in form.iterfind(".//input[@name='done']")}
    assert first in boxes  # what is done is sent along, and so kept
    assert [item for item, checked in boxes.items() if checked is not None] == [first]
    sent = {"done": [first, second], f"on-{second}": "2026-10-01", "next": "/home/img#to-do"}
    done = client.post("/toolkit/path/interviews", sent)
    assert done.location == "/home/img#to-do"
    days = {tick.item_id: tick.done_on for tick in cast.session.scalars(sa.select(Tick))}
    assert days == {first: NOW.date(), second: dt.date(2026, 10, 1)}
    assert "Saved: 2 done at this stage" in client.follow(done).text


def test_a_mentor_sees_where_the_mentees_are(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    page = sign_in(cast.people["Noor Haddad"]).get("/home/mentor")
    assert "Ana Silva: Interviews" in page.text
    assert "/toolkit/journey/interviews" in page.links()
    assert "/toolkit/mentoring?for=mentor" in page.links()
    assert "Next dates of the 2027 Match" in page.text


def test_a_mentor_in_the_west_keeps_what_is_due_until_their_own_day_ends(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    noor, due = cast.people["Noor Haddad"], dt.date(2027, 3, 3)
    noor.timezone = "America/Los_Angeles"
    seat = {"kind": OpeningKind.OUTSIDE, "title": "A seat", "about": "Apply.", "deadline": due}
    cast.session.add(Opening(section_id=cast.section.id, **seat))
    cast.session.flush()
    with time_machine.travel(dt.datetime(2027, 3, 4, 1, tzinfo=dt.UTC), tick=False):  # 5 p.m. there
        page = sign_in(noor).get("/home/mentor").text
    assert "Rank lists must be certified" in page
    assert "Apply by March 3, 2027" in page


def test_a_leader_sees_which_facts_want_a_look(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    first = cast.session.scalars(sa.select(Resource).order_by(Resource.id)).first()
    assert first is not None
    found = {"checked_at": NOW, "next_check_at": NOW, "failures": DEAD_AFTER, "failure": "gone"}
    cast.session.add(LinkCheck(url=first.url, **found))
    cast.session.flush()
    page = sign_in(cast.leader).get("/home/leader")
    urgent = [link for link in page.links() if link.startswith("/toolkit/facts/")]
    assert urgent[0] == f"/toolkit/facts/resource/{first.id}"
    assert len(urgent) == 5
    assert "link found dead" in page.text
    assert "Older than 12 months" not in page.text.split("Facts to check today")[0]
    assert "/toolkit/facts" in page.links()


@pytest.mark.parametrize(
    ("who", "path"),
    [("Ana Silva", "/home/img"), ("Noor Haddad", "/home/mentor"), ("", "/home/leader")],
)
def test_home_pages_stay_within_their_budget(
    cast: Cast, sign_in: Callable[[User], PageClient], who: str, path: str
) -> None:
    page = sign_in(cast.people[who] if who else cast.leader)
    with counted(cast.session) as sent:
        page.get(path)
    asked = [each for each in sent if "SAVEPOINT" not in each]
    assert len(asked) <= MOST, asked


def test_the_report_of_facts_stays_within_its_budget(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    page = sign_in(cast.leader)
    for path in ("/toolkit/facts", "/toolkit/facts/license_rule/TX"):
        with counted(cast.session) as sent:
            page.get(path)
        assert len([each for each in sent if "SAVEPOINT" not in each]) <= MOST
