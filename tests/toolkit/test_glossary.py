"""Short words are explained on the page that uses them, and nothing else of it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.toolkit.glossary import MEANINGS, explain, short_words
from tests import factories
from tests.page import PageClient

PAGE = '<nav>x</nav><div class="page-header"><div><h1>H</h1></div></div><p>The {} rules.</p>'


@pytest.mark.parametrize("said", ["USMLE", "H-1B", "IMGs", "PGY-1"])
def test_a_short_word_is_explained_below_the_header(said: str) -> None:
    before, after = PAGE.split("<p>")
    page = explain(PAGE.format(said))
    assert page.startswith(before + "<details")
    assert page.endswith("</details><p>" + after.format(said))


@pytest.mark.parametrize("said", ["MDX", "XH-1B", "usmle", '<a title="USMLE">exam</a>'])
def test_other_words_are_left_alone(said: str) -> None:
    assert explain(PAGE.format(said)) == PAGE.format(said)


def test_meanings_need_no_further_explanation() -> None:
    for word, meaning in MEANINGS.items():
        assert set(short_words(meaning)) <= set(MEANINGS), word
        assert len(meaning) <= 90, word


def test_a_page_tells_what_its_own_short_words_mean(
    loaded: Session, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    page = sign_in(factories.person(session)).get("/toolkit/exams")
    assert "Short words on this page" in page.text
    assert MEANINGS["USMLE"] in page.text
    assert MEANINGS["TN"] not in page.text
