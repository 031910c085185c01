"""The menus: what each person may open, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user

from mentorship.config import Settings
from mentorship.extensions import db
from mentorship.sections.models import Membership, MembershipState, SectionRole
from mentorship.sections.service import memberships_of

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


def _frame() -> dict[str, object]:
    settings: Settings = current_app.config["SETTINGS"]
    return {
        "site_name": settings.site_name,
        "now_year": dt.datetime.now(dt.UTC).year,
        "navigation": _cached_menu(),
        "account_links": _account_links(),
        "home_href": url_for("pages.landing"),
        "help_href": url_for("pages.help_page"),
        "sign_out_href": url_for("security.logout"),
        "demo_banner": settings.demo_allowed and current_app.config.get("DEMO_BANNER"),
        "support_email": settings.support_email,
    }


def _cached_menu() -> Sequence[Entry]:
    """Build the menu once a request, however many templates the request renders."""
    if not current_user.is_authenticated:
        return ()
    if "menu" not in g:
        g.menu = menu(memberships_of(db.session(), current_user.id))
    return g.menu  # type: ignore[no-any-return]


def menu(memberships: Sequence[Membership]) -> tuple[Entry, ...]:
    """List what the signed-in person may open, given their memberships."""
    roles = {m.role for m in memberships if m.state in PRESENT}
    led = [
        m.section
        for m in memberships
        if m.role is SectionRole.LEADER and m.state is MembershipState.ACTIVE
    ]
    entries = [_entry("Home", "dashboard.home")]
    for section in led:
        label = "Section" if len(led) == 1 else section.name
        entries.append(
            _group(
                label,
                _entry("Match rounds", "rounds.list_rounds", slug=section.slug),
                _entry("Members", "sections.members", slug=section.slug),
            )
        )
    if SectionRole.IMG in roles:
        entries.append(_entry("My IMG profile", "profiles.img"))
    if SectionRole.MENTOR in roles:
        entries.append(_entry("My mentor profile", "profiles.mentor"))
    if current_user.is_administrator:
        entries.append(_entry("Administration", "sections_admin.index"))
    entries.append(_entry("Toolkit", "toolkit.overview"))
    return tuple(entries)


def _account_links() -> tuple[Entry, ...]:
    if not current_user.is_authenticated:
        return (
            _entry("Sign in", "security.login"),
            _entry("Create account", "security.register"),
        )
    return (
        _entry("Account", "accounts.settings"),
        _entry("My sections", "sections.mine"),
        _entry("Privacy choices", "consents.choices"),
    )


def _entry(label: str, endpoint: str, **values: str) -> Entry:
    href = url_for(endpoint, **values)
    inside = request.path == href or (href != "/" and request.path.startswith(href + "/"))
    return Entry(label, href, inside)


def _group(label: str, *children: Entry) -> Entry:
    return Entry(label, children[0].href, any(child.current for child in children), children)
