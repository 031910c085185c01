"""What a browser calls itself, in words that its owner would use: "Firefox on Windows"."""

from __future__ import annotations

# Most browsers name their relatives too, so the first mark that fits decides.
NAMES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
PLACES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "a Chromebook"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """Name browser and device as far as they say who they are."""
    name = next((word for mark, word in NAMES if mark in user_agent), "A browser")
    place = next((word for mark, word in PLACES if mark in user_agent), "an unknown device")
    return f"{name} on {place}"
