"""Does the time of an answer tell whether an address has an account?

    python -m benchmarks.sign_in_timing

Forty times each, by turns, a known and an unknown address are sent to every form that takes one.
Printed is the AUC (Mann-Whitney): the chance that a known address took longer than an unknown one.
0.5 tells nothing; the goal is 0.35 to 0.65.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from flask_security import hash_password
from scipy.stats import mannwhitneyu

from mentorship.accounts.service import new_person
from mentorship.app import create_app
from mentorship.config import Settings
from mentorship.extensions import transaction
from tests.page import PageClient

TIMES = 40
GOAL = (0.35, 0.65)
PASSWORD = "lantern pebble violin"  # noqa: S105  of an account that ends with this program
WRONG = "trombone kettle orchard"
FORMS = {
    "sign in": ("/login", {"password": WRONG}),
    "register": ("/register", {"name": "A B", "password": WRONG, "agree": "y"}),
    "reset the password": ("/reset", {}),
    "send the confirmation again": ("/confirm", {}),
    "change the address": ("/account/email", {}),
}


def figures() -> Iterator[tuple[str, float, float, float]]:
    """Yield (form, AUC, median of known, median of unknown), the medians in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = dataclasses.replace(
            Settings.of_no_place(), database_url=f"sqlite:///{place}/timing.db", instance=place
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            _people(app)
        for name, (path, data) in FORMS.items():
            yield name, *_measure(app, path, data)


def _people(_app: Flask) -> None:
    now, hashed = dt.datetime.now(dt.UTC), hash_password(PASSWORD)
    with transaction() as session:
        for number in range(TIMES + 1):
            new_person(
                session,
                email=f"known{number}@example.org",
                name="Known",
                password_hash=hashed,
                confirmed=True,
                now=now,
            )


def _measure(app: Flask, path: str, data: dict[str, str]) -> tuple[float, float, float]:
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    form = path.replace("/", "-")
    for number in range(TIMES):
        for kind in ("known", "unknown"):
            stem = "known" if kind == "known" else f"unknown{form}-"
            visitor = PageClient(app)
            if path == "/account/email":
                own = {"email": f"known{TIMES}@example.org", "password": PASSWORD}
                visitor.submit("/login", own)
            sent = data | {"email": f"{stem}{number}@example.org", "csrf_token": visitor.token()}
            start = time.perf_counter()
            visitor.client.post(path, data=sent)
            taken[kind].append(1000 * (time.perf_counter() - start))
    known, unknown = taken["known"], taken["unknown"]
    auc = mannwhitneyu(known, unknown).statistic / (len(known) * len(unknown))
    return float(auc), sorted(known)[TIMES // 2], sorted(unknown)[TIMES // 2]


def main() -> None:
    print("| form | AUC | known, median ms | unknown, median ms |")
    print("|---|---|---|---|")
    for name, auc, known, unknown in figures():
        met = "" if GOAL[0] <= auc <= GOAL[1] else " (goal missed)"
        print(f"| {name} | {auc:.2f}{met} | {known:.0f} | {unknown:.0f} |")


if __name__ == "__main__":
    main()
