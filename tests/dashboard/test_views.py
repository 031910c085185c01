"""The first thing a home page says is what its person has to do now."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import Role, User
from mentorship.consents.models import Consent
from mentorship.consents.service import LISTED, MATCHING, PURPOSES, give, withdraw
from mentorship.matching import Img, Mentor
from mentorship.mentorships.service import Plan, plan_meeting
from mentorship.notices.service import mark_failed, post
from mentorship.profiles.service import write_img, write_mentor
from mentorship.rounds import service
from mentorship.rounds.closing import close_round
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.service import accept_offer
from mentorship.search.misses import note_miss
from mentorship.sections.models import Membership, MembershipState, SectionRole
from mentorship.sections.service import leave
from mentorship.spotlight.service import submit as submit_letter
from mentorship.spotlight.service import write as write_letter
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import confirm
from tests.page import PageClient
from tests.rounds.cast import Cast, counted, small_cast

SignIn = Callable[[User], PageClient]


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def next_step(page: PageClient, path: str) -> str:
    return " ".join("".join(page.get(path).tree.find(".//main//h2").itertext()).split())  # type: ignore[union-attr]  # None fails the test


def first_panel(page: PageClient, path: str) -> str:
    panel = page.get(path).tree.find(".//main//section[@class]")
    assert panel is not None
    return " ".join("".join(panel.itertext()).split())


def test_an_img_is_led_from_an_empty_profile_to_a_round(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    eva = factories.member(session, cast.section, SectionRole.IMG, factories.person(session))
    page = sign_in(eva)
    assert next_step(page, "/home/img") == "Fill in your profile"
    ready = Img(key="x", stage="interviews", topics=("interview_prep",), languages=("en",))
    write_img(session, person_id=eva.id, img=ready, now=NOW)
    assert next_step(page, "/home/img") == "Agree to be matched"
    give(session, eva.id, MATCHING, NOW)
    assert next_step(page, "/home/img") == "Nothing to do right now"
    cast.open("Spring")
    assert next_step(page, "/home/img") == "You are part of Spring"
    cast.reviewed("Summer")
    assert next_step(page, "/home/img") == "Your section leader is looking at the pairs"
    withdraw(session, eva.id, MATCHING, NOW)
    assert next_step(page, "/home/img") == "Agree to be matched"


def test_an_answer_comes_before_a_profile_that_lost_its_answers(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    cast.published()
    offer = cast.offer("Ana Silva")
    accept_offer(session, person_id=cast.people["Noor Haddad"].id, offer_id=offer.id, now=NOW)
    write_img(session, person_id=cast.people["Ana Silva"].id, img=Img(key="x"), now=NOW)
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    assert cast.offer("Ana Silva").state is OfferState.ACCEPTED
    shown = next_step(sign_in(cast.people["Ana Silva"]), "/home/img")
    assert shown == "A mentor said yes: now it is your turn"


def test_a_mentor_reads_what_keeps_them_out_of_a_round(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    zoe = factories.person(session, "Zoe Yilmaz")
    factories.member(session, cast.section, SectionRole.MENTOR, zoe, MembershipState.ASKED)
    page = sign_in(zoe)
    assert next_step(page, "/home/mentor") == "Fill in your profile"
    ready = Mentor(key="x", topics=("interview_prep",), languages=("en",), seats=1)
    write_mentor(session, person_id=zoe.id, mentor=ready, now=NOW)
    assert next_step(page, "/home/mentor") == "Agree to be matched"
    give(session, zoe.id, MATCHING, NOW)
    assert next_step(page, "/home/mentor") == "Your request waits for approval"


def test_every_next_step_names_a_day_or_says_that_none_is_set(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    ana.timezone = noor.timezone = "America/Chicago"
    eva = factories.member(session, cast.section, SectionRole.IMG, factories.person(session))
    img, mentor, newcomer = sign_in(ana), sign_in(noor), sign_in(eva)
    zoe = sign_in(factories.member(session, cast.section, SectionRole.MENTOR))
    for client, path in ((img, "/home/img"), (mentor, "/home/mentor")):
        assert "No day is set for it yet" in first_panel(client, path)
    assert "No round is open now" in first_panel(newcomer, "/home/img")
    round_ = cast.open("Spring")
    for client, path in ((img, "/home/img"), (mentor, "/home/mentor")):
        assert "has set no day yet; we will write to you" in first_panel(client, path)
    round_.closes_at = dt.datetime(2027, 3, 1, 5, tzinfo=dt.UTC)
    session.flush()
    for client, path in ((img, "/home/img"), (mentor, "/home/mentor")):
        assert "Enrolment ends on February 28, 2027, 11:00 p.m." in first_panel(client, path)
    assert "do it by March 1, 2027, 5:00 a.m." in first_panel(newcomer, "/home/img")
    assert "do it by March 1, 2027, 5:00 a.m." in first_panel(zoe, "/home/mentor")
    close_round(session, round_id=round_.id, now=NOW)
    run = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    for client, path in ((img, "/home/img"), (mentor, "/home/mentor")):
        assert "No day is set for it yet" in first_panel(client, path)
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    by = cast.offer("Ana Silva")
    for client, path in ((img, "/home/img"), (mentor, "/home/mentor")):
        assert re.search(r"(until|by) \w+ \d+, \d{4}, .* C[SD]T", first_panel(client, path))
    accept_offer(session, person_id=noor.id, offer_id=by.id, now=NOW)
    assert "They have until" in mentor.get("/home/mentor").text
    assert "Please answer by" in first_panel(img, "/home/img")


@pytest.mark.parametrize("says_no", ["Ana Silva", "Noor Haddad"])
def test_whoever_waits_reads_of_priority_only_if_they_have_it(
    sign_in: SignIn, cast: Cast, session: Session, says_no: str
) -> None:
    cast.published()
    ana, noor, offer = cast.people["Ana Silva"], cast.people["Noor Haddad"], cast.offer("Ana Silva")
    reason = "conflict" if says_no == "Ana Silva" else "no_time"  # she still looks for a mentor
    said = {"offer_id": offer.id, "reason": reason, "words": "", "now": NOW}
    if says_no == "Ana Silva":
        accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
        service.decline_match(session, person_id=ana.id, **said)  # type: ignore[arg-type]  # values of one dict, of many types
    else:
        service.decline_offer(session, person_id=noor.id, **said)  # type: ignore[arg-type]  # values of one dict, of many types
    told = first_panel(sign_in(ana), "/home/img")
    assert "You keep your place" in told
    assert ("it counts for you that you have waited" in told) == (says_no == "Noor Haddad")


@pytest.mark.parametrize("who", ["Ana Silva", "Noor Haddad"])
def test_who_left_the_section_finds_the_mentorship_that_goes_on(
    sign_in: SignIn, cast: Cast, session: Session, who: str
) -> None:
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    plan = Plan(starts_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3), minutes=30)
    plan_meeting(session, person_id=pair.img.id, mentorship_id=pair.id, plan=plan, now=NOW)
    me, other = (pair.img, pair.mentor) if who == "Ana Silva" else (pair.mentor, pair.img)
    mine = session.query(Membership).filter_by(person_id=me.id).one()
    leave(session, membership_id=mine.id, person_id=me.id, now=NOW)
    home = sign_in(me).get("/home")
    assert f"/mentorships/{pair.id}" in home.links()
    assert other.email in home.text
    assert f"with {other.name}, 30 minutes" in home.text
    stranger = sign_in(factories.person(session)).get("/home").text
    assert other.name not in stranger


@pytest.mark.parametrize("who", ["Ana Silva", "Noor Haddad"])
@pytest.mark.parametrize("stays", ["img", "mentor", "leader"])
def test_who_keeps_another_role_finds_it_too(
    sign_in: SignIn, cast: Cast, session: Session, who: str, stays: str
) -> None:
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    me, other = (pair.img, pair.mentor) if who == "Ana Silva" else (pair.mentor, pair.img)
    mine = session.query(Membership).filter_by(person_id=me.id).one()
    factories.member(session, factories.section(session, "Other"), SectionRole(stays), me)
    client, home = sign_in(me), f"/home/{stays}"
    assert "Mentorships that go on" not in client.get(home).text
    leave(session, membership_id=mine.id, person_id=me.id, now=NOW)
    with counted(session) as seen:
        page = client.get(home)
    assert len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]) <= 12
    assert f"/mentorships/{pair.id}" in page.links()
    assert other.name in page.text
    assert ("Mentorships that go on" in page.text) == (mine.role.value != stays)


@pytest.mark.parametrize(("who", "home"), [("Ana Silva", "img"), ("Noor Haddad", "mentor")])
def test_whoever_agreed_to_an_older_text_is_asked_again(
    sign_in: SignIn, cast: Cast, session: Session, who: str, home: str
) -> None:
    person = cast.people[who]
    client, asks = sign_in(person), "A text you agreed to has changed"
    give(session, person.id, LISTED, NOW)
    assert asks not in client.get(f"/home/{home}").text
    mine = sa.update(Consent).where(Consent.person_id == person.id, Consent.purpose == LISTED)
    session.execute(mine.values(version=PURPOSES[LISTED].version - 1))
    assert asks in client.get(f"/home/{home}").text
    client.post(f"/privacy-choices/{LISTED}")
    assert asks not in client.get(f"/home/{home}").text


@pytest.mark.parametrize("role", [SectionRole.IMG, SectionRole.MENTOR])
def test_whoever_has_no_profile_yet_is_asked_again_too(
    sign_in: SignIn, cast: Cast, session: Session, role: SectionRole
) -> None:
    person, home = factories.member(session, cast.section, role), f"/home/{role.value}"
    client, asks = sign_in(person), "A text you agreed to has changed"
    give(session, person.id, LISTED, NOW)
    assert asks not in client.get(home).text
    mine = sa.update(Consent).where(Consent.person_id == person.id)
    session.execute(mine.values(version=PURPOSES[LISTED].version - 1))
    assert asks in client.get(home).text
    give(session, person.id, LISTED, NOW)
    assert asks not in client.get(home).text


def test_an_administrator_finds_the_mentorship_of_a_role_that_was_left(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    factories.administrator(session)
    pair.mentor.roles.append(session.query(Role).one())
    mine = session.query(Membership).filter_by(person_id=pair.mentor.id).one()
    leave(session, membership_id=mine.id, person_id=pair.mentor.id, now=NOW)
    assert f"/mentorships/{pair.id}" in sign_in(pair.mentor).get("/home/admin").links()


def test_an_img_in_review_is_promised_no_mentor(sign_in: SignIn, cast: Cast) -> None:
    cast.reviewed()
    page = sign_in(cast.people["Ana Silva"]).get("/home/img")
    assert "You may or may not get a mentor this time: nothing is decided." in page.text
    assert "/toolkit/search" in page.links()  # the search is in the header of every page


def test_a_leader_reads_of_every_round_that_goes_on(sign_in: SignIn, cast: Cast) -> None:
    cast.published("Spring")
    cast.draft("Summer")
    text = sign_in(cast.leader).get("/home/leader").text
    assert "Summer is a draft" in text
    assert "Spring: people are answering" in text


def test_a_leader_without_a_round_is_led_to_one(sign_in: SignIn, cast: Cast) -> None:
    page = sign_in(cast.leader).get("/home/leader")
    assert "No round is going on" in page.text
    assert f"/sections/{cast.section.slug}/rounds/new" in page.links()


def test_a_leader_sees_what_else_waits(sign_in: SignIn, session: Session) -> None:
    section = factories.section(session)
    leader = sign_in(factories.leader(session, section))
    assert "Also waiting for you" not in leader.get("/home/leader").text
    author = factories.member(session, section, SectionRole.IMG)
    words = {"title": "t", "byline": "b", "about": "a", "body": "x"}
    letter = write_letter(
        session, None, section_id=section.id, author_id=author.id, now=NOW, **words
    )
    submit_letter(session, letter, now=NOW)
    for by in "ab":
        note_miss(session, "unicorn", sections=[section.id], by=by, now=NOW)
    page = leader.get("/home/leader")
    assert "1 letter waits to be read" in page.text
    assert "unicorn 2 times" in page.text
    assert f"/sections/{section.slug}/resources/new?title=unicorn" in page.links()
    assert f"/sections/{section.slug}/letters" in page.links()


def test_mails_given_up_stand_on_the_homes_of_those_who_can_act(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    admin = sign_in(factories.administrator(session))
    leader = sign_in(cast.leader)
    addresses = [cast.people["Ana Silva"].email, factories.person(session, "Elsewhere").email]
    mails = [
        post(session, person_id=None, recipient=to, subject="Mail", body="Words.", now=NOW)
        for to in (*addresses, addresses[0])
    ]
    assert "did not reach" not in leader.get("/home/leader").text
    assert "given up" not in admin.get("/home/admin").text
    for mail in mails:
        mark_failed(session, mail, why="550 unknown", final=True)
    page = leader.get("/home/leader")
    assert "A mail did not reach 1 member" in page.text
    assert "Ana Silva" in page.text
    assert "Elsewhere" not in page.text
    assert "3 mails were given up" in admin.get("/home/admin").text


def test_the_short_address_leads_administrators_home(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    admin = sign_in(factories.administrator(session))
    assert admin.get("/admin", status=302).location == "/home/admin"
    sign_in(cast.leader).get("/admin", status=404)


def test_home_pages_keep_to_the_budget_of_statements(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """Twelve at most, before there is a pair and after; with ten times more: test_statements."""
    load_facts(session)
    pages = [
        (cast.people["Ana Silva"], "/home/img"),
        (cast.people["Noor Haddad"], "/home/mentor"),
        (cast.leader, "/home/leader"),
    ]

    def statements() -> list[int]:
        counts = []
        for person, path in pages:
            client = sign_in(person)
            with counted(session) as seen:
                client.get(path)
            counts.append(len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]))
        return counts

    empty = statements()
    for name in ("Looked at", "Looked at, too"):
        cast.reviewed(name)
    empty += statements()
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    plan = Plan(starts_at=NOW + dt.timedelta(days=900), minutes=30)
    plan_meeting(session, person_id=pair.img.id, mentorship_id=pair.id, plan=plan, now=NOW)
    for n in range(10):
        cast.img(f"Img {n}")
        cast.mentor(f"Mentor {n}")
    full = statements()
    assert max(empty + full) <= 12
    assert "with Noor Haddad, 30 minutes" in sign_in(pair.img).get("/home/img").text


def test_the_mentor_comes_before_the_toolkit(sign_in: SignIn, cast: Cast, session: Session) -> None:
    """On a phone one column follows the other: whoever has a mentor sees them first."""
    load_facts(session)
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    page = sign_in(pair.img).get("/home/img")
    order = ["".join(each.itertext()).strip() for each in page.tree.iterfind(".//main//h2")]
    assert order[:2] == ["You have a mentor", "Your mentor"]
    assert len(order) > 3
