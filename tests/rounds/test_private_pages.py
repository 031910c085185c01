"""Groups by visa and gender as leaders read them: shares, means, gaps and visa paths in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds.models import Round, Run
from mentorship.rounds.noise import Person, noisy
from mentorship.rounds.private_pages import (
    FEW_SHARES,
    NOBODY,
    NONE_ELSE,
    AboutLine,
    about_imgs,
    paths_told,
    reading_of,
)
from mentorship.rounds.private_tables import PrivateTables, private_tables, tell, to_tell
from mentorship.vocabulary import LISTS
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.test_private_tables import SCALE, VISAS, Still, crowd, seeded

SignIn = Callable[[User], PageClient]


def test_a_gap_is_hardly_ever_spoken_of_where_groups_fare_alike() -> None:
    spoken, draws = 0, 400
    for seed in range(draws):
        chance = seeded(seed)
        people = [
            (word, 6_000 if chance.random() < 0.7 else None)
            for word in VISAS[:4]
            for _ in range(40)
        ]
        spoken += "clearest gap" in reading_of(lines_of(people, chance))
    assert spoken <= 0.08 * draws


def test_a_wide_gap_between_large_groups_is_spoken_of() -> None:
    spoken, draws = 0, 200
    for seed in range(draws):
        chance = seeded(seed)
        fares = {"f1": 0.9, "h1b": 0.5, "outside_us": 0.85}
        people = [
            (word, 6_000 if chance.random() < p else None)
            for word, p in fares.items()
            for _ in range(80)
        ]
        told = reading_of(lines_of(people, chance))
        spoken += "“h1b”. Chance seldom" in told
    assert spoken >= 0.9 * draws


def test_one_group_alone_has_nobody_to_stand_beside() -> None:
    assert reading_of([AboutLine("F-1", 40, 20)]) == NONE_ELSE
    (empty,) = about_imgs({"groups": {"visa": []}})
    assert (empty.lines, empty.reading) == ([], NOBODY)


def test_a_share_is_within_what_stands_beside_it() -> None:
    told, off, chance = 0, 0, seeded(5)
    for people, share in ((40, 0.5), (60, 0.75), (60, 0.95), (60, 0.3), (100, 0.6), (100, 1)):
        with_one = round(people * share)
        crowd_of = [("f1", 6_000 if number < with_one else None) for number in range(people)]
        for _ in range(300):
            for line in lines_of(crowd_of, chance):
                if line.share_width is not None:
                    told += 1
                    off += abs(line.share - 100 * with_one / people) > line.share_width
    assert told > 1_000
    assert off <= 0.05 * told


def test_a_share_of_few_people_is_not_told_nor_spoken_of() -> None:
    few, more, many = (AboutLine(f"{size}", size, size // 2) for size in (25, 80, 200))
    assert (few.share_width, more.share_width) == (None, 9)
    assert reading_of([AboutLine("all", 20, 20), AboutLine("none", 25, 0)]) == FEW_SHARES
    assert reading_of([more, few]) == FEW_SHARES
    told = reading_of([many, AboutLine("some", 100, 95), AboutLine("all", 20, 20)])
    assert "about 95% (± 8) of “some” have a mentor, about 50% (± 5) of “200”." in told
    assert "all" not in told


def lines_of(people: Sequence[Person], chance: Random) -> Sequence[AboutLine]:
    words = dict.fromkeys(str(word) for word, _ in people)
    rows = to_tell(noisy(people, words, SCALE, chance), SCALE, "groups")
    return [AboutLine(word, imgs, matched) for word, imgs, matched, _ in rows]


def test_shares_means_and_what_they_tell_stand_on_the_page(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    crowd(cast, 30)
    crowd(cast, 30, "Student", visa="f1")
    for number in range(45):
        cast.mentor(f"Guide {number}")
    round_, told = published_still(cast, session)
    page = sign_in(cast.leader).get(
        f"/sections/{cast.section.slug}/rounds/{round_.id}/review/fairness"
    )
    (visa, *_) = about_imgs(told)
    section = page.text.split("Visa and gender")[1]
    assert visa.reading in section
    assert "Share, about" in section
    assert "Average score, about" in section
    assert f"the average is {round((visa.centre or 0) / 100)}." in section
    assert [line.people for line in visa.lines] == [30, 30]
    for line in visa.lines:
        assert line.share_width is None  # of thirty people
        mean = "too few to tell" if line.mean is None else f"{line.mean // 100} ±"
        assert mean in section
    assert any(line.mean is not None for line in visa.lines)
    unmatched = sign_in(cast.leader).get(
        f"/sections/{cast.section.slug}/rounds/{round_.id}/unmatched"
    )
    run = session.scalars(sa.select(Run).where(Run.round_id == round_.id)).one()
    paths = paths_told(told, run)
    assert paths is not None
    assert paths.points == 10  # the weight of visas, 6, of 62 that count for everybody
    for path in paths.lines[:5]:
        assert path.name in unmatched.text
        assert f"about {path.imgs} IMGs look for it" in unmatched.text
        assert f"(up to +{10 * (path.imgs or 0)} for all of them)" in unmatched.text


def published_still(cast: Cast, session: Session) -> tuple[Round, Mapping[str, Any]]:
    """Publish a round, told without noise."""
    round_ = cast.published()
    run = session.scalars(sa.select(Run).where(Run.round_id == round_.id)).one()
    session.execute(sa.delete(PrivateTables))
    tell(session, run, now=NOW, chance=Still())
    session.flush()
    return round_, private_tables(session, run.id) or {}


def test_tables_of_before_means_were_told_keep_what_they_told(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    crowd(cast, 30)
    round_, _ = published_still(cast, session)
    before = {
        "groups": {"visa": [["f1", 40, 30, None], ["h1b", 20, 15, None]], "gender": []},
        "mentors": {"visa": [["lived", 30, 25, None]], "gender": []},
        "need": [["h1b_visa", 60], ["j1_visa", 40]],
    }
    session.execute(sa.update(PrivateTables).values(tables=before))
    at = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    section = sign_in(cast.leader).get(f"{at}/review/fairness").text.split("Visa and gender")[1]
    assert "The average scores were not told when this run was published" in section
    assert "Average score, about" not in section
    assert "75%" not in section  # it may be off by more than 15 points
    unmatched = sign_in(cast.leader).get(f"{at}/unmatched").text
    assert "about 60 IMGs look for it" in unmatched
    assert "of them have nobody" not in unmatched
    session.execute(sa.update(PrivateTables).values(tables={"paths": [["h1b_visa"], []]}))
    assert LISTS["visa_path"]["h1b_visa"].name in sign_in(cast.leader).get(f"{at}/unmatched").text
