"""No administrator sees a sealed answer, unless they say why, and then the person knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.oversight import glass
from mentorship.privacy.models import GlassOpening
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

WHY = "A court asks for it: file 12-34, of today."
SignIn = Callable[[User], PageClient]


@pytest.fixture
def cast(session: Session) -> Cast:
    made = small_cast(session)
    made.img("Sana", visa="e3", gender="woman").phone = "+1 215 555 0100"
    session.flush()
    return made


def test_it_is_opened_for_an_hour_and_the_person_is_told(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    sana, admin = cast.people["Sana"], factories.administrator(session)
    client = sign_in(admin)
    page = client.submit("/admin/sealed", {"email": sana.email.upper(), "reason": WHY})
    text = client.follow(page).text
    for answer in ("E-3", "Woman", "+1 215 555 0100", WHY):
        assert answer.casefold() in text.casefold()
    mail = session.scalars(sa.select(Message).where(Message.recipient == sana.email)).one()
    assert mail.subject == "An administrator opened your sealed answers"
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "glass.break_glass")
    ).one()
    assert (entry.actor_id, entry.about_id) == (admin.id, sana.id)
    assert WHY not in str(entry.detail)
    other = sign_in(factories.administrator(session))
    assert other.client.get(str(page.location)).status_code == 404  # the other did not say why


def test_after_the_hour_it_is_closed(cast: Cast, session: Session) -> None:
    admin, sana = factories.administrator(session), cast.people["Sana"]
    opening = glass.open_glass(session, by=admin.id, person=sana, reason=WHY, now=NOW)
    look = {"by": admin.id, "opening_id": opening.id}
    hour = dt.timedelta(hours=1)
    assert glass.opened(session, **look, now=NOW + hour - dt.timedelta(seconds=1)).answers
    with pytest.raises(NoResultFound):
        glass.opened(session, **look, now=NOW + hour)


@pytest.mark.parametrize(
    "values", [{"reason": "short"}, {"email": "nobody@example.org"}, {"email": ""}]
)
def test_without_a_reason_or_a_person_nothing_is_opened(
    cast: Cast, session: Session, sign_in: SignIn, values: dict[str, str]
) -> None:
    said = {"email": cast.people["Sana"].email, "reason": WHY} | values
    sign_in(factories.administrator(session)).submit("/admin/sealed", said, status=422)
    assert session.scalars(sa.select(GlassOpening)).all() == []


def test_nobody_opens_their_own(session: Session, sign_in: SignIn) -> None:
    admin = factories.administrator(session)
    said = {"email": admin.email, "reason": WHY}
    sign_in(admin).submit("/admin/sealed", said, status=422)
    with pytest.raises(glass.OneOwn):
        glass.open_glass(session, by=admin.id, person=admin, reason=WHY, now=NOW)
