"""From what is told of groups by visa and gender nobody's answer can be read, however one asks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import STATISTICS, withdraw
from mentorship.rounds import service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.noise import EPSILON, Person, Scale, noisy
from mentorship.rounds.private_pages import (
    paths_told,
)
from mentorship.rounds.private_tables import (
    FEWEST_NEW,
    ONCE_IN,
    PrivateTables,
    private_tables,
    tell,
    to_tell,
)
from mentorship.vocabulary import LISTS
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
VISAS = [*LISTS["visa"]]
SCALE = Scale(centre=6_000, span=2_000, spread=1_000)


class Still(Random):
    """Chance that adds nothing, so that a test can say what is counted."""

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        assert (stop, step) == (None, 1)
        return start - 1


def seeded(number: int) -> Random:
    return Random(number)  # noqa: S311  the same draws each time


def crowd(cast: Cast, imgs: int, word: str = "Person", visa: str = "outside_us") -> None:
    for number in range(imgs):
        cast.img(f"{word} {number}", visa=visa)


def told_of(session: Session, round_: Round) -> dict[str, object]:
    run = session.scalars(
        sa.select(Run).where(Run.round_id == round_.id).order_by(Run.number.desc()).limit(1)
    ).one()
    return dict(private_tables(session, run.id) or {})


def test_nothing_is_told_of_a_run_that_did_not_go_out(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    crowd(cast, 24)
    round_, run = cast.reviewed()
    assert private_tables(session, run.id) is None
    assert paths_told(None, run) is None
    at = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{at}/review/fairness")
    assert "told when a run is published" in page.text
    assert "Visa situation" not in page.text
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    page = sign_in(cast.leader).get(f"{at}/review/fairness")
    assert "Visa situation" in page.text
    assert "By visa path lived" in sign_in(cast.leader).get(f"{at}/unmatched").text


def test_few_people_are_not_told_of_and_wait_for_a_later_round(
    cast: Cast, session: Session
) -> None:
    crowd(cast, FEWEST_NEW - 4)  # three of the cast besides
    assert told_of(session, cast.published("Autumn")) == {}


def test_whoever_did_not_agree_is_not_counted(cast: Cast, session: Session) -> None:
    crowd(cast, 40)
    for number in range(40):
        withdraw(session, cast.people[f"Person {number}"].id, STATISTICS, NOW)
    assert told_of(session, cast.published()) == {}


def test_nobody_is_counted_twice_within_a_year(cast: Cast, session: Session) -> None:
    crowd(cast, 30)
    first = cast.published("Autumn")
    assert "groups" in told_of(session, first)
    service.finish_round(session, round_id=first.id, now=NOW)
    crowd(cast, 25, "Newcomer", visa="f1")
    _, run = cast.reviewed("Spring")
    session.execute(sa.delete(PrivateTables).where(PrivateTables.run_id == run.id))
    tell(session, run, now=NOW, chance=Still())
    session.flush()
    kept = private_tables(session, run.id)
    assert kept is not None
    assert [row[:2] for row in kept["groups"]["visa"]] == [["f1", 25]]  # not the thirty of before
    session.execute(sa.delete(PrivateTables).where(PrivateTables.run_id == run.id))
    tell(session, run, now=NOW + ONCE_IN, chance=Still())
    session.flush()
    kept = private_tables(session, run.id)
    assert kept is not None
    assert {row[0]: row[1] for row in kept["groups"]["visa"]} == {"outside_us": 30, "f1": 25}


def test_one_mentor_left_out_changes_nothing_of_the_visa_paths(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """The way in which one mentor's paths could be read before: run, leave them out, run again."""
    for number in range(6):
        cast.mentor(f"Lived {number}", visas=("j1_visa", "eb2_niw"), topics=("visa_choice",))
    crowd(cast, 8, visa="j1_physician")
    round_, first = cast.reviewed()
    service.leave_out(session, round_id=round_.id, profile_ids=[cast.profile("Lived 0")], now=NOW)
    second = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    pages = [
        sign_in(cast.leader).get(
            f"/sections/{cast.section.slug}/rounds/{round_.id}/unmatched?run={run.number}"
        )
        for run in (first, second)
    ]
    told = [page.text.split("By visa path lived")[1].split("Where")[0] for page in pages]
    assert told[0] == told[1]
    names = [term.name for term in LISTS["visa_path"].values()]
    assert not [name for name in names for page in pages if name in page.text]


@pytest.mark.parametrize("others", [5, 25, 100])
def test_who_knows_all_other_answers_does_not_know_the_last(others: int) -> None:
    """Also by what is left out: the table of many and one, whose group only chance decides.

    That one's score is known, and as far from all others as can be: the mean must not tell either.
    """
    views: dict[str, Counter[str]] = {"f1": Counter(), "h1b": Counter()}
    for said, found in views.items():
        for seed in range(4_000):
            people: list[Person] = [*[("f1", 6_000)] * others, (said, 10_000)]
            rows = to_tell(noisy(people, ("f1", "h1b"), SCALE, seeded(seed)), SCALE, "groups")
            found[str([seen(row) for row in rows])] += 1
    told = {view for found in views.values() for view, count in found.items() if count >= 40}
    assert told
    # no answer, and no silence, is there for one of the two only; each is nearly as likely for both
    for view in told:
        one, other = views["f1"][view], views["h1b"][view]
        assert math.exp(-EPSILON) * 0.6 < one / max(other, 1) < math.exp(EPSILON) / 0.6


def seen(row: Sequence[object]) -> tuple[object, ...]:
    """Return what stands in a row, its numbers in tens and its mean in fives."""
    word, imgs, matched, mean = row
    assert isinstance(imgs, int)
    assert isinstance(matched, int)
    shown = round(mean[0] / 500) if isinstance(mean, list) else None
    return word, imgs // 10, matched // 10, shown


def test_four_runs_set_against_each_other_read_nobody() -> None:
    """All, without A, without B, without both and one more: the sum of exact tables is their visa.

    With exact counts the reading is right in every draw. With what is told, even if all four were
    told of the same people anew, it is hardly better than guessing; and they are not.
    """
    right, drawn = {"exact": 0, "told": 0}, 60
    for seed in range(drawn):
        chance = seeded(seed)
        people = [chance.choice(VISAS) for _ in range(900)]
        order = chance.sample(range(900), 900)
        one, a, b = order[0], {*order[1:221]}, {*order[221:621]}
        sets = [set(), a, b, {*a, *b, one}]
        for how, count in (("exact", None), ("told", chance)):
            figures = [
                _figures([people[n] for n in range(900) if n not in out], count) for out in sets
            ]
            all_, without_a, without_b, without_both = figures
            read = {v: all_[v] - without_a[v] - without_b[v] + without_both[v] for v in VISAS}
            marked = [v for v, value in read.items() if value]
            right[how] += marked == [people[one]]
    assert right["exact"] == drawn
    assert right["told"] == 0


def _figures(people: Sequence[str], chance: Random | None) -> dict[str, int]:
    if chance is None:
        found = Counter(people)
        return {visa: found[visa] for visa in VISAS}
    rows = to_tell(noisy([(visa, 6_000) for visa in people], VISAS, SCALE, chance), SCALE, "groups")
    return dict.fromkeys(VISAS, 0) | {row[0]: row[1] for row in rows}


def test_the_same_people_are_told_of_once_whatever_is_asked(cast: Cast, session: Session) -> None:
    """Of runs of the same people, published one after another, the first is told and no other."""
    crowd(cast, 60)
    told = []
    for name in ("One", "Two", "Three", "Four"):
        round_ = cast.published(name)
        told.append("groups" in told_of(session, round_))
        service.finish_round(session, round_id=round_.id, now=NOW)
    assert told == [True, False, False, False]
