"""How long an IMG waits for the page on which they ask a mentor, in a large round.

The round has a lowest score, so each look at the list compares with the averages of everybody:
worked out on the spot, and as the worker keeps them. ``python -m benchmarks.asking 5000x2000``.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import statistics
import tempfile
import uuid
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from benchmarks.clock import machine
from benchmarks.people import market
from benchmarks.site import TIMES, application, timed
from mentorship.accounts.models import User
from mentorship.consents.models import Consent
from mentorship.consents.service import MATCHING, PURPOSES
from mentorship.extensions import db, transaction
from mentorship.jobs import keep_averages
from mentorship.profiles.service import Answers, write_many
from mentorship.rounds import service
from mentorship.rounds.request_pages import request_page
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


def fill(session: Session, imgs: int, mentors: int, now: dt.datetime) -> uuid.UUID:
    """Put a made-up section into the database; return the key of one who may ask."""
    section_id = session.scalars(sa.select(Section.id)).one()
    people, keys = market("balanced", imgs, mentors), dict[str, uuid.UUID]()
    for role, some in ((SectionRole.IMG, people.imgs), (SectionRole.MENTOR, people.mentors)):
        keys |= {one.key: uuid.uuid4() for one in some}
        rows = [keys[one.key] for one in some]
        session.execute(
            sa.insert(User),
            [
                {
                    "id": key,
                    "email": f"{key.hex}@example.org",
                    "name": f"{role} {number}",
                    "fs_uniquifier": key.hex,
                    "created_at": now,
                    "confirmed_at": now,
                    "active": True,
                }
                for number, key in enumerate(rows)
            ],
        )
        session.add_all(
            Membership(
                section_id=section_id,
                person_id=key,
                role=role,
                state=MembershipState.ACTIVE,
                asked_at=now,
            )
            for key in rows
        )
        session.add_all(
            Consent(
                person_id=key,
                purpose=MATCHING,
                version=PURPOSES[MATCHING].version,
                given_at=now,
            )
            for key in rows
        )
    session.flush()
    asker = people.imgs[0].key
    chosen = tuple(str(keys[one.key]) for one in people.mentors[:5])
    said = {
        keys[one.key]: Answers(
            values=dataclasses.replace(one, requests=chosen if one.key == asker else (), avoid=())
        )
        for one in people.imgs
    }
    write_many(session, said, now=now)
    offered = {
        keys[one.key]: Answers(values=dataclasses.replace(one, welcomes=(), exclude=()))
        for one in people.mentors
    }
    write_many(session, offered, now=now)
    return keys[asker]


def measure(app: Flask, imgs: int, mentors: int) -> None:
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        with transaction() as session:
            asker = fill(session, imgs, mentors, now)
        with transaction() as session:
            made = service.create_round(
                session,
                section_id=session.scalars(sa.select(Section.id)).one(),
                name="Large",
                policy="most-matched",
                set_up=service.SetUp(direct_requests=True, minimum_score=3_000),
                answer_days=14,
                lottery=7,
                now=now,
            )
            service.open_round(session, round_id=made.id, now=now)
            round_id = made.id

        def look() -> None:
            db.session.remove()
            request_page(db.session(), asker, round_id, now=now)

        look()  # compiled functions are read in
        print(f"| worked out on the spot | {statistics.median(map(timed, [look] * TIMES)):.2f} s |")
        print(f"| the worker keeps them | {timed(keep_averages):.2f} s |")
        print(f"| as kept | {statistics.median(map(timed, [look] * TIMES)):.3f} s |")


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
