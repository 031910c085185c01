"""Equity: every statement has its source, and the parity table counts what it can stand for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.equity.parity import parity
from mentorship.equity.policy import statements, ways_to_take_part
from mentorship.search.service import rebuild
from mentorship.toolkit.facts import DATA
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import Confidence
from mentorship.toolkit.policy_models import Theme
from mentorship.toolkit.searched import SOURCES
from tests import factories
from tests.page import PageClient
from tests.rounds.cast import small_cast

BRITISH = re.compile(
    r"\b(licen[c]e\w*|programme\w*|\w*organis\w*|recognis\w*|centre\w*)\b", re.IGNORECASE
)


@pytest.fixture
def reader(session: Session, sign_in: Callable[[User], PageClient]) -> PageClient:
    load_facts(session)
    return sign_in(factories.person(session))


def test_the_page_shows_plan_positions_bills_and_how_to_act(reader: PageClient) -> None:
    page = reader.get("/equity")
    for text in (
        "AMA equity strategic plan",
        "H-255.978",
        "Conrad State 30 and Physician Access Reauthorization Act",
        "look them up in PolicyFinder",
        "Advisory Commission on Additional Licensing Models",
        "How you can act",
    ):
        assert text in page.text, text
    assert "Confirm at the source" in page.text  # positions of which we know the number only
    assert {"/equity/licensing", "/spotlight", "/community"} <= set(page.links())


def test_the_parity_table_has_every_state_and_its_gap(session: Session, reader: PageClient) -> None:
    page = reader.get("/equity/licensing")
    rows = page.tree.findall(".//main//details[@class='disclosure']")
    assert len(rows) == len(vocabulary.LISTS["state"]) == 55
    by_state = {row.id: row for row in parity(session).rows}
    assert (by_state["AL"].img_years, by_state["AL"].us_years, by_state["AL"].gap) == (2, 1, 1)
    assert by_state["CT"].gap == 0
    only = reader.get("/equity/licensing?show=gap")
    shown = len(only.tree.findall(".//main//details[@class='disclosure']"))
    assert shown == sum((row.gap or 0) > 0 for row in parity(session).rows)
    assert "Confirm with the board" in only.text


def test_states_we_could_not_check_are_not_counted(session: Session) -> None:
    load_facts(session)
    unsure = [row for row in parity(session).rows if row.provenance.confidence is Confidence.LOW]
    assert unsure
    assert parity(session).sure + len(unsure) <= 55
    assert parity(session).with_gap + parity(session).count(0) <= parity(session).sure


def test_every_statement_of_the_file_is_ours_and_says_how_sure_it_is(session: Session) -> None:
    load_facts(session)
    read = statements(session)
    assert (len(read[Theme.POSITIONS]), len(ways_to_take_part(session))) == (11, 6)
    text = re.sub(r"https?://\S+", "", (DATA / "policy.yaml").read_text(encoding="utf-8"))
    assert BRITISH.findall(text) == []
    for one in itertools.chain.from_iterable(read.values()):
        assert one.provenance.source_url or one.provenance.confidence is not Confidence.HIGH


def test_positions_are_found_by_the_search(session: Session, reader: PageClient) -> None:
    rebuild(session, SOURCES)
    page = reader.get("/toolkit/search?q=discrimination+against+IMGs")
    assert "Unfair discrimination against IMGs" in page.text
    assert "/equity#h-255-978" in page.links()


def test_a_leader_is_led_to_the_fairness_pages_of_their_rounds_and_nobody_else_is(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast = small_cast(session)
    cast.draft("Draft")
    round_, _ = cast.reviewed("Spring")
    path = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/fairness"
    leader = sign_in(cast.leader)
    fair = [link for link in leader.get("/equity").links() if link.endswith("/fairness")]
    assert fair == [path]
    leader.get(path)
    for other in (cast.people["Ana Silva"], factories.leader(session, factories.section(session))):
        assert path not in sign_in(other).get("/equity").links()
    assert "/toolkit/licensure" in leader.get("/equity").links()
