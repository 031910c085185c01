"""A leader runs a round from nothing to finished, with only what the pages say.

People from two files, set-up, enrolment opened and closed, run, changes by hand with keys and
buttons (lock, take apart, swap, forbid, notes), policies, publishing, answers, the rest matched
again and published, the report; then every run is solved again and comes out the same.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import FilePayload, expect
from sqlalchemy.orm import aliased

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.demo.sign_ins import DEMO_PASSWORD, LEADER
from mentorship.extensions import reading, transaction
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.proving import prove_again
from mentorship.sections.leading import appoint_leader
from mentorship.sections.models import Section
from mentorship.sections.service import create_section
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
WAIT = 60_000  # milliseconds for what a worker does

IMGS = """\
Full name,E-Mail,Stage,Specialties,Topics,Languages,Consents
Ana Abara,ana.{key}@example.org,interviews,neurology,interview_prep,en,matching
Ben Bello,ben.{key}@example.org,interviews,psychiatry,interview_prep,en,matching
Cy Cole,cy.{key}@example.org,usce,neurology,research,en,matching
'=Dee Dunn,dee.{key}@example.org,usce,urology,visa_choice,en,matching
Eve Ekow,eve.{key}@example.org,interviews,neurology,interview_prep,en,matching
"""
MENTORS = """\
name;email;specialties;topics;languages;seats;consents
Mo Mentor;mo.{key}@example.org;neurology;interview_prep|research;en;1;matching
Nia Noor;nia.{key}@example.org;psychiatry;interview_prep;en;1;matching
Oz Omar;oz.{key}@example.org;urology;visa_choice;en;2;matching
"""


@dataclass
class Nothing:
    """A section without a member but its leader."""

    app: Flask
    slug: str
    key: str

    def claimed(self) -> None:
        """Let everybody of the files open their account, as the mailed link does."""
        with self.app.app_context(), transaction() as session:
            leader = session.query(User).filter_by(email=LEADER[0]).one()
            mine = sa.update(User).where(User.email.like(f"%.{self.key}@example.org"))
            session.execute(mine.values(password=leader.password, confirmed_at=leader.confirmed_at))

    def waiting(self) -> list[tuple[str, str]]:
        """Return the addresses of IMG and mentor of each offer without an answer."""
        img, mentor, asked, other = aliased(User), aliased(User), aliased(Profile), aliased(Profile)
        with self.app.app_context(), reading() as session:
            rows = session.execute(
                sa.select(img.email, mentor.email)
                .select_from(Offer)
                .join(asked, asked.id == Offer.img_id)
                .join(img, img.id == asked.person_id)
                .join(other, other.id == Offer.mentor_id)
                .join(mentor, mentor.id == other.person_id)
                .where(Offer.state == OfferState.OFFERED, img.email.like(f"%.{self.key}@%"))
                .order_by(img.email)
            )
            return [(row[0], row[1]) for row in rows]

    def without(self, pairs: list[tuple[str, str]]) -> set[str]:
        """Return the addresses of mentors whom somebody in none of the pairs must not have."""
        there = {img for img, _ in pairs}
        with self.app.app_context(), reading() as session:
            mine = sa.select(Section.id).where(Section.slug == self.slug).scalar_subquery()
            newest = sa.select(Run.rules).join(Round).where(Round.section_id == mine)
            rules = session.scalars(newest.order_by(Run.number.desc()).limit(1)).one()
            emails = dict[str, str](
                (str(key), email)
                for key, email in session.execute(
                    sa.select(Profile.id, User.email).join(User, User.id == Profile.person_id)
                )
            )
        return {emails[mentor] for img, mentor in rules["banned"] if emails[img] not in there}

    def done(self, *actions: str) -> list[int]:
        """Count the entries of the log about this section, by action."""
        with self.app.app_context(), reading() as session:
            mine = sa.select(Section.id).where(Section.slug == self.slug).scalar_subquery()
            logged = session.scalars(
                sa.select(AuditEntry.action).where(AuditEntry.section_id == mine)
            ).all()
            return [logged.count(action) for action in actions]

    def proved(self) -> list[int]:
        """Solve each run of the section again; return how many pairs came out the same."""
        with self.app.app_context(), reading() as session:
            mine = sa.select(Section.id).where(Section.slug == self.slug).scalar_subquery()
            rounds = sa.select(Round.id).where(Round.section_id == mine)
            ids = session.scalars(sa.select(Run.id).where(Run.round_id.in_(rounds))).all()
            proofs = [prove_again(session, run_id=each) for each in ids]
            assert all(proof.faults == () for proof in proofs)
            return [proof.pairs for proof in proofs]


@pytest.fixture
def nothing(app: Flask) -> Nothing:
    now, key = dt.datetime.now(dt.UTC), uuid.uuid4().hex[:6]
    with app.app_context(), transaction() as session:
        leader = session.query(User).filter_by(email=LEADER[0]).one()
        section = create_section(
            session, name=f"New {key}", slug=f"new-{key}", about="", approve_imgs=False, now=now
        )
        appoint_leader(session, section_id=section.id, person_id=leader.id, by=None, now=now)
    return Nothing(app, f"new-{key}", key)


def test_from_nothing_to_finished(visitor: Callable[..., Visitor], nothing: Nothing) -> None:
    leader = visitor(only="desktop")
    leader.sign_in(LEADER[0], DEMO_PASSWORD)
    _bring_people_in(leader, nothing)
    _set_up_and_run(leader, nothing)
    _change_by_hand(leader)
    _look_around(leader)
    _publish(leader)
    home = leader.page.url.rpartition("/")[0].removeprefix(leader.address)
    _answer(visitor, nothing)
    _match_the_rest(leader, nothing, home)
    _finish(leader, home)
    assert nothing.done("round.publish", "round.publish.now") == [2, 2], "two clicks, one effect"
    assert len(nothing.proved()) > 8


def _bring_people_in(leader: Visitor, nothing: Nothing) -> None:
    leader.go(f"/sections/{nothing.slug}/rounds")
    leader.reads("No match round yet")
    leader.go(f"/sections/{nothing.slug}/members")
    leader.follow(re.compile("Import people"))
    for name, text in (("img", IMGS), ("mentor", MENTORS)):
        data = text.format(key=nothing.key).encode()
        file = FilePayload(name=f"{name}s.csv", mimeType="text/csv", buffer=data)
        leader.page.locator(f"input[type=file][name={name}]").set_input_files(file)
    leader.press("Next: the columns")
    leader.reads("For example: Ana Abara")
    leader.page.get_by_role("button", name="Next: try it, and write nothing").click()
    done = leader.page.get_by_role("button", name="Import all 8 rows")
    done.wait_for(timeout=WAIT)
    leader.look()
    done.click()
    leader.page.get_by_role("link", name="See the members").wait_for(timeout=WAIT)
    leader.look()
    leader.follow("See the members")
    leader.reads("=Dee Dunn")
    nothing.claimed()


def _set_up_and_run(leader: Visitor, nothing: Nothing) -> None:
    leader.go(f"/sections/{nothing.slug}/rounds")
    leader.follow("Set up a round")
    leader.page.get_by_label("Name", exact=False).first.fill("First round")
    leader.reads("Keep to the limits that mentors set")
    leader.press("Save the set-up")
    leader.press("Open the round")
    leader.follow("People")
    leader.reads("Ana Abara")
    keys = leader.page.keyboard
    for key in ("j", "j"):
        keys.press(key)
    _open_row(leader, "/people/")
    leader.reads("has not been run yet")
    leader.go(leader.page.url.removeprefix(leader.address).partition("/people/")[0])
    leader.follow(re.compile("^Close the enrolment now"))
    leader.press("Close the enrolment now")
    leader.press_and_wait("Run the match", r"/review")
    leader.reads("of IMGs have a mentor")


def _open_row(leader: Visitor, address: str) -> None:
    """Press Enter in the row the keys have led to."""
    leader.page.keyboard.press("Enter")
    leader.page.wait_for_url(re.compile(address))
    leader.look()


def _change_by_hand(leader: Visitor) -> None:
    """Choose by keys; lock, take apart, swap, forbid; keep, undo and do it again."""
    page = leader.page
    ticked = page.locator("[name=pair]:checked")
    help_ = page.get_by_text("tick all on this page")
    page.keyboard.press("?")
    expect(page.locator("#keys-list")).to_be_focused()
    expect(help_).to_be_in_viewport(ratio=1)
    page.keyboard.press("?")
    assert not help_.is_visible()
    row, box = (page.locator(f"tbody tr {of}").first for of in ("td", ".tick label"))
    cell, tick = row.bounding_box(), box.bounding_box()
    assert cell is not None
    assert tick is not None
    assert cell["y"] <= tick["y"]
    assert tick["y"] + tick["height"] <= cell["y"] + cell["height"]
    page.keyboard.press("a")
    assert ticked.count() == page.locator("[name=pair]").count() == 4
    page.keyboard.press("a")
    for key in ("j", "j", "k", "x"):
        page.keyboard.press(key)
    assert ticked.count() == 1
    assert page.locator("[name=pair]").first.is_checked()
    address = page.url
    _open_row(leader, "/pairs/")
    page.get_by_label("Add a note").fill("A pair to watch")
    leader.press("Add the note")
    page.goto(address)
    _tick(leader, 0)
    _change(leader, "Lock")
    leader.press("Undo the last change")
    leader.press("Redo")
    leader.follow(re.compile("^Locked"))
    leader.reads("Locked")
    leader.follow(re.compile("^All pairs"))
    leader.press("Undo the last change")
    _tick(leader, 0, _of_another_mentor(leader))
    _change(leader, "Swap two")
    leader.press("Undo the last change")
    _tick(leader, 0)
    _change(leader, "Take apart")
    leader.follow(re.compile("^Taken apart"))
    _change(leader, "Match again")
    _tick(leader, 0)
    _change(leader, "Forbid")
    leader.follow(re.compile("^Forbidden"))
    leader.reads("Allow again")
    leader.follow(re.compile("^All pairs"))


def _of_another_mentor(leader: Visitor) -> int:
    """Return the place of the first pair whose mentor is not that of the pair in place 0."""
    rows = leader.page.locator("tr:has([name=pair])").all_inner_texts()
    names = re.findall(r"^(.*?);", MENTORS, re.MULTILINE)[1:]
    mentors = [next(name for name in names if name in row) for row in rows]
    return next(place for place, name in enumerate(mentors) if name != mentors[0])


def _tick(leader: Visitor, *places: int) -> None:
    for place in places:
        leader.page.locator("[name=pair]").nth(place).evaluate("box => box.click()")


def _change(leader: Visitor, button: str) -> None:
    """Try a change, see what it does, and keep it."""
    leader.press_and_wait(button, r"/compare")
    leader.reads("Keep this change?")
    leader.press("Keep the change")
    leader.reads("counts from now on")


def _look_around(leader: Visitor) -> None:
    here = leader.page.url.removeprefix(leader.address)
    leader.follow("See who is linked to whom")
    leader.page.locator(".picture__name a").first.focus()
    leader.reads(re.compile(r" and .*: \d+ of 100"))
    assert leader.page.locator(".link.is-lifted").count() > 0
    leader.page.locator("#strength").fill("100")
    leader.reads(re.compile(r"0 of \d pairs on this page score 100 or more"))
    assert leader.page.locator("main tbody tr:visible").count() == 0
    _long_name_fits(leader)
    leader.go(here)
    leader.follow("Was it fair to everybody?")
    leader.go(here)
    leader.follow("Without a mentor")
    leader.page.keyboard.press("j")
    _open_row(leader, "/people/")
    leader.reads("Why without a mentor")
    leader.page.get_by_label("Add a note").fill("Call them in spring")
    leader.press("Add the note")
    leader.follow("Change or remove this note")
    leader.page.get_by_label("The note").fill("Call them in May")
    leader.press("Save the note")
    leader.reads("Call them in May")
    leader.go(here)
    leader.follow("Pair two people by hand")
    leader.page.get_by_role("searchbox", name="Find an IMG").fill("Eve")
    leader.press("Find")
    leader.follow("Eve Ekow")
    leader.reads("Choose a mentor for Eve Ekow")
    leader.follow(re.compile("^(Mo|Nia|Oz) "))
    leader.reads("Choose another mentor")
    leader.go(here)
    leader.press_and_wait("Compare all policies", r"/compare")
    leader.reads("Fairest")
    leader.go(here)


def _long_name_fits(leader: Visitor) -> None:
    """A name of three lines on a phone is not cut in the picture."""
    leader.page.set_viewport_size({"width": 320, "height": 800})
    name = leader.page.locator(".picture__name a").first
    name.evaluate("a => { a.textContent = 'Chukwuemeka Oluwaseun Balogun'; }")
    tall = name.evaluate("a => a.getBoundingClientRect().height")
    row = name.evaluate("a => a.closest('foreignObject').getBoundingClientRect().height")
    assert row / 2 < tall <= row + 2  # a box of letters is taller than its line
    leader.page.set_viewport_size({"width": 1280, "height": 900})


def _publish(leader: Visitor) -> None:
    leader.follow(re.compile(r"Publish run \d+"))
    leader.reads("will be asked by mail")
    leader.press_twice("Publish")
    leader.reads("Until then nobody is told anything")
    leader.press_twice("Publish it now")
    leader.reads("waiting for an answer")


def _answer(visitor: Callable[..., Visitor], nothing: Nothing) -> None:
    """Let the first pair say yes, and the mentor of another one no."""
    offers = nothing.waiting()
    busy = Counter(mentor for _, mentor in offers)
    img_email, mentor_email = next(pair for pair in offers if busy[pair[1]] == 1)
    mentor, img = visitor(only="phone"), visitor(only="phone")
    mentor.sign_in(mentor_email, DEMO_PASSWORD)
    mentor.follow(re.compile("See the profile and answer"))
    mentor.press_twice("Accept")
    mentor.reads("Your answer is saved.")
    img.sign_in(img_email, DEMO_PASSWORD)
    img.follow("See your mentor and answer")
    img.press(re.compile("Confirm|Yes"))
    img.reads(mentor_email)
    not_for_the_rest = {mentor_email, *nothing.without(offers)}
    other = next(email for _, email in offers if email not in not_for_the_rest)
    no = visitor(only="phone")
    no.sign_in(other, DEMO_PASSWORD)
    no.follow(re.compile("See the profile and answer"))
    no.follow(re.compile("Decline"))
    no.page.locator("main label").filter(has_text=re.compile("time", re.IGNORECASE)).first.click()
    no.press(re.compile("Decline"))


def _match_the_rest(leader: Visitor, nothing: Nothing, home: str) -> None:
    """Match whoever is left again and publish that: new offers go out beside the old."""
    before = nothing.waiting()
    leader.go(f"{home}/answers")
    leader.reads("confirmed by both")
    leader.page.keyboard.press("j")
    _open_row(leader, "/people/")
    leader.go(f"{home}/answers")
    leader.press_and_wait("Match the rest again", r"/review")
    _publish(leader)
    after = nothing.waiting()
    assert set(before) < set(after), "the rest was offered somebody, and the others wait on"


def _finish(leader: Visitor, home: str) -> None:
    leader.go(home)
    leader.follow("Finish the round")
    leader.press(re.compile("Finish the round"))
    leader.reads("finished")
    leader.go(f"{home}/report")
    leader.reads("Ana Abara")
    leader.reads("A pair to watch")
    leader.reads("Call them in May")
    leader.go(f"{home}/history")
    leader.reads(re.compile(r"Published run \d+ right away"))
