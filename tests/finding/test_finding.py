"""Members look each other up, note, rank and welcome; what they see and what they never see."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give, withdraw
from mentorship.finding import service
from mentorship.finding.models import Mark, MarkKind
from mentorship.matching import Span
from mentorship.profiles.codes import code_name
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import read_img, read_mentor, write_mentor
from mentorship.profiles.telling import ABOUT_A_MENTOR
from mentorship.rounds import service as rounds
from mentorship.rounds.mentor_standing import mentor_status
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Browsing, Membership, MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import Page, PageClient, _values
from tests.rounds.asking import alter
from tests.rounds.cast import Cast, counted, small_cast

SignIn = Callable[[User], PageClient]
IMG, MENTOR = ProfileKind.IMG, ProfileKind.MENTOR
SECRET = "Zanzibar-quokka"


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast(session: Session) -> Cast:
    cast = small_cast(session)
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    return cast


def found(cast: Cast, who: str, kind: ProfileKind = IMG) -> list[str]:
    listing = service.listing(cast.session, cast.people[who].id, kind, now=NOW)
    return [each.card.name for each in listing.everybody]


def one(cast: Cast, who: str, whom: str, kind: ProfileKind = IMG) -> service.Found:
    listing = service.listing(cast.session, cast.people[who].id, kind, now=NOW)
    other = MENTOR if kind is IMG else IMG
    return listing.one(cast.profile(whom, other))


def page_of(cast: Cast, mentor: str) -> str:
    return f"/find/mentors/{cast.profile(mentor, MENTOR)}"


# --- who is in the list -----------------------------------------------------------------------


def test_the_best_fit_comes_first_with_its_reasons(cast: Cast) -> None:
    assert found(cast, "Ana Silva") == ["Noor Haddad", "Omar Aziz"]
    assert found(cast, "Chi Tanaka") == ["Omar Aziz", "Noor Haddad"]
    noor = one(cast, "Ana Silva", "Noor Haddad")
    assert [label for label, _ in noor.reasons][:2] == ["Topics", "Specialty"]
    assert noor.fit > one(cast, "Ana Silva", "Omar Aziz").fit


def test_in_the_list_is_only_who_agreed_and_is_there(cast: Cast, session: Session) -> None:
    noor = cast.people["Noor Haddad"]
    withdraw(session, noor.id, LISTED, NOW)
    assert found(cast, "Ana Silva") == ["Omar Aziz"]
    give(session, noor.id, LISTED, NOW)
    noor.active = False
    session.flush()
    assert found(cast, "Ana Silva") == ["Omar Aziz"]


@pytest.mark.parametrize("who", ["img", "mentor"])
def test_whom_one_of_the_two_avoids_is_not_there(cast: Cast, session: Session, who: str) -> None:
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    if who == "img":
        service.avoid(
            session,
            person_id=ana.id,
            kind=IMG,
            profile_id=cast.profile("Noor Haddad"),
            now=NOW,
        )
    else:
        service.avoid(
            session, person_id=noor.id, kind=MENTOR, profile_id=cast.profile("Ana Silva"), now=NOW
        )
        assert [each.name for each in service.avoided_by_mentor(session, noor.id)] == ["Ana Silva"]
    assert found(cast, "Ana Silva") == ["Omar Aziz"]
    assert "Ana Silva" not in found(cast, "Noor Haddad", MENTOR)
    if who == "mentor":
        service.allow_again(
            session, person_id=noor.id, profile_id=cast.profile("Ana Silva"), now=NOW
        )
        assert "Noor Haddad" in found(cast, "Ana Silva")


@pytest.mark.parametrize("hours", [1, -1])
def test_of_two_open_rounds_one_that_allows_it_is_enough(
    cast: Cast, session: Session, sign_in: SignIn, hours: int
) -> None:
    """Whom one may ask in a round is in the list, whether it opened before another or after."""
    alter(cast, "Noor Haddad", accepts_stages=("practice",))
    lifted = SetUp(respect_limits=False, direct_requests=True)
    for name, browsing, set_up, opened in (
        ("Lifted", Browsing.IMGS, lifted, NOW),
        ("Strict", Browsing.NOBODY, SetUp(), NOW + dt.timedelta(hours=hours)),
    ):
        round_ = cast.draft(name, browsing=browsing, set_up=set_up)
        rounds.open_round(session, round_id=round_.id, now=opened)
    assert "Noor Haddad" in found(cast, "Ana Silva")
    assert not found(cast, "Noor Haddad", MENTOR)
    assert "/find/mentors" in sign_in(cast.people["Ana Silva"]).get("/home/img").links()


def test_the_list_keeps_to_the_rules_of_the_newest_round(cast: Cast, session: Session) -> None:
    limits = {"accepts_stages": ("practice",)}
    alter(cast, "Noor Haddad", **limits)
    assert "Noor Haddad" not in found(cast, "Ana Silva")
    assert "Ana Silva" not in found(cast, "Noor Haddad", MENTOR)
    round_ = cast.open(set_up=SetUp(respect_limits=False))
    assert "Noor Haddad" in found(cast, "Ana Silva")
    assert "Ana Silva" in found(cast, "Noor Haddad", MENTOR)
    other = factories.section(session, browsing=Browsing.BOTH)
    for name, role in (("Ana Silva", SectionRole.IMG), ("Noor Haddad", SectionRole.MENTOR)):
        factories.member(session, other, role, cast.people[name])
    assert "Noor Haddad" in found(cast, "Ana Silva")  # in one of the two sections they could meet
    round_.rules = SetUp().to_json()
    session.flush()
    assert "Noor Haddad" not in found(cast, "Ana Silva")


def test_an_empty_list_says_who_would_be_in_it(cast: Cast, sign_in: SignIn) -> None:
    for name in ("Noor Haddad", "Omar Aziz"):
        alter(cast, name, accepts_stages=("practice",))
    page = sign_in(cast.people["Ana Silva"]).get("/find/mentors")
    assert "unless an answer of yours or theirs keeps you two apart" in page.text
    assert "Look over my profile" in page.text


def test_other_sections_stay_apart(cast: Cast, session: Session) -> None:
    other = Cast(session, factories.section(session), cast.leader)
    eve = other.img("Eve Else")
    other.mentor("Max More")
    for who in other.people.values():
        give(session, who.id, LISTED, NOW)
    assert found(other, "Eve Else") == ["Max More"]
    assert "Max More" not in found(cast, "Ana Silva")
    with pytest.raises(NoResultFound):
        service.listing(session, eve.id, MENTOR, now=NOW)
    with pytest.raises(NoResultFound):
        service.ask_for(
            session, person_id=eve.id, profile_id=cast.profile("Noor Haddad"), why="", now=NOW
        )


def test_a_section_decides_who_looks_around(cast: Cast, session: Session) -> None:
    for browsing, imgs, mentors in (
        (Browsing.NOBODY, False, False),
        (Browsing.IMGS, True, False),
        (Browsing.BOTH, True, True),
    ):
        service.set_up_finding(
            session, section_id=cast.section.id, browsing=browsing, names_masked=False
        )
        assert bool(found(cast, "Ana Silva")) is imgs
        assert bool(found(cast, "Noor Haddad", MENTOR)) is mentors


@pytest.mark.parametrize("says", list(Browsing))
def test_an_open_round_decides_instead(
    cast: Cast, session: Session, sign_in: SignIn, says: Browsing
) -> None:
    cast.section.browsing = Browsing.NOBODY if says is Browsing.BOTH else Browsing.BOTH
    before = bool(found(cast, "Ana Silva"))
    round_ = cast.draft(browsing=says)
    assert bool(found(cast, "Ana Silva")) is before  # a draft decides nothing
    rounds.open_round(session, round_id=round_.id, now=NOW)
    assert bool(found(cast, "Ana Silva")) is (says is not Browsing.NOBODY)
    assert bool(found(cast, "Noor Haddad", MENTOR)) is (says is Browsing.BOTH)
    menu = sign_in(cast.people["Noor Haddad"]).get("/home/mentor").links()
    assert ("/find/imgs" in menu) is (says is Browsing.BOTH)
    rounds.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    assert bool(found(cast, "Ana Silva")) is before


def test_a_leader_says_so_in_the_set_up(cast: Cast, session: Session, sign_in: SignIn) -> None:
    round_ = cast.draft()
    path = f"/sections/{cast.section.slug}/rounds/{round_.id}/set-up"
    leader = sign_in(cast.leader)
    leader.submit(path, {"browsing": "nobody"})
    assert cast.again(round_).browsing is Browsing.NOBODY
    leader.submit(path, {"browsing": ""})
    assert cast.again(round_).browsing is None
    leader.submit(path, {"browsing": "everybody"}, status=422)


def test_a_seat_in_use_is_not_free(cast: Cast, session: Session) -> None:
    assert one(cast, "Ben Okafor", "Noor Haddad").has_seat
    cast.published()
    offer = cast.offer("Ana Silva")
    ids = cast.people["Noor Haddad"].id, cast.people["Ana Silva"].id
    rounds.accept_offer(session, person_id=ids[0], offer_id=offer.id, now=NOW)
    rounds.confirm_match(session, person_id=ids[1], offer_id=offer.id, now=NOW)
    assert not one(cast, "Ben Okafor", "Noor Haddad").has_seat


def test_whether_a_seat_is_free_is_told_as_the_table_says(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.published()
    offer = cast.offer("Ana Silva").id
    noor, ana = (cast.people[name].id for name in ("Noor Haddad", "Ana Silva"))
    rounds.accept_offer(cast.session, person_id=noor, offer_id=offer, now=NOW)
    rounds.confirm_match(cast.session, person_id=ana, offer_id=offer, now=NOW)
    page = sign_in(cast.people["Ben Okafor"])
    assert "No free seat now" in page.get(page_of(cast, "Noor Haddad")).text
    silent = dataclasses.replace(ABOUT_A_MENTOR, mentor=ABOUT_A_MENTOR.mentor - {"seats"})
    monkeypatch.setattr("mentorship.finding.lists.ABOUT_A_MENTOR", silent)
    assert one(cast, "Ben Okafor", "Noor Haddad").has_seat is None
    assert "No free seat now" not in page.get(page_of(cast, "Noor Haddad")).text


# --- what nobody learns from it ---------------------------------------------------------------


def test_neither_order_nor_reasons_tell_a_visa_or_a_choice(session: Session) -> None:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    ana = cast.img("Ana Silva", visa="e3", gender="woman", wishes=("same_gender",))
    cast.mentor("Noor Haddad", visas=("e3_visa",), gender="woman")
    cast.mentor("Omar Aziz")
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    noor, omar = (one(cast, "Ana Silva", name) for name in ("Noor Haddad", "Omar Aziz"))
    assert noor.fit == omar.fit
    assert noor.reasons == omar.reasons
    before = one(cast, "Noor Haddad", "Ana Silva", MENTOR)
    service.ask_for(
        session, person_id=ana.id, profile_id=cast.profile("Noor Haddad"), why=SECRET, now=NOW
    )
    after = one(cast, "Noor Haddad", "Ana Silva", MENTOR)
    assert (after.fit, after.reasons, after.card) == (before.fit, before.reasons, before.card)


def test_no_page_shows_what_the_table_keeps_back(sign_in: SignIn, cast: Cast) -> None:
    noor = cast.people["Noor Haddad"]
    noor.phone = "+1 215 555 0100"
    said = read_mentor(cast.session, noor.id).values
    kept = dataclasses.replace(
        said,
        visas=("e3_visa",),
        gender="nonbinary",
        selects_at=(SECRET,),
        exclude_institutions=(SECRET,),
        availability=(Span(1, 123, 456),),
        timezone="America/Chicago",
    )
    write_mentor(cast.session, person_id=noor.id, mentor=kept, now=NOW)
    ana = sign_in(cast.people["Ana Silva"])
    compare = f"/find/compare?with={cast.profile('Noor Haddad')}&with={cast.profile('Omar Aziz')}"
    for path in ("/find/mentors", page_of(cast, "Noor Haddad"), compare):
        html = ana.get(path).html
        assert "Noor Haddad" in html
        for word in (SECRET, noor.email, "555 0100", "E-3", "onbinary", "02:03"):
            assert word not in html, (path, word)


def test_a_subspecialty_is_found_by_words_and_filter_and_is_compared(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    noor = cast.people["Noor Haddad"].id
    said = dataclasses.replace(
        read_mentor(session, noor).values, subspecialties=("gastroenterology",)
    )
    write_mentor(session, person_id=noor, mentor=said, now=NOW)
    ana = sign_in(cast.people["Ana Silva"])
    for query in ("q=gastroent", "specialty=gastroenterology"):
        page = ana.get(f"/find/mentors?{query}")
        assert "1 mentor," in page.text, query
        assert page_of(cast, "Noor Haddad") in page.links(), query
    assert "Gastroenterology" in ana.get("/find/mentors").text
    two = f"/find/compare?with={cast.profile('Noor Haddad')}&with={cast.profile('Omar Aziz')}"
    assert "Subspecialties Gastroenterology" in " ".join(ana.get(two).text.split())


def test_hidden_names_are_hidden_until_both_said_yes(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    cast.section.names_masked = True
    said = dataclasses.replace(
        read_mentor(session, cast.people["Noor Haddad"].id).values, institution="Harbor Hospital"
    )
    write_mentor(session, person_id=cast.people["Noor Haddad"].id, mentor=said, now=NOW)
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    img, mentor = sign_in(ana), sign_in(noor)
    mine, theirs = ["/find/mentors", "/find/choices", "/profile/img", "/home/img"], ["/find/imgs"]
    img.post(f"{page_of(cast, 'Noor Haddad')}/ask", {"why": "Neurology"})
    cast.published()
    offer = cast.offer("Ana Silva")
    theirs += ["/home/mentor", f"/offers/{offer.id}"]
    rounds.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    mine += [f"/matches/{offer.id}", f"/matches/{offer.id}/decline", page_of(cast, "Noor Haddad")]
    mine += ["/profile/img/names"]
    for client, paths, names in (
        (img, mine, ("Noor Haddad", "Harbor Hospital")),
        (mentor, theirs, ("Ana Silva",)),
    ):
        for path in paths:
            html = client.get(path).html
            assert not [name for name in names if name in html], path
    rounds.confirm_match(session, person_id=ana.id, offer_id=offer.id, now=NOW)
    assert "Noor Haddad" in img.get(f"/matches/{offer.id}").html
    assert "Ana Silva" in mentor.get("/home/mentor").html
    own = img.get("/profile/img/names")
    assert "Noor Haddad" in own.html, "their own mentor, whose name they know"
    assert not [name for name in ("Harbor Hospital", "Omar Aziz") if name in own.html]
    others = sign_in(cast.people["Ben Okafor"]).get("/profile/img/names")
    assert "Noor Haddad" not in others.html


def test_a_name_that_another_section_of_both_hides_is_hidden_in_every_list(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """The list of a section that hides no name gives none away, by words, search or order."""
    noor, ana = cast.people["Noor Haddad"], cast.people["Ana Silva"]
    give(session, cast.mentor("Nils Lund").id, LISTED, NOW)  # between code and name
    said = dataclasses.replace(read_mentor(session, noor.id).values, institution="Harbor Hospital")
    write_mentor(session, person_id=noor.id, mentor=said, now=NOW)
    img, mentor = sign_in(ana), sign_in(noor)
    hiding = factories.section(session, names_masked=True, browsing=Browsing.NOBODY)
    factories.member(session, hiding, SectionRole.IMG, ana)
    factories.member(session, hiding, SectionRole.MENTOR, noor)
    img.post(f"{page_of(cast, 'Noor Haddad')}/ask", {"why": "Neurology"})
    assert "Noor Haddad" not in img.get("/find/choices").text  # nor in what is told once
    theirs = f"/find/imgs/{cast.profile('Ana Silva', IMG)}"
    for client, paths, names, code, others in (
        (
            img,
            ("/find/mentors", page_of(cast, "Noor Haddad"), "/find/choices", "/profile/img/names"),
            ("Noor Haddad", "Harbor Hospital"),
            code_name(MENTOR, noor.id),
            "Omar Aziz",
        ),
        (mentor, ("/find/imgs", theirs), ("Ana Silva",), code_name(IMG, ana.id), "Ben Okafor"),
    ):
        for path in paths:
            page = client.get(path)
            assert not [name for name in names if name in page.html], path
            assert code in page.text, path
        assert others in client.get(paths[0]).text  # whom no section of both hides
        for name in names:
            assert code not in client.get(f"{paths[0]}?q={name.split()[0]}").text
        assert code in client.get(f"{paths[0]}?q={code.split()[1]}").text
    assert "Noor Haddad" in sign_in(cast.people["Ben Okafor"]).get("/find/mentors").text
    order = [code_name(MENTOR, noor.id), "Nils Lund", "Omar Aziz"]
    page = img.get("/profile/img/names")
    options = page.tree.findall(".//select[@name='request_1']/option")[1:]
    assert [(option.text or "").strip() for option in options] == order
    sorted_by_name = img.get("/find/mentors?sort=name").text
    assert sorted(order, key=sorted_by_name.index) == order


@pytest.mark.parametrize("what", ["leaves", "takes the consent back", "no list any more"])
def test_a_hidden_name_stays_hidden_when_somebody_is_in_no_list_any_more(
    sign_in: SignIn, cast: Cast, session: Session, what: str
) -> None:
    cast.section.names_masked = True
    noor, ben = cast.people["Noor Haddad"], cast.people["Ben Okafor"]
    ana, mentor = sign_in(cast.people["Ana Silva"]), sign_in(cast.people["Omar Aziz"])
    ana.post(f"{page_of(cast, 'Noor Haddad')}/ask", {"why": "Neurology"})
    mentor.post(f"/find/imgs/{cast.profile('Ben Okafor', IMG)}/avoid")
    if what == "leaves":
        gone = sa.update(Membership).where(Membership.person_id.in_([noor.id, ben.id]))
        session.execute(gone.values(state=MembershipState.LEFT))
    elif what == "takes the consent back":
        withdraw(session, noor.id, LISTED, NOW)
    else:
        cast.section.browsing = Browsing.NOBODY
    for client, path, name in (
        (ana, "/profile/img/names", "Noor Haddad"),
        (ana, "/find/choices", "Noor Haddad"),
        (mentor, "/find/imgs/avoided", "Ben Okafor"),
    ):
        html = client.get(path).html
        assert name not in html, path
        assert ("Mentor " if client is ana else "IMG ") in html
    code = code_name(MENTOR, noor.id)
    assert f"{code} (in no list of yours now)" in ana.get("/profile/img/names").text


def test_neither_order_nor_keys_tell_who_is_behind_a_code(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """Neither list follows the names, and no page sends the key that is beside a name elsewhere."""
    cast.section.names_masked = True
    for number in range(6):
        cast.mentor(f"Mentor {number}", seats=9)
        give(session, cast.people[f"Mentor {number}"].id, LISTED, NOW)
    for number in range(8):
        cast.img(f"Img {number}", topics=("visa_choice",))
    ana, omar = cast.people["Ana Silva"], cast.people["Omar Aziz"]
    page = sign_in(ana).get("/profile/img/names")
    options = page.tree.findall(".//select[@name='request_1']/option")[1:]
    labels = [(option.text or "").strip() for option in options]
    mentors = [who for name, who in cast.people.items() if name.startswith(("M", "N", "O"))]
    assert labels == sorted(code_name(MENTOR, who.id) for who in mentors)
    boxes = [box.get("value") for box in page.tree.findall(".//input[@name='avoid_mentors']")]
    assert boxes == [option.get("value") for option in options]
    for who in mentors:
        assert str(who.id) not in page.html
        assert code_name(MENTOR, who.id).split()[1].lower() != who.id.hex[:6]
    asked = sign_in(ana).submit("/profile/img/names", {"request_1": boxes[3]})
    assert asked.status == 303
    by_code = {code_name(MENTOR, who.id): str(who.id) for who in mentors}
    assert read_img(session, ana.id).values.requests == (by_code[labels[3]],)

    cast.published()
    waiting = mentor_status(session, omar.id, now=NOW).waiting
    assert len(waiting) > 1
    assert [each.img for each in waiting] == sorted(each.img for each in waiting)
    assert all(each.img.startswith("IMG ") for each in waiting)


# --- noting, ranking, welcoming ---------------------------------------------------------------


def test_bookmark_hide_and_back(sign_in: SignIn, cast: Cast) -> None:
    ana, where = sign_in(cast.people["Ana Silva"]), f"{page_of(cast, 'Noor Haddad')}/mark"
    ana.post(where, {"mark": "bookmarked"})
    ana.post(where, {"mark": "bookmarked"})
    assert "Noor Haddad" in ana.get("/find/mentors?show=bookmarked").text
    ana.post(where, {"mark": "hidden"})
    assert names_on(ana.get("/find/mentors")) == ["Omar Aziz"]
    assert names_on(ana.get("/find/mentors?show=hidden")) == ["Noor Haddad"]
    assert cast.session.scalars(sa.select(Mark.kind)).all() == [MarkKind.HIDDEN]
    ana.post(where, {"mark": ""})
    assert cast.session.scalars(sa.select(Mark)).all() == []
    ana.post(where, {"mark": "burned"}, status=400)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=haddad", ["Noor Haddad"]),
        ("topic=visa_choice", ["Omar Aziz"]),
        ("specialty=neurology", ["Noor Haddad"]),
        ("language=en", ["Noor Haddad", "Omar Aziz"]),
        ("language=fr", []),
        ("q=%F0%9F%A6%98", []),
        ("page=99999999999999999999", ["Noor Haddad", "Omar Aziz"]),
        ("topic=nonsense&show=nonsense", []),
    ],
)
def test_filters(sign_in: SignIn, cast: Cast, query: str, names: list[str]) -> None:
    page = sign_in(cast.people["Ana Silva"]).get(f"/find/mentors?{query}")
    assert names_on(page) == names


def test_the_filter_is_folded_until_it_is_used(sign_in: SignIn, cast: Cast) -> None:
    ana = sign_in(cast.people["Ana Silva"])

    def is_open(query: str) -> bool:
        more = ana.get(f"/find/mentors{query}").tree.find(".//main//details")
        return more is not None and more.get("open") is not None

    assert [is_open(q) for q in ("", "?q=nobody", "?language=spanish")] == [False, True, True]


def names_on(page: Page) -> list[str]:
    return ["".join(h.itertext()) for h in page.tree.iterfind(".//main//li/h2")]


def test_a_ranking_by_buttons(sign_in: SignIn, cast: Cast) -> None:
    ana = sign_in(cast.people["Ana Silva"])
    for name in ("Omar Aziz", "Noor Haddad", "Omar Aziz"):
        ana.submit(page_of(cast, name), {"why": f"Why {name}"}, action=f"{page_of(cast, name)}/ask")
    keys = [str(cast.people[name].id) for name in ("Omar Aziz", "Noor Haddad")]

    def kept() -> tuple[str, ...]:
        return read_img(cast.session, cast.people["Ana Silva"].id).values.requests

    assert list(kept()) == keys
    moved = ana.post(f"{page_of(cast, 'Noor Haddad')}/move", {"to": "up"})
    path, _, place = str(moved.location).partition("#")
    entries = [entry for entry in ana.get(path).tree.iter("li") if entry.get("id") == place]
    assert ["Noor Haddad" in "".join(entry.itertext()) for entry in entries] == [True]
    ana.post(f"{page_of(cast, 'Noor Haddad')}/move", {"to": "up"})  # it is the first already
    assert list(kept()) == keys[::-1]
    text = ana.get("/find/choices").text
    assert text.index("1. Noor Haddad") < text.index("2. Omar Aziz")
    assert "Why Noor Haddad" in text
    assert f"{page_of(cast, 'Omar Aziz')}#why" in ana.get("/find/choices").links()
    assert "/find/mentors" in ana.get("/find/choices").links()
    ana.submit(page_of(cast, "Omar Aziz"), action=f"{page_of(cast, 'Omar Aziz')}/ask")
    assert "Why Omar Aziz" in ana.get("/find/choices").text  # the form began with the line kept
    ana.post(f"{page_of(cast, 'Omar Aziz')}/drop")
    ana.post(f"{page_of(cast, 'Omar Aziz')}/drop")
    assert list(kept()) == keys[1:]


def test_a_mentor_of_the_ranking_who_is_in_no_list_now_leads_to_the_profile(
    sign_in: SignIn, cast: Cast
) -> None:
    ana, noor = sign_in(cast.people["Ana Silva"]), page_of(cast, "Noor Haddad")
    ana.submit(noor, {"why": "My field"}, action=f"{noor}/ask")
    withdraw(cast.session, cast.people["Noor Haddad"].id, LISTED, NOW)
    assert f"{noor}#why" in ana.get("/find/choices").links()
    there = ana.get(noor, status=303)
    assert there.location == "/profile/img/names"
    page = ana.follow(there)
    assert "in no list of yours right now" in page.text
    assert "My field" in page.html
    withdraw(cast.session, cast.people["Omar Aziz"].id, LISTED, NOW)
    ana.get(page_of(cast, "Omar Aziz"), status=404)  # whom she did not choose stays unknown


def test_five_are_enough(sign_in: SignIn, cast: Cast, session: Session) -> None:
    names = [f"Mentor {n}" for n in range(6)]
    for name in names:
        give(session, cast.mentor(name).id, LISTED, NOW)
    ana = sign_in(cast.people["Ana Silva"])
    for name in names[:5]:
        ana.post(f"{page_of(cast, name)}/ask", {"why": ""})
    page = ana.post(f"{page_of(cast, names[5])}/ask", {"why": "My field, too"}, status=422)
    assert "You have asked for five mentors" in page.text
    assert "My field, too" in page.html
    assert "/find/choices" in page.links()
    assert len(read_img(session, cast.people["Ana Silva"].id).values.requests) == 5


def test_hiding_is_undone_where_it_is_told(sign_in: SignIn, cast: Cast) -> None:
    ana = sign_in(cast.people["Ana Silva"])
    where = f"/find/mentors/{cast.profile('Noor Haddad')}/mark"
    ana.post(where, {"mark": "hidden", "next": "/find/mentors"})
    page = ana.get("/find/mentors")
    assert "Noor Haddad is hidden." in page.text
    assert "Noor Haddad" not in names_on(page)
    form = page.tree.find(".//div[@class='flashes']//form")
    assert form is not None
    ana.post(form.get("action", ""), _values(form))
    assert "Noor Haddad" in names_on(ana.get("/find/mentors"))


def test_a_list_is_put_in_order_and_narrowed(sign_in: SignIn, cast: Cast) -> None:
    ada = cast.mentor("Ada Busy", seats=1)
    give(cast.session, ada.id, LISTED, NOW)
    ana = sign_in(cast.people["Ana Silva"])
    by_name = names_on(ana.get("/find/mentors?sort=name"))
    assert by_name == sorted(by_name)
    cast.published()
    offered = cast.session.scalars(sa.select(Offer.mentor_id)).all()
    assert cast.profile("Ada Busy") in offered  # and this was their only seat
    assert "Ada Busy" in names_on(ana.get("/find/mentors"))
    assert "Ada Busy" not in names_on(ana.get("/find/mentors?free=y"))
    assert names_on(ana.get("/find/mentors?stage=leadership")) == []


def test_a_mentor_marks_whom_they_would_gladly_take(sign_in: SignIn, cast: Cast) -> None:
    noor = sign_in(cast.people["Noor Haddad"])
    where = f"/find/imgs/{cast.profile('Ben Okafor')}"
    noor.submit(where, action=f"{where}/welcome")
    kept = read_mentor(cast.session, cast.people["Noor Haddad"].id).values
    assert kept.welcomes == (str(cast.people["Ben Okafor"].id),)
    assert "Ben Okafor" in noor.get("/find/imgs?show=chosen").text
    noor.post(f"{where}/welcome", {"gladly": "no"})
    assert read_mentor(cast.session, cast.people["Noor Haddad"].id).values.welcomes == ()


def test_the_lists_keep_to_the_budget_of_statements(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    ana, noor = sign_in(cast.people["Ana Silva"]), sign_in(cast.people["Noor Haddad"])

    def statements(client: PageClient, path: str) -> int:
        with counted(session) as seen:
            client.get(path)
        return len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))])

    paths = [(ana, "/find/mentors"), (noor, "/find/imgs"), (ana, page_of(cast, "Noor Haddad"))]
    before = [statements(*each) for each in paths]
    for n in range(10):
        for who in (cast.img(f"Img {n}"), cast.mentor(f"Mentor {n}")):
            give(session, who.id, LISTED, NOW)
    assert [statements(*each) for each in paths] == before
    assert max(before) <= 12


def test_a_leader_opens_the_list(sign_in: SignIn, cast: Cast) -> None:
    leader = sign_in(cast.leader)
    path = f"/sections/{cast.section.slug}/finding"
    leader.submit(path, {"browsing": "imgs", "names_masked": "y"})
    section = cast.session.get_one(type(cast.section), cast.section.id, populate_existing=True)
    assert (section.browsing, section.names_masked) == (Browsing.IMGS, True)
    page = sign_in(cast.people["Noor Haddad"]).get("/find/imgs")
    assert "does not offer this list" in page.text
    leader.post(path, {"browsing": "everybody"}, status=422)


def test_whoever_may_ask_a_mentor_may_look_for_one(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """Else they would be sent to ask, and find nobody to ask."""
    leader, section = sign_in(cast.leader), f"/sections/{cast.section.slug}"
    direct = cast.open("Spring requests", set_up=rounds.SetUp(direct_requests=True))
    page = leader.submit(f"{section}/finding", {"browsing": "nobody"}, status=422)
    assert "IMGs ask mentors in Spring requests: say in its set-up who may look" in page.text
    leader.submit(f"{section}/rounds/{direct.id}/set-up", {"browsing": "imgs"})
    leader.submit(f"{section}/finding", {"browsing": "nobody"})
    page = leader.submit(f"{section}/rounds/{direct.id}/set-up", {"browsing": ""}, status=422)
    assert "For “request and accept”, let IMGs look through mentors" in page.text
    session.expire_all()
    assert direct.browsing is Browsing.IMGS
    leader.submit(f"{section}/rounds/{direct.id}/set-up", {"browsing": "", "requests": "optimum"})


def test_before_a_profile_there_is_a_way_to_it(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    eve = factories.member(session, cast.section, SectionRole.IMG)
    page = sign_in(eve).get("/find/mentors")
    assert "Fill in your profile first" in page.text
    assert "/profile/img" in page.links()


def test_a_fourth_mentor_to_compare_is_not_dropped_in_silence(sign_in: SignIn, cast: Cast) -> None:
    for name in ("Pia Lund", "Quin Lee"):
        give(cast.session, cast.mentor(name).id, LISTED, NOW)
    ana = sign_in(cast.people["Ana Silva"])
    asked = ["Noor Haddad", "Omar Aziz", "Pia Lund", "Quin Lee"]
    where = "/find/compare?" + "&".join(f"with={cast.profile(name)}" for name in asked)
    page = ana.get(where, status=422)
    assert "You ticked 4. At most 3 fit side by side: untick some." in page.text
    boxes = page.tree.findall(".//form//input[@name='with']")
    assert [box.get("checked") is not None for box in boxes] == [True] * 4
    for name in asked:
        assert name in page.text
    three = ana.get(where.rpartition("&")[0])
    assert "Free seat now" in three.text
    assert "Quin Lee" not in three.text


def test_made_up_keys_are_nobody(sign_in: SignIn, cast: Cast) -> None:
    ana = sign_in(cast.people["Ana Silva"])
    nobody = uuid.uuid4()
    for path in (f"/find/mentors/{nobody}", f"/find/mentors/{cast.profile('Ben Okafor')}"):
        ana.get(path, status=404)
        ana.post(f"{path}/ask", {"why": ""}, status=404)
    assert "Tick two or three" in ana.get(f"/find/compare?with={nobody}&with=x").text


def test_the_profile_names_nobody_who_is_in_no_list(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """“Mentors by name” offers those who may be looked up, and nobody while no list is open."""
    img, section = sign_in(cast.people["Ana Silva"]), cast.section.id

    def named() -> set[str]:
        shown = img.get("/profile/img/names").text
        return {name for name in ("Noor Haddad", "Omar Aziz") if name in shown}

    assert named() == {"Noor Haddad", "Omar Aziz"}
    withdraw(session, cast.people["Omar Aziz"].id, LISTED, NOW)
    assert named() == {"Noor Haddad"}
    for browsing in (Browsing.NOBODY, Browsing.IMGS):
        service.set_up_finding(
            session, section_id=section, browsing=browsing, names_masked=browsing is Browsing.IMGS
        )
        assert not named()
