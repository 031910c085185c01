"""Links are looked at with care, and one bad day makes no dead link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.fetching import Fetcher
from mentorship.sections.models import SectionRole
from mentorship.toolkit import links
from mentorship.toolkit.freshness import Reason, Wanted, freshness
from mentorship.toolkit.link_round import Checked, check_links, link_fetcher
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.truth_models import LinkCheck
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.site import Reply, Site
from tests.toolkit.files import SOURCE, Data, Files, resource

DAY = dt.timedelta(days=1)
OWN = {
    "title": "Our handbook",
    "organization": "Our section",
    "type": "guide",
    "description": "What our members ask most.",
    "stages": ["visa"],
    "topics": ["visas"],
    "save": "yes",
}


@pytest.fixture
def linked(session: Session, files: Files, site: Site) -> Session:
    """One resource, whose page the test's own server has or has not."""
    site.replies["/source"] = Reply(b"What the facts rest on")
    load(session, files, resource("guide", url=site.url("/page")), site=site)
    return session


def load(session: Session, files: Files, *resources: Data, site: Site) -> None:
    """Load these resources, and facts whose source stands on the test's server."""
    files.catalog["resources"] = list(resources)
    for state in files.licensure["states"]:
        state["board_url"] = SOURCE["source_url"]
    for file in files.write().iterdir():
        text = file.read_text(encoding="utf-8").replace(SOURCE["source_url"], site.url("/source"))
        file.write_text(text, encoding="utf-8")
    load_facts(session, folder=files.folder)


def asked(site: Site) -> list[str]:
    return [path for path, _ in site.asked if "/page" in path]


def look(session: Session, site: Site, *, after: dt.timedelta = DAY * 0) -> LinkCheck:
    """Go round, and return what was found of the page of the test's server."""
    check_links(site.fetcher(step=2, whole=2), clock=lambda: NOW + after)
    session.expire_all()
    return session.get_one(LinkCheck, site.url("/page"))


def dead(session: Session) -> list[str]:
    found = freshness(session, today=NOW.date(), wanted=Wanted(reason=Reason.DEAD))
    return [line.id for line in found.lines]


def test_a_page_that_answers_works_and_is_asked_again_in_a_week(
    linked: Session, site: Site
) -> None:
    site.replies["/page"] = Reply(b"<p>Here")
    found = look(linked, site)
    assert (found.failures, found.failure, found.checked_at) == (0, None, NOW)
    assert asked(site) == ["HEAD /page"]
    look(linked, site, after=DAY * 6)
    assert len(asked(site)) == 1
    look(linked, site, after=DAY * 7)
    assert len(asked(site)) == 2


def test_a_page_is_dead_after_the_second_failure_and_is_asked_less_and_less_often(
    linked: Session, site: Site
) -> None:
    found = look(linked, site)
    assert found.failure == "the page is not there (404)"
    assert dead(linked) == []
    found = look(linked, site, after=DAY)
    assert (found.failures, dead(linked)) == (2, ["guide"])
    assert found.next_check_at == NOW + DAY * 3
    site.replies["/page"] = Reply(b"Back again")
    assert look(linked, site, after=DAY * 3).failure is None
    assert dead(linked) == []


def test_a_server_that_knows_no_head_is_asked_by_get(linked: Session, site: Site) -> None:
    site.replies["/page"] = Reply(b"<p>Here", head=501)
    assert look(linked, site).failure is None
    assert asked(site) == ["HEAD /page", "/page"]


@pytest.mark.parametrize("status", [401, 403, 429, 999])
def test_a_page_that_only_keeps_programs_out_is_not_dead(
    linked: Session, site: Site, status: int
) -> None:
    site.replies["/page"] = Reply(status=status)
    assert look(linked, site).failure is None


def test_an_address_in_a_private_network_is_never_asked(linked: Session, site: Site) -> None:
    check_links(Fetcher(listed=lambda _: True, step=1, whole=1), clock=lambda: NOW, most=20)
    assert site.asked == []
    found = linked.get_one(LinkCheck, site.url("/page"))
    assert found.failure == "the address leads into a private network"


def test_a_link_of_a_host_that_is_not_on_the_list_waits(linked: Session, site: Site) -> None:
    """It is not called dead, and is looked at once its host is confirmed."""
    nobody = Fetcher(listed=lambda _: False)
    assert check_links(nobody, clock=lambda: NOW).waiting > 0
    assert site.asked == []
    found = linked.get_one(LinkCheck, site.url("/page"))
    assert (found.checked_at, found.failures) == (None, 0)
    site.replies["/page"] = Reply(b"Here")
    assert look(linked, site, after=DAY).failure is None
    assert asked(site) == ["HEAD /page"]


def test_a_link_that_sends_readers_to_a_host_that_we_may_not_ask_works(
    linked: Session, site: Site
) -> None:
    site.replies["/page"] = Reply(status=301, headers={"Location": "https://example.org/moved"})
    assert look(linked, site).failure is None


def test_nothing_is_asked_twice_in_a_round_and_what_is_gone_is_forgotten(
    linked: Session, files: Files, site: Site
) -> None:
    site.replies["/page"] = Reply(b"x")
    double = [resource(name, url=site.url("/page")) for name in ("guide", "other")]
    load(linked, files, *double, site=site)
    look(linked, site)
    assert len(asked(site)) == 1
    load(linked, files, resource("guide", url=site.url("/moved")), site=site)
    links.list_addresses(linked, now=NOW)
    known = set(linked.scalars(sa.select(LinkCheck.url)))
    assert site.url("/moved") in known
    assert site.url("/page") not in known


def test_an_errand_asks_nobody_else_once_its_time_is_over(linked: Session, site: Site) -> None:
    minutes = iter(range(100))

    def clock() -> dt.datetime:  # a minute goes by from one look at the clock to the next
        return NOW + dt.timedelta(minutes=next(minutes))

    done = check_links(site.fetcher(), clock=clock, patience=dt.timedelta(minutes=4))
    assert done.worked + done.failed == 1


def test_a_leader_reads_what_was_found(
    linked: Session, site: Site, sign_in: Callable[[User], PageClient]
) -> None:
    look(linked, site)
    look(linked, site, after=DAY)
    page = sign_in(factories.leader(linked, factories.section(linked)))
    assert "/toolkit/facts/resource/guide" in page.get("/toolkit/facts?reason=dead").links()
    assert "The page is not there (404)" in page.get("/toolkit/facts/resource/guide").text


def test_a_dead_link_of_a_sections_own_is_shown_to_its_leaders_and_members(
    linked: Session, site: Site, sign_in: Callable[[User], PageClient]
) -> None:
    section, other = factories.section(linked), factories.section(linked)
    leader = sign_in(factories.leader(linked, section))
    stranger = sign_in(factories.leader(linked, other))
    reader = sign_in(factories.member(linked, section, SectionRole.IMG))
    site.replies["/page"] = Reply(b"The common one works")
    listing = f"/sections/{section.slug}/resources"
    leader.submit(f"{listing}/new", OWN | {"url": site.url("/handbook")})
    leader.post(f"{listing}/guide", OWN | {"title": "In our words", "url": site.url("/away")})
    own = linked.scalars(sa.select(Resource.id).where(Resource.section_id.is_not(None))).all()
    look(linked, site)
    assert "Link found dead" not in leader.get(listing).text
    assert "tried it" not in "".join(reader.get(f"/toolkit/resources/{key}").text for key in own)

    look(linked, site, after=DAY)
    home = leader.get("/home/leader")
    assert "2 links of your own are dead" in home.text
    (only_dead,) = [link for link in home.links() if link == f"{listing}?dead=yes"]
    shown = leader.get(only_dead)
    assert shown.text.count("Link found dead") == len(own) == 2
    for key in own:
        assert f"{listing}/{key}" in shown.links()
        assert (
            "The page is not there (404), 2 times in a row" in leader.get(f"{listing}/{key}").text
        )
        said = reader.get(f"/toolkit/resources/{key}").text
        assert "The link did not work when the service last tried it" in said
    assert "are dead" not in stranger.get("/home/leader").text
    assert "No dead links" in stranger.get(f"/sections/{other.slug}/resources?dead=yes").text

    site.replies["/handbook"] = site.replies["/away"] = Reply(b"Back again")
    look(linked, site, after=DAY * 3)
    assert "are dead" not in leader.get("/home/leader").text
    assert "No dead links" in leader.get(only_dead).text


def test_the_command_says_how_many_work(app: Flask, session: Session) -> None:
    done = app.test_cli_runner().invoke(args=["toolkit", "check-links"])
    assert done.exit_code == 0, done.output
    assert done.output.strip() == "0 links work, 0 do not"
    assert check_links(link_fetcher(), clock=lambda: NOW) == Checked()
