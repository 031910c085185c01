"""No page or file of a leader changes by a byte when somebody gives another private answer.

Two sections are alike in all that leaders may know and differ in what one IMG, or one mentor, said
of visa and gender. The pairs are locked, so that they are the same; all else a leader can open is
compared.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import publishing, service
from mentorship.rounds.closing import close_round
from mentorship.rounds.inputs import gathered
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.run_models import StepKind
from mentorship.rounds.running import counting, keep, solved
from mentorship.rounds.setup import rules_of
from mentorship.rounds.steps import take_step
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
TOPICS = ("interview_prep", "visa_choice", "research", "cv_review")
SAID: Mapping[str, Mapping[str, Any]] = {
    "no need": {"visa": "us_citizen", "gender": "man"},
    "helped": {
        "visa": "j1_physician",
        "gender": "woman",
        "wishes": ("same_gender",),
        "importance": {"visa": "high", "same_gender": "high"},
    },
    "not helped": {"visa": "pending_aos", "gender": "nonbinary", "wishes": ("same_gender",)},
}
LIVED: Mapping[str, Mapping[str, Any]] = {
    "helps": {"visas": ("j1_visa", "conrad30_waiver"), "gender": "woman"},
    "does not": {"visas": ("h1b_visa",), "gender": "man"},
}


def world(session: Session, *, img: Mapping[str, Any], mentor: Mapping[str, Any]) -> Cast:
    """Four IMGs, two mentors with three seats, and one with seats whom nobody may have."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    cast.leader.name = "Lea Leader"
    lucky = {"visa": "j1_physician", "gender": "woman", "wishes": ("same_gender",)}
    cast.img("Ana Silva", topics=TOPICS[:1], specialties=("neurology",), **img)
    cast.img("Ben Okafor", topics=TOPICS[:2], **lucky)
    cast.img("Chi Tanaka", topics=TOPICS[1:3], specialties=("psychiatry",), visa="f1")
    cast.img("Dee Waits", topics=TOPICS[:3], **img)
    cast.mentor("Noor Haddad", topics=TOPICS[:1], specialties=("neurology",), seats=1, **mentor)
    cast.mentor("Omar Aziz", topics=TOPICS[1:], seats=2, visas=("j1_visa",), gender="woman")
    cast.mentor("Pia Strict", topics=TOPICS, accepts_specialties=("pathology",), seats=2, **mentor)
    return cast


def run_with(cast: Cast, round_: Round, pairs: Mapping[str, str], policy: str) -> Run:
    """Keep a run in which these are pairs, whatever they score."""
    session = cast.session
    locked = frozenset(
        (str(cast.profile(img)), str(cast.profile(mentor))) for img, mentor in pairs.items()
    )
    rules = dataclasses.replace(rules_of(session, round_), locked=locked)
    inputs = counting(session, gathered(session, round_, rules=rules, policy=policy, now=NOW))
    run = keep(session, solved(inputs), round_id=round_.id, by=cast.leader.id, now=NOW)
    take_step(
        session, round_id=round_.id, run_id=run.id, kind=StepKind.RUN, by=cast.leader.id, now=NOW
    )
    return run


def seen(cast: Cast, client: PageClient, policy: str, **set_up: Any) -> dict[str, str]:
    """Return everything the leader can open, before and after the run goes out, made comparable."""
    round_ = cast.open(set_up=service.SetUp(**set_up))
    close_round(cast.session, round_id=round_.id, now=NOW)
    one = {"Ana Silva": "Noor Haddad", "Ben Okafor": "Omar Aziz", "Chi Tanaka": "Omar Aziz"}
    other = {"Ben Okafor": "Noor Haddad", "Ana Silva": "Omar Aziz", "Dee Waits": "Omar Aziz"}
    run_with(cast, round_, other, policy)
    run = run_with(cast, round_, one, policy)
    cast.session.flush()
    home = f"/sections/{cast.section.slug}/rounds"
    here = f"{home}/{round_.id}"
    mentors = ("Noor Haddad", "Omar Aziz", "Pia Strict")
    pages = [
        *("/home/leader", f"/sections/{cast.section.slug}/log", home, here),
        *(f"{here}/{page}" for page in ("history", "people", "set-up", "publish")),
        *(
            f"{here}/review{q}"
            for q in ("", "?run=1", "?sort=strongest", "?show=poor", "?sort=img")
        ),
        *(f"{here}/review/{page}?run={n}" for n in (1, 2) for page in ("picture", "fairness")),
        *(f"{here}/unmatched?run={n}" for n in (1, 2)),
        f"{here}/review/by-hand",
        *(
            f"{here}/review/by-hand?img={cast.profile(who)}&mentor={cast.profile(mentor)}"
            for who in ("Ana Silva", "Dee Waits", "Ben Okafor")
            for mentor in mentors
        ),
        f"{here}/compare?run=1&run=2",
        *(f"{here}/compare?run=2&run=1&show={show}" for show in ("gain", "lose", "other")),
    ]
    found = {page: client.client.get(page) for page in pages}
    for run_ in cast.session.scalars(sa.select(Run).where(Run.round_id == round_.id)):
        for pair in cast.session.scalars(sa.select(Pair).where(Pair.run_id == run_.id)):
            who = f"{pair_names(cast)[pair.img_id]} {pair_names(cast)[pair.mentor_id]}"
            at = f"{here}/review/pairs/{pair.id}"
            found[f"{run_.number} {who}"] = client.client.get(at)
    publishing.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    cast.session.flush()
    after = ("answers", "report", "review", "review/fairness", "unmatched")
    found |= {f"out {page}": client.client.get(f"{here}/{page}") for page in after}
    for form in ("csv", "xlsx"):
        found[f"out {form}"] = client.post(f"{here}/report", {"form": form}, status=200).response
    assert all(answer.status_code == 200 for answer in found.values()), {
        page: answer.status_code for page, answer in found.items() if answer.status_code != 200
    }
    return {plainly(page, cast): plainly(text_of(answer), cast) for page, answer in found.items()}


def pair_names(cast: Cast) -> Mapping[Any, str]:
    return {cast.profile(name): name for name in cast.people}


def text_of(answer: Any) -> str:
    if answer.mimetype.endswith("sheet"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "\n".join(book.read(name).decode() for name in sorted(book.namelist()))
    return str(answer.get_data(as_text=True))


def plainly(text: str, cast: Cast) -> str:
    """Put in place of ids, digests, tokens, addresses and times what is the same everywhere."""
    for name in cast.people:
        text = text.replace(str(cast.profile(name)), f"profile of {name}")
        text = text.replace(cast.people[name].email, f"address of {name}")
    text = (
        text.replace(cast.section.slug, "slug")
        .replace(cast.section.name, "section")
        .replace(cast.leader.email, "leader")
    )
    text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "csrf", text)
    text = re.sub(r'(<meta name="csrf-token" content=")[^"]*', r"\1", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "digest", text)
    text = re.sub(r"\d{1,2}:\d\d [ap]\.m\.", "clock", text)
    text = re.sub(r'data-left="\d+"|<time[^>]*>[^<]*</time>', "now", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d[:.\d]*(Z|[+-]\d\d:\d\d)?", "time", text)


def alike(
    session: Session, sign_in: SignIn, worlds: list[dict[str, Mapping[str, Any]]], **how: Any
) -> None:
    views = []
    for each in worlds:
        cast = world(session, **each)
        views.append(seen(cast, sign_in(cast.leader), **how))
    first, *others = views
    assert len(first) > 40
    for other in others:
        assert other.keys() == first.keys()
        changed = {page: _apart(first[page], other[page]) for page in first}
        assert not {page: line for page, line in changed.items() if line}


def _apart(one: str, other: str) -> tuple[str, str] | None:
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    found = next(((a.strip(), b.strip()) for a, b in pairs if a != b), None)
    return found or (None if one == other else ("shorter", "longer"))


def test_what_an_img_keeps_private_changes_nothing_a_leader_sees(
    session: Session, sign_in: SignIn
) -> None:
    worlds = [{"img": said, "mentor": LIVED["helps"]} for said in SAID.values()]
    alike(session, sign_in, worlds, policy="best-total", minimum_score=4_000)


def test_what_a_mentor_keeps_private_changes_nothing_a_leader_sees(
    session: Session, sign_in: SignIn
) -> None:
    worlds = [{"img": SAID["helped"], "mentor": lived} for lived in LIVED.values()]
    alike(session, sign_in, worlds, policy="fairest")
