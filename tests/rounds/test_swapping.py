"""Two pairs are swapped from the page of one of them, however long the list of pairs is."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds.models import Pair, Run
from tests.page import Page, PageClient
from tests.rounds.cast import Cast
from tests.rounds.work import work


def swaps(page: Page) -> list[Element]:
    """Return the forms of a page that ask for a swap."""
    return [
        form
        for form in page.tree.iterfind(".//main//form")
        if form.find(".//input[@name='kind'][@value='swap']") is not None
    ]


def test_a_partner_is_found_by_name_and_the_two_pairs_change_mentors(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    img, mentor = cast.profile("Ana Silva"), cast.profile("Noor Haddad")
    own = session.scalars(sa.select(Pair.id).where(Pair.run_id == run.id, Pair.img_id == img)).one()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/pairs/{own}"
    leader = sign_in(cast.leader)
    assert not swaps(leader.get(here))
    assert "No other pair of this run" in leader.get(f"{here}?q=ana silva").text
    page = leader.get(f"{here}?q=chi")
    (form,) = swaps(page)
    sent: dict[str, list[str]] = {}
    for field in form.iterfind(".//input"):
        sent.setdefault(field.get("name", ""), []).append(field.get("value", ""))
    assert len(sent["pair"]) == 2
    leader.post(form.get("action", ""), sent)
    work(session)
    newest = session.scalars(sa.select(Run).order_by(Run.number.desc()).limit(1)).one()
    now = sa.select(Pair.mentor_id).where(Pair.run_id == newest.id, Pair.img_id == img)
    assert session.scalars(now).one() == cast.profile("Omar Aziz") != mentor
