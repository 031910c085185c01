"""When one more would be too many: nothing is lost, and the page says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give
from mentorship.finding import service
from mentorship.profiles.service import read_img, read_mentor
from mentorship.sections.models import Browsing
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import alter
from tests.rounds.cast import Cast, small_cast

SignIn = Callable[[User], PageClient]


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast(session: Session) -> Cast:
    cast = small_cast(session)
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    return cast


def test_a_mentor_who_marks_one_too_many_reads_to_unmark_one(sign_in: SignIn, cast: Cast) -> None:
    marked = [str(cast.img(f"Img {number}").id) for number in range(service.MOST_WELCOMES)]
    alter(cast, "Noor Haddad", welcomes=tuple(marked))
    noor, where = sign_in(cast.people["Noor Haddad"]), f"/find/imgs/{cast.profile('Ana Silva')}"
    answer = noor.submit(where, action=f"{where}/welcome")
    assert "you have marked 20 IMGs, the most there can be" in noor.follow(answer).text
    kept = read_mentor(cast.session, cast.people["Noor Haddad"].id).values.welcomes
    assert sorted(kept) == sorted(marked)


@pytest.mark.parametrize(
    ("who", "whom", "kind", "undo"),
    [
        ("Ana Silva", "Noor Haddad", "mentors", "in your profile, under “Mentors by name”"),
        ("Noor Haddad", "Ana Silva", "imgs", "under “Whom I leave out”"),
    ],
)
def test_who_leaves_out_one_too_many_reads_where_to_take_one_out(  # noqa: PLR0917  of each role
    sign_in: SignIn, cast: Cast, who: str, whom: str, kind: str, undo: str
) -> None:
    avoided = tuple(f"somebody{number}@away.example" for number in range(service.MOST_AVOIDED))
    alter(cast, who, **{"avoid" if kind == "mentors" else "exclude": avoided})
    reader = sign_in(cast.people[who])
    answer = reader.submit(f"/find/{kind}/{cast.profile(whom)}/avoid")
    said = reader.follow(answer).text
    assert "This is not saved: you leave out 60 people, the most there can be." in said
    assert f"Take one out first, {undo}." in said
    me = cast.people[who].id
    if kind == "mentors":
        kept = read_img(cast.session, me).values.avoid
    else:
        kept = read_mentor(cast.session, me).values.exclude
    assert sorted(kept) == sorted(avoided)
