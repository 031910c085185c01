"""The menus: what each person may open, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app, g, request, url_for
from flask_login import current_user

from mentorship.config import Settings
from mentorship.consents.service import said_for
from mentorship.extensions import db
from mentorship.finding.service import MAY_BROWSE, browsing_now
from mentorship.inbox.service import unread_of
from mentorship.profiles.models import ProfileKind
from mentorship.sections.belonging import memberships_query
from mentorship.sections.models import Membership, MembershipState, SectionRole

PRESENT = (MembershipState.ACTIVE, MembershipState.ASKED)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    href: str
    current: bool
    children: tuple[Entry, ...] = ()


def init_app(app: Flask) -> None:
    """Hand the frame of every page its menus."""
    app.context_processor(_frame)
    app.extensions["leads"] = leads_a_section  # for who must have a second factor


def _frame() -> dict[str, object]:
    settings: Settings = current_app.config["SETTINGS"]
    return {
        "site_name": settings.site_name,
        "now_year": dt.datetime.now(dt.UTC).year,
        "navigation": _menu(),
        "account_links": _account_links(),
        "unread": _unread(),
        "said_for": g.get("said_for", False),
        "notices_href": url_for("inbox.index"),
        "home_href": url_for("pages.landing"),
        "help_href": url_for("pages.help_page"),
        "sign_out_href": url_for("security.logout"),
        "demo_banner": _demo_banner(),
        "support_email": settings.support_email,
    }


def _demo_banner() -> str | None:
    """Warn whoever is signed in as an invented person."""
    invented = current_user.is_authenticated and current_user.demo
    return current_app.config.get("DEMO_BANNER") if invented else None


def my_memberships(*, present: bool = False) -> Sequence[Membership]:
    """Return the signed-in person's memberships, read once a request.

    ``present`` leaves out those that were declined or ended.
    """
    if "memberships" not in g:
        _read_memberships()
    return [m for m in g.memberships if m.state in PRESENT or not present]


def leads_a_section() -> bool:
    """Tell whether the signed-in person leads a section."""
    return any(
        membership.role is SectionRole.LEADER and membership.state is MembershipState.ACTIVE
        for membership in my_memberships()
    )


def _read_memberships() -> None:
    """Read them, and what the frame of a page tells beside them, in one statement."""
    mine, unread = memberships_query(current_user.id), unread_of(current_user.id)
    more = (
        unread.label("unread"),
        browsing_now().label("browsing"),
        said_for(current_user.id).label("said_for"),
    )
    rows = db.session().execute(mine.add_columns(*more)).all()
    g.memberships = [row.Membership for row in rows]
    g.browsing = {row.Membership.section_id: row.browsing for row in rows}
    g.said_for = bool(rows and rows[0].said_for)
    g.unread = rows[0].unread if rows else db.session().scalar(sa.select(unread))


def _unread() -> int:
    if not current_user.is_authenticated:
        return 0
    my_memberships()
    return int(g.unread)


def _menu() -> tuple[Entry, ...]:
    """List what the signed-in person may open."""
    if not current_user.is_authenticated:
        return ()
    mine = my_memberships(present=True)
    roles = {membership.role for membership in mine}
    led = [
        membership.section
        for membership in mine
        if membership.role is SectionRole.LEADER and membership.state is MembershipState.ACTIVE
    ]
    entries = [_entry("Home", "dashboard.home")]
    for section in led:
        label = "Section" if len(led) == 1 else section.name
        rounds = _entry("Match rounds", "rounds.list_rounds", slug=section.slug)
        people = _entry("Members", "sections.list_members", slug=section.slug)
        desk = _entry("News desk", "news_desk.board", slug=section.slug)
        links = _entry("Resources", "curating.listing", slug=section.slug)
        letters = _entry("Letters", "spotlight_desk.board", slug=section.slug)
        pairs = _entry("Mentorships", "led_mentorships.index", slug=section.slug)
        log = _entry("Log", "oversight.of_section", slug=section.slug)
        entries.append(_group(label, rounds, people, pairs, desk, links, letters, log))
    if SectionRole.IMG in roles:
        entries.append(_entry("My IMG profile", "profiles.mine", road="img"))
    if _offers(mine, ProfileKind.IMG):
        entries.append(_entry("Find a mentor", "finding.mentors"))
    if SectionRole.MENTOR in roles:
        entries.append(_entry("My mentor profile", "profiles.mine", road="mentor"))
    if _offers(mine, ProfileKind.MENTOR):
        entries.append(_entry("Find IMGs", "finding_imgs.imgs"))
    if current_user.is_administrator:
        sections = _entry("Sections", "sections_admin.index")
        accounts = _entry("Accounts", "accounts_desk.index")
        reset = _entry("Reset a second factor", "factors.reset")
        hosts = _entry("Hosts we ask", "hosts.index")
        log = _entry("Log", "oversight.of_all")
        times = _entry("Retention", "glass.limits")
        sealed = _entry("Sealed answers", "glass.ask")
        rest = (hosts, log, times, sealed)
        entries.append(_group("Administration", sections, accounts, reset, *rest))
    entries.append(_entry("Toolkit", "toolkit.overview"))
    entries.append(
        _group(
            "Community",
            _entry("News", "news.index"),
            _entry("Spotlight", "spotlight.index"),
            _entry("Equity", "equity.index"),
            _entry(
                "My section",
                "community.mine",
                rooms=("community", "community_desk", "introductions"),
            ),
        )
    )
    return tuple(entries)


def _offers(mine: Sequence[Membership], kind: ProfileKind) -> bool:
    """Tell whether a section lets this person look through a list of the others."""
    return any(
        m.role is SectionRole(kind.value)
        and m.state is MembershipState.ACTIVE
        and g.browsing[m.section_id] in MAY_BROWSE[kind]
        for m in mine
    )


def tabs() -> tuple[Entry, ...]:
    """List the home pages of the signed-in person, the one with the most to do first."""
    roles = {membership.role for membership in my_memberships(present=True)}
    pages = [
        ("As section leader", "dashboard.leader", SectionRole.LEADER in roles),
        ("As mentor", "dashboard.mentor", SectionRole.MENTOR in roles),
        ("As IMG", "dashboard.img", SectionRole.IMG in roles),
        ("As administrator", "dashboard.admin", current_user.is_administrator),
    ]
    return tuple(_entry(label, endpoint) for label, endpoint, mine in pages if mine)


def _account_links() -> tuple[Entry, ...]:
    if not current_user.is_authenticated:
        return (
            _entry("Sign in", "security.login"),
            _entry("Create account", "security.register"),
        )
    return (
        _entry("Account", "accounts.settings", below=False),
        _entry("Sign-in and security", "accounts.security"),
        _entry("My sections", "sections.mine", below=False),
        _entry("Privacy choices", "consents.choices"),
    )


def _entry(
    label: str,
    endpoint: str,
    *,
    rooms: Sequence[str] = (),
    below: bool = True,
    **where: str,
) -> Entry:
    """Make an entry, which is current on its page and, unless not ``below``, on those below it.

    ``rooms`` are blueprints to whose pages the entry leads under other addresses.
    """
    href = url_for(endpoint, **where)  # type: ignore[arg-type]  # parts of the address
    under = below and href != "/" and request.path.startswith(href + "/")
    return Entry(label, href, under or request.path == href or request.blueprint in rooms)


def _group(label: str, *children: Entry) -> Entry:
    return Entry(label, children[0].href, any(child.current for child in children), children)
