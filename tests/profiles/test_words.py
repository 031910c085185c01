"""The reference table of words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.matching import Img
from mentorship.profiles import service
from mentorship.profiles.models import Choice, Term
from tests import factories
from tests.factories import NOW


def words(session: Session) -> set[tuple[str, str]]:
    return {(row.list, row.id) for row in session.execute(sa.select(Term.list, Term.id))}


def test_the_table_holds_the_vocabulary_and_a_second_time_changes_nothing(
    session: Session,
) -> None:
    service.sync_terms(session)
    assert words(session) == {(name, word) for name, w in vocabulary.LISTS.items() for word in w}
    assert service.sync_terms(session) == 0


def test_missing_words_come_and_unused_gone_ones_leave(session: Session) -> None:
    session.execute(sa.delete(Term).where(Term.list == "wish"))
    session.add(Term(list="wish", id="a_unicorn"))
    session.flush()
    assert service.sync_terms(session) == len(vocabulary.LISTS["wish"]) + 1
    assert ("wish", "a_unicorn") not in words(session)


def test_a_gone_word_in_use_is_kept_and_named(session: Session) -> None:
    person = factories.person(session)
    service.write_img(session, person_id=person.id, img=Img(key="", topics=("soap",)), now=NOW)
    session.add(Term(list="topic", id="faxing"))
    session.flush()
    session.execute(sa.update(Choice).values(term="faxing"))
    with pytest.raises(service.WordInUse, match="topic: faxing"):
        service.sync_terms(session)
    assert ("topic", "faxing") in words(session)


def test_a_profile_with_a_word_that_left_the_vocabulary_can_still_be_read(
    session: Session,
) -> None:
    person = factories.person(session)
    img = Img(key="", languages=("en",))
    service.write_img(session, person_id=person.id, img=img, now=NOW)
    session.add(Term(list="language", id="klingon"))
    session.flush()
    session.execute(sa.update(Choice).values(term="klingon"))
    assert service.read_img(session, person.id).values.languages == ("klingon",)
