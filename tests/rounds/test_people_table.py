"""The table of a round's people: filters, saved views, and what is done with many at once."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.consents.service import MATCHING, withdraw
from mentorship.notices.models import Message
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rounds import bulk, paging, people, people_views, planning, service
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.models import Pair, Participant, Round
from mentorship.sections.models import Membership, MembershipState
from mentorship.sections.table_models import MemberTag, SavedView
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.cast import Cast, counted

SignIn = Callable[[User], PageClient]


@pytest.fixture
def round_(cast: Cast) -> Round:
    return cast.open()


@pytest.fixture
def leader(cast: Cast, sign_in: SignIn) -> PageClient:
    return sign_in(cast.leader)


@pytest.fixture
def here(cast: Cast, round_: Round) -> str:
    return f"/sections/{cast.section.slug}/rounds/{round_.id}/people"


def left_out(session: Session) -> int:
    out = sa.select(sa.func.count()).where(Participant.left_out_at.is_not(None))
    return session.scalar(out) or 0


def test_filters_narrow_and_stay_in_the_address(leader: PageClient, here: str, cast: Cast) -> None:
    page = leader.get(f"{here}?show=imgs&specialty=neurology").text
    assert "Ana Silva" in page
    assert "Ben Okafor" not in page
    assert "Nobody found" in leader.get(f"{here}?show=imgs&stage=residency&page=x").text


def test_everybody_found_over_all_pages_is_left_out_and_taken_in(
    leader: PageClient, here: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)
    leader.post(f"{here}/do", {"show": "imgs", "what": "leave_out", "every": "y"})
    assert left_out(session) == 3
    leader.post(f"{here}/do", {"show": "out", "what": "put_back", "every": "y"})
    assert left_out(session) == 0


def test_nobody_takes_in_whoever_withdrew(
    leader: PageClient, here: str, session: Session, cast: Cast, round_: Round
) -> None:
    for who in ("Ana Silva", "Noor Haddad"):
        me, mine = cast.people[who].id, cast.profile(who)
        service.withdraw(session, person_id=me, round_id=round_.id, profile_id=mine, now=NOW)
    ben = [cast.profile("Ben Okafor")]
    service.leave_out(session, round_id=round_.id, profile_ids=ben, now=NOW)
    page = leader.get(f"{here}?show=out").text
    assert (page.count("Withdrew"), page.count("Only they can come back")) == (2, 2)
    everybody = {"show": "out", "what": "put_back", "every": "y"}
    told = leader.follow(leader.post(f"{here}/do", everybody)).text
    assert "1 of 3 people take part now. 2 withdrew by their own wish: only they can" in told
    away = session.scalars(sa.select(Participant.profile_id).where(Participant.withdrew)).all()
    assert set(away) == {cast.profile("Ana Silva"), cast.profile("Noor Haddad")}
    assert left_out(session) == 2
    one = {"show": "out", "what": "put_back", "profile": str(away[0])}
    told = leader.follow(leader.post(f"{here}/do", one)).text
    assert "withdrew by their own wish: only they can come back" in told
    assert left_out(session) == 2


@pytest.mark.parametrize("meanwhile", ["comes in", "takes the consent back"])
def test_what_changed_since_they_were_read_spoils_it_for_nobody_else(  # noqa: PLR0917  fixtures
    leader: PageClient,
    here: str,
    session: Session,
    cast: Cast,
    round_: Round,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: str,
) -> None:
    for name in ("Dee Park", "Eli Ross"):
        cast.img(name)
    read = people.found_people

    def before_it_is_held(*args: Any, **values: Any) -> Sequence[Candidate]:
        found = read(*args, **values)
        if meanwhile == "comes in":
            dee = cast.profile("Dee Park")
            service.put_back(session, round_id=round_.id, profile_id=dee, now=NOW)
        else:
            withdraw(session, cast.people["Dee Park"].id, MATCHING, NOW)
        return found

    monkeypatch.setattr(people_views, "found_people", before_it_is_held)
    ticked = [str(cast.profile(name)) for name in ("Dee Park", "Eli Ross")]
    sent = {"show": "new", "what": "put_back", "profile": ticked}
    told = leader.follow(leader.post(f"{here}/do", sent)).text
    both = meanwhile == "comes in"
    assert f"{2 if both else 1} of 2 people take part now." in told
    joined = set(session.scalars(sa.select(Participant.profile_id)))
    assert cast.profile("Eli Ross") in joined
    assert (cast.profile("Dee Park") in joined) == both


def test_taking_many_in_takes_no_more_statements_than_leaving_them_out(
    leader: PageClient, here: str, session: Session, cast: Cast
) -> None:
    for number in range(20):
        cast.img(f"Late Comer {number}")
    asked = {}
    for what, show in (("leave_out", "imgs"), ("put_back", "out"), ("put_back", "new")):
        with counted(session) as statements:
            page = leader.post(f"{here}/do", {"show": show, "what": what, "every": "y"})
        asked[show] = len(statements)
        told = leader.follow(page).text
    assert "20 of 20 people take part now." in told
    assert left_out(session) == 0
    assert max(asked["out"], asked["new"]) <= asked["imgs"]


def test_only_who_is_ticked(leader: PageClient, here: str, session: Session, cast: Cast) -> None:
    ana = cast.profile("Ana Silva")
    leader.post(f"{here}/do", {"show": "imgs", "what": "leave_out", "profile": str(ana)})
    assert left_out(session) == 1
    page = leader.follow(leader.post(f"{here}/do", {"show": "imgs", "what": "leave_out"}))
    assert "Tick at least one person first." in page.text
    leader.post(f"{here}/do", {"what": "leave_out", "profile": "x"}, status=400)
    assert "Choose what to do." in leader.follow(leader.post(f"{here}/do", {"what": "x"})).text


def test_tags_are_found_again_and_taken_off(
    leader: PageClient, here: str, session: Session, cast: Cast
) -> None:
    sent = {"show": "imgs", "tag_as": " Needs  help ", "profile": str(cast.profile("Ana Silva"))}
    for _ in range(2):
        leader.post(f"{here}/do", sent | {"what": "tag"})
    assert session.scalars(sa.select(MemberTag.words)).all() == ["Needs help"]
    page = leader.get(f"{here}?show=imgs&tag=Needs+help").text
    assert "Ana Silva" in page
    assert "Ben Okafor" not in page
    leader.post(f"{here}/do", sent | {"what": "untag"})
    assert session.scalars(sa.select(MemberTag.words)).all() == []
    nothing = leader.post(f"{here}/do", sent | {"what": "tag", "tag_as": ""})
    assert "Enter a tag" in leader.follow(nothing).text


def test_pages_of_a_tag_called_page(
    cast: Cast, leader: PageClient, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    sent = {"show": "imgs", "tag_as": "PAGE 1", "every": "y", "what": "tag"}
    leader.post(f"{here}/do", sent)
    page = leader.get(f"{here}?show=imgs&tag=PAGE+1")
    (next_one,) = {link for link in page.links() if "page=2" in link}
    assert "tag=PAGE+1" in next_one
    assert "Chi Tanaka" in leader.get(next_one).text


def test_enter_in_the_field_of_a_tag_tags(leader: PageClient, here: str) -> None:
    """A browser presses the first button of the form, which must not leave anybody out."""
    first = leader.get(here).tree.find(".//form[@id='bulk']//button")
    assert first is not None
    assert first.get("value") == "tag"


def test_the_history_says_in_words_what_was_done(leader: PageClient, here: str) -> None:
    for what in ("tag", "untag"):
        leader.post(f"{here}/do", {"every": "y", "what": what, "tag_as": "Spring", "show": "imgs"})
    told = leader.get(here.replace("/people", "/history")).text
    assert "Tagged people" in told
    assert "Took a tag off people" in told
    assert "round.people" not in told


def test_a_view_is_saved_opened_and_removed(
    leader: PageClient, here: str, session: Session
) -> None:
    view = {"show": "imgs", "specialty": "neurology", "name": "Brains"}
    leader.post(f"{here}/views", view)
    assert "There is a view of this name" in leader.post(f"{here}/views", view, status=422).text
    page = leader.get(here)
    assert any("specialty=neurology" in link for link in page.links())
    saved = session.scalars(sa.select(SavedView)).one()
    leader.post(f"{here}/views/remove", {"view": str(saved.id)})
    assert session.scalars(sa.select(SavedView)).all() == []


def test_invitations_are_shown_before_they_leave(
    leader: PageClient, here: str, session: Session, cast: Cast
) -> None:
    cast.people["Ana Silva"].confirmed_at = None
    session.flush()
    session.execute(sa.delete(Message))
    sent: dict[str, Any] = {"show": "imgs", "what": "invite", "every": "y"}
    page = leader.post(f"{here}/do", sent, status=200)
    assert page.h1 == "Invite 1 person?"
    assert session.scalars(sa.select(Message)).all() == []
    leader.post(f"{here}/do", sent | {"sure": "y"})
    (mail,) = session.scalars(sa.select(Message)).all()
    assert mail.recipient == cast.people["Ana Silva"].email
    assert "Account not claimed" in leader.get(f"{here}?account=waits").text


def test_nobody_is_invited_twice_on_a_day_from_here(
    leader: PageClient, here: str, session: Session, cast: Cast
) -> None:
    cast.people["Ana Silva"].confirmed_at = None
    session.flush()
    session.execute(sa.delete(Message))
    sent: dict[str, Any] = {"show": "imgs", "what": "invite", "every": "y", "sure": "y"}
    assert "1 mail is" in leader.follow(leader.post(f"{here}/do", sent)).text
    assert "0 mails" in leader.follow(leader.post(f"{here}/do", sent)).text
    asked = leader.post(f"{here}/do", {**sent, "sure": ""}, status=200)
    assert asked.h1 == "Nobody to invite"
    assert "were invited today" in asked.text
    assert len(session.scalars(sa.select(Message)).all()) == 1
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
    session.execute(sa.update(Message).values(created_at=yesterday))
    assert "1 mail is" in leader.follow(leader.post(f"{here}/do", sent)).text


def test_who_owes_something_is_reminded_once_a_day(
    leader: PageClient, here: str, session: Session, cast: Cast
) -> None:
    cast.img("Una Ready", stage="", topics=(), languages=())
    session.execute(sa.delete(Message))
    sent = {"show": "blocked", "what": "remind", "every": "y", "sure": "y"}
    assert "1 mail is" in leader.follow(leader.post(f"{here}/do", sent)).text
    assert "0 mails" in leader.follow(leader.post(f"{here}/do", sent)).text
    assert len(session.scalars(sa.select(Message)).all()) == 1


@pytest.mark.parametrize("is_out", [False, True])
def test_nobody_is_reminded_once_nobody_can_come_in(
    leader: PageClient, session: Session, cast: Cast, *, is_out: bool
) -> None:
    """The mail says that they cannot take part yet: it would promise a place there is not."""
    cast.img("Una Ready", stage="", topics=(), languages=())
    if is_out:
        round_ = cast.published("Autumn")
    else:  # on its way out
        round_, run = cast.reviewed("Autumn")
        who = {"run_id": run.id, "by": cast.leader.id}
        planning.plan_publication(session, round_id=round_.id, now=NOW, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    session.execute(sa.delete(Message))
    there = f"/sections/{cast.section.slug}/rounds/{round_.id}/people"
    page = leader.get(f"{there}?show=blocked")
    assert "Una Ready" in page.text
    assert "Invite…" in page.text
    assert "Remind…" not in page.text
    sent = {"show": "blocked", "what": "remind", "every": "y"}
    asked = leader.post(f"{there}/do", sent, status=409)
    assert asked.h1 == "The round has changed"
    assert leader.post(f"{there}/do", {**sent, "sure": "y"}, status=409).h1 == asked.h1
    una = [each for each in candidates(session, round_, now=NOW) if each.name == "Una Ready"]
    with pytest.raises(service.RoundChanged):  # published since the page was read
        bulk.remind(session, round_, una, now=NOW)
    assert not session.scalars(sa.select(Message)).all()


def test_who_is_found_is_exported(leader: PageClient, here: str) -> None:
    sent = {"show": "imgs", "what": "xlsx", "every": "y", "csrf_token": leader.token()}
    answer = leader.client.post(f"{here}/do", data=sent)
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    names = [row[1].value for row in sheet.iter_rows(min_row=2)]
    assert names == ["Ana Silva", "Ben Okafor", "Chi Tanaka"]


def test_of_both_roles_two_files_come_and_nobody_is_missing(
    leader: PageClient, here: str, cast: Cast
) -> None:
    cast.img("Una Ready", stage="", topics=(), languages=())
    cast.mentor("Paul Paused", seats=0)
    assert "two files, packed in one zip file" in leader.get(f"{here}?show=blocked").text
    sent = {"show": "blocked", "what": "csv", "every": "y", "csrf_token": leader.token()}
    answer = leader.client.post(f"{here}/do", data=sent)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="round-blocked.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        files = {name: io.BytesIO(packed.read(name)) for name in packed.namelist()}
    imgs = read_imgs(files.pop("round-blocked-imgs.csv")).rows
    mentors = read_mentors(files.pop("round-blocked-mentors.csv")).rows
    assert ([row.name for row in imgs], [row.name for row in mentors]) == (
        ["Una Ready"],
        ["Paul Paused"],
    )
    assert not files


def test_the_file_of_a_round_that_is_over_says_who_is_not_in_it(
    leader: PageClient, session: Session, cast: Cast
) -> None:
    round_ = cast.published("Autumn")
    there = f"/sections/{cast.section.slug}/rounds/{round_.id}/people"
    told = "people who have left the section are not in it."
    assert told not in leader.get(there).text  # those are under "Cannot take part"
    service.finish_round(session, round_id=round_.id, now=NOW)
    ana = Membership.person_id == cast.people["Ana Silva"].id
    session.execute(sa.update(Membership).where(ana).values(state=MembershipState.LEFT))
    page = leader.get(there).text
    assert "All 3, on every page" in page
    assert told in page
    sent = {"show": "imgs", "what": "csv", "csrf_token": leader.token()}
    answer = leader.client.post(f"{there}/do", data={**sent, "every": "y"})
    found = read_imgs(io.BytesIO(answer.data)).rows
    assert [row.name for row in found] == ["Ben Okafor", "Chi Tanaka"]
    exports = sa.select(AuditEntry.detail).where(AuditEntry.action == "round.people.export")
    assert [kept["count"] for kept in session.scalars(exports)] == [2]
    alone = {**sent, "profile": str(cast.profile("Ana Silva"))}
    page = leader.follow(leader.post(f"{there}/do", alone)).text
    assert "Nobody you chose is in the section any more, so a file would have nobody." in page
    assert len(session.scalars(exports).all()) == 1  # no file, nothing to log


def test_the_words_looked_for_stay_from_part_to_part(leader: PageClient, here: str) -> None:
    page = leader.get(f"{here}?q=Noor")
    assert "Nobody found" in page.text
    (mentors,) = [each for each in page.links() if "show=mentors" in each and "q=Noor" in each]
    assert "Noor Haddad" in leader.get(mentors).text


def test_an_export_asks_who_it_is_and_is_counted(leader: PageClient, here: str) -> None:
    sent = {"show": "imgs", "what": "csv", "every": "y", "csrf_token": leader.token()}
    with leader.client.session_transaction() as cookie:
        signed_in, cookie["fs_paa"] = cookie["fs_paa"], time.time() - 11 * 60
    asked = leader.post(f"{here}/do", sent, status=200)
    assert asked.h1 == "Show again that it is you"
    assert asked.form(f"{here}/do").find(".//input[@name='what']").get("value") == "csv"  # type: ignore[union-attr]  # None fails the test
    with leader.client.session_transaction() as cookie:
        cookie["fs_paa"] = signed_in
    statuses = [leader.client.post(f"{here}/do", data=sent).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_a_published_round_keeps_its_people(
    leader: PageClient, cast: Cast, session: Session
) -> None:
    published = cast.published("Autumn")
    there = f"/sections/{cast.section.slug}/rounds/{published.id}/people"
    leader.post(f"{there}/do", {"show": "imgs", "what": "leave_out", "every": "y"}, status=409)
    service.finish_round(session, round_id=published.id, now=published.created_at)
    leader.get(there)


def test_the_picture_is_scaled_and_narrowed_by_links(leader: PageClient, cast: Cast) -> None:
    round_, _ = cast.reviewed("Drawn")
    drawn = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/picture"

    def height(address: str) -> int:
        svg = leader.get(address).tree.find(".//svg[@role='group']")
        assert svg is not None
        return int(svg.get("height") or 0)

    assert height(f"{drawn}?zoom=200") == 2 * height(drawn)
    assert height(f"{drawn}?zoom=7") == height(f"{drawn}?zoom=much") == height(drawn)
    assert any("zoom=50" in link for link in leader.get(drawn).links())
    assert "No pairs to draw" in leader.get(f"{drawn}?show=locked&zoom=50").text


def drawn_names(page: Page) -> list[str]:
    """Return the names in the drawing as it says them, with the free seats beside them."""
    found = page.tree.findall(".//foreignobject")
    return [" ".join("".join(each.itertext()).split()) for each in found]


def test_one_persons_lines_are_drawn_alone_and_names_open_the_pair(
    leader: PageClient, cast: Cast, session: Session
) -> None:
    cast.mentor("Pia Alone", topics=("visa_choice",), seats=2)
    double = cast.img("Ben Okafor Two")
    double.name = "Ben Okafor"  # two people of one name are two people
    session.flush()
    round_, run = cast.reviewed("Drawn")
    drawn = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/picture"
    whole = drawn_names(leader.get(drawn))
    pairs = session.scalars(sa.select(Pair).where(Pair.run_id == run.id)).all()
    assert len([name for name in whole if name == "Ben Okafor"]) == 2
    assert len(pairs) == 4
    some = next(each for each in pairs if each.img_id == cast.profile("Chi Tanaka"))
    mine = {each.id for each in pairs if each.mentor_id == some.mentor_id}
    page = leader.get(f"{drawn}?of={some.mentor_id}")
    assert len(page.tree.findall(".//path")) == len(mine)
    assert any(link.endswith(f"/review/pairs/{some.id}") for link in page.links())
    one = leader.get(f"{drawn}?of={some.img_id}")
    assert len(one.tree.findall(".//path")) == 1
    assert len(leader.get(f"{drawn}?of=nobody").tree.findall(".//path")) == len(pairs)


def test_who_has_no_line_is_drawn_too(leader: PageClient, cast: Cast) -> None:
    cast.img("Dee Waits", languages=("fr",))
    cast.mentor("Pia Strict", accepts_specialties=("general_surgery",), seats=2)
    round_, _ = cast.reviewed("Drawn", set_up=service.SetUp(must_share_language=True))
    drawn = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/picture"
    told = leader.get(drawn).text
    assert "1 IMG without a mentor and 2 free seats" in told
    assert drawn_names(leader.get(f"{drawn}?show=alone")) == ["Dee Waits", "Pia Strict 2 free"]
    assert drawn_names(leader.get(f"{drawn}?show=alone&q=dee")) == ["Dee Waits"]
    assert drawn_names(leader.get(f"{drawn}?show=alone&page=9")) == [
        "Dee Waits",
        "Pia Strict 2 free",
    ]
    assert "Nobody found" in leader.get(f"{drawn}?show=alone&q=zzz").text
