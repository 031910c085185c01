"""Sections as Hypothesis draws them: who is in them, what they say, and how far their round is.

All free text of a section carries its mark, so that it can be looked for elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import POLICIES, Img, Mentor
from mentorship.profiles.models import Profile
from mentorship.rounds import service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer
from mentorship.sections.models import Browsing, Membership, Section
from tests import factories
from tests.factories import NOW
from tests.rosters.test_round_trip import imgs, line, mentors, prose
from tests.rounds.cast import Cast
from tests.stage import Stage

FAR = ("none", "draft", "open", "reviewed", "published")  # how far a drawn round is
SAID = ("accept", "decline", "both", "nothing")  # what comes of each of its offers
REFUSED = (
    RuntimeError,
    ValueError,
)  # nobody to match, nothing to publish: it stays as far as it is


@dataclass(frozen=True)
class Drawn:
    """What one section holds beside the stage's one of everything."""

    imgs: Sequence[Img]
    mentors: Sequence[Mentor]
    names: Sequence[str]
    words: str
    agreed: Sequence[bool]  # to be listed, and to show the visa situation
    wanted: Sequence[int]  # which mentors the IMGs ask for
    far: str
    said: Sequence[str]
    policy: str
    direct: bool
    browsing: Browsing
    masked: bool


def drawn() -> st.SearchStrategy[Drawn]:
    small = st.integers(0, 5)
    return st.builds(
        Drawn,
        imgs=st.lists(imgs.map(lambda row: row.profile), min_size=1, max_size=3),
        mentors=st.lists(mentors.map(lambda row: row.profile), min_size=1, max_size=2),
        names=st.lists(line, min_size=3, max_size=5),
        words=prose,
        agreed=st.lists(st.booleans(), min_size=2, max_size=4),
        wanted=st.lists(small, min_size=1, max_size=4),
        far=st.sampled_from(FAR[::-1]),
        said=st.lists(st.sampled_from(SAID), min_size=1, max_size=3),
        policy=st.sampled_from(sorted(POLICIES)),
        direct=st.booleans(),
        browsing=st.sampled_from(Browsing),
        masked=st.booleans(),
    )


@dataclass(frozen=True)
class Home:
    """One section: its mark, its people by name, and its keys by what they name.

    ``more`` holds keys of the drawn round, where it has some.
    """

    mark: str
    people: dict[str, User | None]
    values: dict[str, object]
    more: dict[str, object]
    own: frozenset[str]  # addresses of those who belong to no other section


def set_up(
    session: Session, stages: Mapping[str, Stage], given: Sequence[Drawn]
) -> tuple[Home, Home]:
    """Add what was drawn to two sections; one mentor, who bears no mark, belongs to both."""
    dana = factories.person(session, "Dana Dual")
    one, two = (
        _home(session, mark, stage, world, dana=dana)
        for (mark, stage), world in zip(stages.items(), given, strict=True)
    )
    return one, two


def _home(session: Session, mark: str, stage: Stage, world: Drawn, *, dana: User) -> Home:
    where = sa.select(Section).where(Section.slug == stage.values["slug"])
    section, leader = session.scalars(where).one(), stage.people["leader"]
    assert leader
    section.browsing, section.names_masked = world.browsing, world.masked
    section.approve_imgs = world.masked
    cast = Cast(session, section, leader, people={"Dana Dual": dana})
    cast.mentor("Dana Dual", seats=3)
    _people(cast, world, mark)
    session.flush()
    more = _round(cast, world, mark)
    who: dict[str, User | None] = dict(stage.people) | {
        f"drawn {number}": person
        for number, person in enumerate(cast.people.values())
        if person is not dana
    }
    return Home(mark, who, dict(stage.values), more, _own(session, section, dana))


def _people(cast: Cast, world: Drawn, mark: str) -> None:
    asked: list[str] = []
    for number, mentor in enumerate(world.mentors):
        marked = (f"Hospital {mark}",)
        values = _said(mentor) | {
            "institution": f"{mark} {mentor.institution or ''}"[:100].strip(),
            "about": f"{mentor.about}\n{mark}".strip(),
            "exclude_institutions": marked,
            "selects_at": marked,
        }
        name = f"{_nth(world.names, number)[:60]} {mark} M{number}".strip()
        asked.append(str(cast.mentor(name, **values | _nobody("welcomes", "exclude")).id))
    asked.append(str(cast.people["Dana Dual"].id))
    for number, img in enumerate(world.imgs):
        first = _nth(world.wanted, number)
        wanted = tuple(dict.fromkeys(_nth(asked, first + step) for step in range(first % 3)))
        values = _said(img) | {
            "goals": f"{img.goals}\n{world.words} {mark}".strip()[:900],
            "conflicts": (f"School {mark}",),
            "requests": wanted,
        }
        name = f"{_nth(world.names, number + 1)[:60]} {mark} I{number}".strip()
        cast.img(name, **values | _nobody("avoid"))
    for number, who in enumerate(cast.people.values()):
        if who.name != "Dana Dual":
            who.email = f"{mark.lower()}{number}@example.org"
        for purpose in (consents.LISTED, consents.SHARE_VISA, consents.SHARE_GENDER):
            if _nth(world.agreed, number):
                consents.give(cast.session, who.id, purpose, NOW)


def _said(profile: Img | Mentor) -> dict[str, Any]:
    return {
        each.name: getattr(profile, each.name) for each in fields(profile) if each.name != "key"
    }


def _nobody(*names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


def _nth(values: Sequence[Any], number: int) -> Any:
    return values[number % len(values)]


def _round(cast: Cast, world: Drawn, mark: str) -> dict[str, object]:
    """Bring a round as far as was drawn; return its keys."""
    if world.far == "none":
        return {}
    rules = service.SetUp(direct_requests=world.direct)
    round_ = cast.draft(f"Autumn {mark}", policy=world.policy, set_up=rules)
    more: dict[str, object] = {"round_id": round_.id, "over_id": round_.id}
    with suppress(*REFUSED):
        _go_on(cast, round_, world, mark, more)
    return more


def _go_on(cast: Cast, round_: Round, world: Drawn, mark: str, more: dict[str, object]) -> None:
    session, steps = cast.session, FAR.index(world.far)
    if steps < FAR.index("open"):
        return
    service.open_round(session, round_id=round_.id, now=NOW)
    if steps < FAR.index("reviewed"):
        for name, who in cast.people.items():
            if " I" in name:
                with suppress(*REFUSED, NoResultFound):
                    service.ask_next(session, person_id=who.id, round_id=round_.id, now=NOW)
        return
    run: Run = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    if steps < FAR.index("published"):
        return
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    offers = session.scalars(sa.select(Offer).where(Offer.round_id == round_.id)).all()
    for number, offer in enumerate(offers):
        more |= {"offer_id": offer.id, "mentorship_id": offer.id, "pair_id": offer.pair_id}
        more |= {"profile_id": offer.img_id, "mentor_profile_id": offer.mentor_id}
        with suppress(*REFUSED):
            _answer(session, offer, _nth(world.said, number), f"{world.words[:500]} {mark}")


def _answer(session: Session, offer: Offer, said: str, words: str) -> None:
    mentor, img = (
        session.get_one(Profile, profile_id).person_id
        for profile_id in (offer.mentor_id, offer.img_id)
    )
    which: dict[str, Any] = {"offer_id": offer.id, "now": NOW}
    if said == "decline":
        service.decline_offer(session, person_id=mentor, reason="no_time", words=words, **which)
    elif said != "nothing":
        service.accept_offer(session, person_id=mentor, **which)
    if said == "both":
        service.confirm_match(session, person_id=img, **which)


def _own(session: Session, section: Section, dana: User) -> frozenset[str]:
    theirs = sa.select(User.email).join(Membership, Membership.person_id == User.id)
    theirs = theirs.where(Membership.section_id == section.id, User.id != dana.id)
    return frozenset(session.scalars(theirs))
