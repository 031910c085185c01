"""Feeds as the tests make them."""

from __future__ import annotations


def rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>A feed</title>{''.join(items)}</channel></rss>"
    ).encode()


def item(title: str, link: str = "", *, guid: str = "", date: str = "", about: str = "") -> str:
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": about}
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts.items() if text)
    return f"<item>{inner}</item>"
