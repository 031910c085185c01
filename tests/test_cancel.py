"""Every Cancel leads out of its form, to a page that opens for whoever sees it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask

from tests.page import Page, PageClient
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules


def _cancels(page: Page) -> list[str]:
    links = page.tree.iterfind(".//main//a[@href]")
    return [a.get("href") or "" for a in links if "".join(a.itertext()).strip() == "Cancel"]


def test_every_cancel_leads_out(app: Flask, stage: Stage) -> None:
    wrong, seen = [], 0
    for rule in rules(app, "GET"):
        who = min(admitted(app, rule) - {"stranger"})
        client = PageClient(app, stage.people[who])
        here = address(rule, stage.values)
        for link in _cancels(Page(client.client.get(here))):
            seen += 1
            there = client.client.get(link, follow_redirects=True)
            same = urlsplit(link).path == urlsplit(here).path
            if same or there.status_code != 200 or "/login" in there.request.path:
                wrong.append(f"{who} {here}: Cancel leads to {link}, {there.status_code}")
    assert wrong == []
    assert seen >= 25, seen
