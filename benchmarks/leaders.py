"""How long a leader waits: a large roster imported on the site, a round run, reviewed, published.

Everything goes through the real pages and the real worker's tasks, on a SQLite database of its own.
``python -m benchmarks.leaders 5000x2000`` prints a table for ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import io
import re
import tempfile
import uuid
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from benchmarks.clock import machine
from benchmarks.people import market
from benchmarks.site import HEADER, Leader, application, hidden, timed
from mentorship.extensions import db, transaction
from mentorship.jobs import TASKS
from mentorship.matching import CRITERIA
from mentorship.profiles.models import Profile
from mentorship.rosters.format import write_imgs, write_mentors
from mentorship.rosters.import_models import RosterImport
from mentorship.rosters.rows import ImgRow, MentorRow
from mentorship.rounds.answering import accept_offer, confirm_match, decline_offer
from mentorship.rounds.models import Pair, Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_models import JobState, RunJob

MOST_TRIES = 40  # pairs of pairs, of which one can be swapped


def rosters(imgs: int, mentors: int) -> tuple[bytes, bytes]:
    """Return both files of a made-up section."""
    people = market("balanced", imgs, mentors)
    first, second = io.StringIO(newline=""), io.StringIO(newline="")
    emails = {p.key: f"p{k}@example.org" for k, p in enumerate([*people.imgs, *people.mentors])}

    def known(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(emails[key] for key in keys if key in emails)

    write_imgs(
        first,
        [
            ImgRow(
                email=emails[img.key],
                name=f"Img {number}",
                consents=("matching",),
                profile=dataclasses.replace(
                    img, key=emails[img.key], requests=known(img.requests), avoid=known(img.avoid)
                ),
            )
            for number, img in enumerate(people.imgs)
        ],
    )
    write_mentors(
        second,
        [
            MentorRow(
                email=emails[mentor.key],
                name=f"Mentor {number}",
                consents=("matching",),
                profile=dataclasses.replace(
                    mentor,
                    key=emails[mentor.key],
                    welcomes=known(mentor.welcomes),
                    exclude=known(mentor.exclude),
                ),
            )
            for number, mentor in enumerate(people.mentors)
        ],
    )
    return first.getvalue().encode(), second.getvalue().encode()


def work(app: Flask, task: str, kind: type[RosterImport | RunJob]) -> float:
    """Do as the worker would, with whatever waits; return seconds."""
    with app.app_context():
        waiting = db.session.scalars(sa.select(kind.id)).all()
        return timed(lambda: [TASKS[task](str(row_id)) for row_id in waiting])


def bring_in(app: Flask, leader: Leader, files: tuple[bytes, bytes]) -> None:
    """Import both files as a leader does: upload, columns, a try, then all of it."""
    sent = {
        side: (io.BytesIO(data), f"{side}s.csv")
        for side, data in zip(("img", "mentor"), files, strict=True)
    }
    where = [""]
    leader.click(
        f"upload ({sum(map(len, files)) / 1e6:.1f} MB)",
        lambda: where.append(leader.post("/sections/large/import", sent)),
    )
    here = where[-1]
    page = leader.page("columns", here)
    with app.app_context():
        mapping = db.session.scalars(sa.select(RosterImport.mapping)).one()
    fields = {f"{side}_{at}": name for side, own in mapping.items() for at, name in own.items()}
    assert "img_0" in page  # noqa: S101  the page has the fields that are sent
    leader.post(f"{here}/columns", fields)
    leader.behind("the try", work(app, "import_roster", RosterImport))
    report = leader.page("report of the try", here)
    leader.post(f"{here}/write", {"tried": hidden(report, "tried")})
    leader.behind("the import", work(app, "import_roster", RosterImport))
    leader.page("members", "/sections/large/members")


def run(app: Flask, leader: Leader) -> tuple[str, uuid.UUID]:
    """Set a round up, open and run it; return its address and the run."""
    set_up = leader.get("/sections/large/rounds/new")
    assert "What is the best result" in set_up  # noqa: S101
    leader.post("/sections/large/rounds/new", set_up_fields())
    with app.app_context():
        round_id = db.session.scalars(sa.select(Round.id)).one()
    home = f"/sections/large/rounds/{round_id}"
    leader.click("open the round", lambda: leader.post(f"{home}/open"))
    leader.page("people", f"{home}/people")
    leader.page("people, filtered", f"{home}/people?specialty=neurology&q=1")
    location = leader.post(f"{home}/run")
    leader.behind("the run", work(app, "solve_run", RunJob))
    made = job_at(app, location).run_id
    assert made  # noqa: S101  it did not fail
    return home, made


def job_at(app: Flask, location: str) -> RunJob:
    with app.app_context():
        return db.session.get_one(RunJob, uuid.UUID(location.rsplit("/", 1)[1]))


def review(app: Flask, leader: Leader, home: str) -> None:
    """Open every page of a review, then try all policies and set them side by side."""
    for what, path in (
        ("overview", home),
        ("review", f"{home}/review"),
        ("review, weakest first, page 50", f"{home}/review?sort=weakest&page=50"),
        ("review, a name", f"{home}/review?q=mentor+19"),
        ("picture", f"{home}/review/picture"),
        ("without a mentor", f"{home}/unmatched"),
        ("fairness", f"{home}/review/fairness"),
    ):
        leader.page(what, path)
    found = re.search(r'href="([^"]+/review/pairs/[^"]+)"', leader.get(f"{home}/review"))
    assert found  # noqa: S101  there are pairs
    leader.page("a pair", found[1])
    leader.page("a pair, whom to swap with", f"{found[1]}?q=mentor+1")
    by_hand = f"{home}/review/by-hand"
    img = first_choice("img", leader.page("by hand: whom", by_hand))
    leader.page("by hand: an IMG by name", f"{by_hand}?q=img+49")
    mentors = leader.page("by hand: mentors for one IMG", f"{by_hand}?img={img}")
    both = f"{by_hand}?img={img}&mentor={first_choice('mentor', mentors)}"
    leader.page("by hand: these two", both)
    leader.post(f"{home}/policies")
    leader.behind("the three other policies", work(app, "solve_run", RunJob))
    numbers = "&".join(f"run={number}" for number in range(1, 5))
    leader.page("all policies side by side", f"{home}/compare?{numbers}")
    leader.page("two runs side by side", f"{home}/compare?run=1&run=3")


def first_choice(side: str, page: str) -> str:
    found = re.search(rf"\b{side}=([0-9a-f-]{{36}})", page)
    assert found  # noqa: S101  there is somebody to choose
    return found[1]


def swap(app: Flask, leader: Leader, home: str, run_id: uuid.UUID) -> uuid.UUID:
    """Swap two pairs by hand and keep it; return the run that counts then.

    Of most two pairs a rule forbids the swap, and the worker says so at once.
    """
    with app.app_context():
        pairs = sa.select(Pair.id).where(Pair.run_id == run_id).order_by(Pair.id)
        keys = db.session.scalars(pairs.limit(2 * MOST_TRIES)).all()
    for one, other in zip(keys[::2], keys[1::2], strict=False):
        asked = {"run": str(run_id), "kind": "swap", "pair": [str(one), str(other)]}
        location = leader.post(f"{home}/review/change", asked)
        seconds = work(app, "solve_run", RunJob)
        job = job_at(app, location)
        if job.state is JobState.DONE and job.run_id:
            break
    else:
        raise SystemExit(f"none of {MOST_TRIES} swaps is possible")
    leader.behind("a swap by hand, the rest solved again", seconds)
    effect = leader.client.get(location).location or ""
    leader.page("effect of the swap", effect)
    keep = {"run": str(run_id), "to": str(job.run_id)}
    leader.click("keep the swap", lambda: leader.post(f"{home}/review/choose", keep))
    return job.run_id


def publish(leader: Leader, home: str, run_id: uuid.UUID) -> None:
    leader.page("before publishing", f"{home}/publish")
    leader.click("publish", lambda: leader.post(f"{home}/publish", {"run": str(run_id)}))
    leader.click("send it now", lambda: leader.post(f"{home}/publish/now"))
    leader.page("answers", f"{home}/answers")
    leader.page("without, after publishing", f"{home}/answers?show=without")
    leader.page("report", f"{home}/report")
    leader.click("report, whole on one page", partial(leader.get, f"{home}/report?rows=all"))
    for form in ("csv", "xlsx"):
        leader.click(f"report as {form}", partial(leader.file, f"{home}/report", {"form": form}))
    leader.page("home of the leader", "/home/leader")


def follow(app: Flask, leader: Leader, home: str) -> None:
    """Have people answer, match and publish the rest, and finish the round."""
    told = answer_all(app)
    leader.page("answers, most are given", f"{home}/answers")
    location = leader.post(f"{home}/rest")
    leader.behind("the rest", work(app, "solve_run", RunJob))
    run_id = job_at(app, location).run_id
    leader.page("review of the rest", f"{home}/review")
    leader.page("the rest, without a mentor", f"{home}/unmatched")
    leader.page("before publishing the rest", f"{home}/publish")
    leader.click("publish the rest", lambda: leader.post(f"{home}/publish", {"run": str(run_id)}))
    leader.click("send the rest now", lambda: leader.post(f"{home}/publish/now"))
    leader.page("before finishing", f"{home}/finish")
    leader.click("finish the round", lambda: leader.post(f"{home}/finish"))
    leader.page("report of the finished round", f"{home}/report")
    print(f"\n{told}")


def answer_all(app: Flask) -> str:
    """Answer what is out: of ten mentors one says no and one nothing; all IMGs who can say yes."""
    now, counted = dt.datetime.now(dt.UTC), Counter[OfferState]()
    mentor, img = aliased(Profile), aliased(Profile)
    asked = (
        sa.select(Offer.id, mentor.person_id, img.person_id)
        .join(mentor, mentor.id == Offer.mentor_id)
        .join(img, img.id == Offer.img_id)
        .order_by(Offer.id)
    )
    with app.app_context():
        for number, (offer_id, mentor_id, img_id) in enumerate(db.session.execute(asked).all()):
            on: Any = {"offer_id": offer_id, "now": now}
            with transaction() as session:
                if number % 10 == 0:
                    decline_offer(session, person_id=mentor_id, reason="no_time", words="", **on)
                elif number % 10 > 1:
                    state = accept_offer(session, person_id=mentor_id, **on)
                    if state is OfferState.ACCEPTED:
                        confirm_match(session, person_id=img_id, **on)
                counted[session.get_one(Offer, offer_id).state] += 1
    return f"Offers before the rest: {', '.join(f'{n} {state}' for state, n in counted.items())}."


def set_up_fields() -> dict[str, str]:
    weights = {f"weight_{key}": str(each.weight) for key, each in CRITERIA.items()}
    plain = {"name": "Large", "policy": "most-matched", "answer_days": "14", "minimum": "0"}
    plain |= {"requests": "optimum", "request_days": "7"}
    rest = {"respect_institutions": "y", "respect_selection": "y", "browsing": ""}
    return weights | plain | rest | {"two_mentors": "y", "reminder_days": "5, 1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", default="5000x2000", help="IMGs x mentors")
    parser.add_argument("--database", help="an address of a database that is thrown away")
    asked = parser.parse_args()
    imgs, mentors = map(int, asked.size.split("x"))
    print(f"{asked.size}, {machine()}\n\n{HEADER}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        app, person = application(Path(folder), asked.database)
        leader = Leader(app, person)
        bring_in(app, leader, rosters(imgs, mentors))
        home, made = run(app, leader)
        review(app, leader, home)
        publish(leader, home, swap(app, leader, home, made))
        follow(app, leader, home)


if __name__ == "__main__":
    main()
