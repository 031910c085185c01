"""How long a step of a profile takes to say what the answers make possible, in a large section.

``python -m benchmarks.outlook 5000x2000`` asks for an IMG and for a mentor, on a SQLite database of
its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks.asking import fill
from benchmarks.clock import machine
from benchmarks.site import TIMES, application, counted, timed
from mentorship.extensions import db, transaction
from mentorship.finding.outlook import outlook
from mentorship.matching import Img, Mentor
from mentorship.profiles.service import read_img, read_mentor
from mentorship.sections.models import Membership, SectionRole


def measure(app: Flask, imgs: int, mentors: int) -> None:
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        with transaction() as session:
            asker = fill(session, imgs, mentors, now)
        offering = db.session.scalars(
            sa.select(Membership.person_id)
            .where(Membership.role == SectionRole.MENTOR)
            .order_by(Membership.person_id)
            .limit(1)
        ).one()
        asks, offers = (
            read_img(db.session(), asker).values,
            read_mentor(db.session(), offering).values,
        )
    tell(app, "an IMG", asker, asks, now)
    tell(app, "a mentor", offering, offers, now)


def tell(app: Flask, who: str, person: uuid.UUID, own: Img | Mentor, now: dt.datetime) -> None:
    def look() -> None:
        with app.app_context():
            outlook(db.session(), person, own, now=now)

    with counted(app) as statements:
        look()  # compiled functions are read in
    busy = time.process_time()
    took = statistics.median(timed(look) for _ in range(TIMES))
    busy = (time.process_time() - busy) / TIMES
    print(f"| what {who} reads | {took:.2f} s | {busy:.2f} s | {len(statements)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", help="IMGs x mentors, such as 5000x2000")
    imgs, mentors = map(int, parser.parse_args().size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        app, _ = application(Path(folder), None)
        print(machine())
        measure(app, imgs, mentors)


if __name__ == "__main__":
    main()
