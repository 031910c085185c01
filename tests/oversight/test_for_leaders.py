"""What leaders read in the log of mentorships and letters, and what never gets there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, first_bad
from mentorship.sections.models import SectionRole
from mentorship.spotlight.models import SpotlightLetter
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair, confirmed
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
SAID = {"title": "Dear me", "byline": "A resident", "about": "On waiting.", "body": "It is long."}


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pair(session: Session) -> Pair:
    """Return a pair whose mentor leads the section, too."""
    made = confirmed(session)
    factories.member(session, made.cast.section, SectionRole.LEADER, made.mentor)
    return made


def log(client: PageClient, pair: Pair) -> str:
    """Return what a leader reads, on the page and in the file."""
    where = f"/sections/{pair.cast.section.slug}/log"
    main = client.get(where).tree.find(".//main")
    assert main is not None
    return " ".join(main.itertext()) + client.client.get(f"{where}.csv").get_data(as_text=True)


def last(session: Session) -> str:
    newest = sa.select(AuditEntry.action).order_by(AuditEntry.number.desc()).limit(1)
    return session.scalars(newest).one()


def test_leaders_read_of_agreements_and_of_an_end(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img, mentor, leader = (sign_in(who) for who in (pair.img, pair.mentor, pair.cast.leader))
    img.submit(f"{where}/agreement", {"term_purpose": "Match"}, action="")
    mentor.submit(f"{where}/agreement", action=f"{where}/agreement/accept")
    img.submit(f"{where}/end", {"reason": "situation_changed", "words": "I move away"})
    page = leader.get(f"/sections/{pair.cast.section.slug}/log?room=pairs")
    assert "3 entries" in page.text
    for words in ("Changed an agreement", "Accepted an agreement", "Ended a mentorship"):
        assert page.text.count(words) == 1
    assert "Ana Silva" in page.text
    assert "I move away" not in log(leader, pair)
    elsewhere = factories.leader(pair.session, other := factories.section(pair.session))
    assert "Ana Silva" not in sign_in(elsewhere).get(f"/sections/{other.slug}/log").text


@pytest.mark.parametrize("as_leader", [False, True])
def test_of_two_clicks_on_an_end_the_log_has_one(
    sign_in: SignIn, pair: Pair, *, as_leader: bool
) -> None:
    leader = sign_in(pair.cast.leader)
    led = f"/sections/{pair.cast.section.slug}/mentorships/{pair.id}/end"
    who, where = (leader, led) if as_leader else (sign_in(pair.img), f"/mentorships/{pair.id}/end")
    for click in (who.submit, who.post):
        click(where, {"reason": "no_time"})
    _, actions = entries(leader, f"/sections/{pair.cast.section.slug}/log")
    assert [action for action in actions if action.endswith("mentorships.end")] == actions[:1]


def test_no_leader_reads_of_a_concern_feedback_or_notes(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img, leaders = sign_in(pair.img), [sign_in(who) for who in (pair.mentor, pair.cast.leader)]
    before = [log(leader, pair) for leader in leaders]
    img.submit(f"{where}/concern", {"kind": "boundaries", "words": "They shout"})
    assert last(pair.session) == "mentorships.raise_concern"
    img.submit(f"{where}/feedback", {"rating": "1", "words": "Not good"})
    assert last(pair.session) == "mentorships.give_feedback"
    img.submit(where, {"note-text": "Ask for another"}, action=f"{where}/notes")
    assert [log(leader, pair) for leader in leaders] == before


def entries(client: PageClient, path: str) -> tuple[str, list[str]]:
    """Return how many entries a page counts, and what was done by the file of the same."""
    page = client.get(path)
    file = path.replace("/log", "/log.csv")
    rows = csv.DictReader(io.StringIO(client.client.get(file).get_data().decode("utf-8-sig")))
    caption = next(iter(re.findall(r"\d+ entr(?:y|ies)", page.text)), "none")
    return caption, [row["action"] for row in rows]


def test_an_administrator_who_is_half_of_a_pair_reads_no_more_than_any_other(
    session: Session, sign_in: SignIn, pair: Pair
) -> None:
    any_other = factories.administrator(session)
    pair.mentor.roles.append(any_other.roles[0])
    session.flush()
    slug, where = pair.cast.section.slug, f"/mentorships/{pair.id}"
    img, leader = sign_in(pair.img), sign_in(pair.cast.leader)
    readers = [sign_in(pair.mentor), sign_in(any_other)]
    for reader in readers:
        reader.get("/admin/log")
    pages = ("/admin/log", "/admin/log?room=pairs", f"/sections/{slug}/log")
    before = [entries(readers[0], page) for page in pages]
    img.submit(f"{where}/concern", {"kind": "boundaries", "words": "They shout"})
    img.submit(f"{where}/feedback", {"rating": "1", "words": "Not good"})
    led = f"/sections/{slug}/mentorships/{pair.id}"
    leader.submit(led, {"outcome": "We talked"})
    assert last(session) == "led_mentorships.close_concern"
    assert [entries(readers[0], page) for page in pages] == before
    for reader in readers:
        sent = reader.post("/admin/log", {"who": pair.img.email})
        found = reader.follow(sent).text
        for words in ("Told about a concern", "Gave feedback", "Closed a concern"):
            assert words not in found
        assert entries(reader, "/admin/log") == entries(readers[0], "/admin/log")
    assert first_bad(session)[0] is None  # they stand in the chain all the same


def test_leaders_read_of_a_letter_when_it_is_sent_to_them(
    session: Session, sign_in: SignIn, pair: Pair
) -> None:
    img, leader = sign_in(pair.img), sign_in(pair.cast.leader)
    before = log(leader, pair)
    img.submit("/spotlight/mine/new", SAID)
    letter = session.scalars(sa.select(SpotlightLetter)).one()
    mine = f"/spotlight/mine/{letter.id}"
    img.submit(mine, {"about": "On waiting longer."}, action=mine)
    assert log(leader, pair) == before  # a draft is its author's alone
    img.submit(mine, {"agree": "y"}, action=f"{mine}/submit")
    sent = log(leader, pair)
    assert "Sent a letter to the leaders" in sent
    img.post(f"{mine}/take-back")
    img.post(f"{mine}/delete")
    assert log(leader, pair) == sent
