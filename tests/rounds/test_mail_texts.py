"""Leaders write the mails of their rounds; nothing of a profile can get into one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice, NoticeKind
from mentorship.notices.models import Message
from mentorship.rounds import mail_texts, service
from mentorship.rounds.mail_models import MailKind, MailText
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
OURS = {
    "subject": "Hello {name}, {who}",
    "body": "{round} in {section}.\n\n{link}\n\nBy {answer_by}",
}


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.usefixtures("session")  # letters know whose they are
def test_the_usual_text_can_be_kept_as_it_is(kind: MailKind) -> None:
    usual = mail_texts.usual(kind)
    mail_texts.check(kind, usual.subject, usual.body)
    assert "{link}" in usual.body
    assert "localhost" not in usual.body


def test_a_leaders_words_reach_mentors_and_can_be_taken_back(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    mails = f"/sections/{cast.section.slug}/rounds/mails"
    leader = sign_in(cast.leader)
    here = f"{mails}/offers_waiting"
    leader.submit(here, OURS, action=here)
    assert "Your own" in leader.get(mails).text
    cast.people["Noor Haddad"].name = "Noor {answer_by}\nHaddad"
    session.execute(sa.delete(Message))
    cast.published()
    to_noor = Message.recipient == cast.people["Noor Haddad"].email
    mail = session.scalars(sa.select(Message).where(to_noor)).one()
    assert mail.subject == "Hello Noor {answer_by} Haddad, An IMG"
    assert mail.body.startswith(f"Spring in {cast.section.name}.")
    assert "/offers/" in mail.body
    leader.submit(here, action=f"{here}/usual")
    assert session.scalars(sa.select(MailText)).all() == []


def test_the_img_reads_a_leaders_words_too(cast: Cast, session: Session) -> None:
    mail_texts.keep_text(
        session,
        section_id=cast.section.id,
        kind=MailKind.MENTOR_ACCEPTED,
        subject="A yes for {name}",
        body="{link}",
        by=cast.leader.id,
        now=NOW,
    )
    cast.published()
    offer = cast.offer("Ana Silva", "Noor Haddad")
    noor = cast.people["Noor Haddad"].id
    service.accept_offer(session, person_id=noor, offer_id=offer.id, now=NOW)
    mine = Notice.person_id == cast.people["Ana Silva"].id, Notice.kind == NoticeKind.OFFER
    assert session.scalars(sa.select(Notice.words).where(*mine)).all() == ["A yes for Ana Silva"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{visa} {link}", "There is no {visa}"),
        ("{name.__class__} {link}", "There is no {name.__class__}"),
        ("Dear { name } {link}", "There is no { name }"),
        ("nothing", "Put {link} where"),
        ("", "Enter a text"),
    ],
)
def test_what_cannot_be_filled_in_is_said(
    cast: Cast, session: Session, sign_in: SignIn, body: str, told: str
) -> None:
    here = f"/sections/{cast.section.slug}/rounds/mails/mentor_accepted"
    page = sign_in(cast.leader).submit(
        here, {"subject": "S", "body": body}, action=here, status=422
    )
    assert told in page.text
    assert session.scalars(sa.select(MailText)).all() == []


def test_a_preview_has_a_real_pair_and_keeps_nothing(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    cast.reviewed()
    here = f"/sections/{cast.section.slug}/rounds/mails/offers_waiting"
    page = sign_in(cast.leader).post(here, OURS | {"look": "y"}, status=200).text
    assert any(f"Hello {name}, An IMG" in page for name in ("Noor Haddad", "Omar Aziz"))
    assert session.scalars(sa.select(MailText)).all() == []


def test_a_subject_of_long_names_is_cut_for_mail_and_notice_alike(
    cast: Cast, session: Session
) -> None:
    """PostgreSQL refuses longer words: a mentor's yes was lost with them."""
    mail_texts.keep_text(
        session,
        section_id=cast.section.id,
        kind=MailKind.MENTOR_ACCEPTED,
        subject="{name}: " + "a mentor said yes to you. " * 3 + "{round} of {section}",
        body="{link}",
        by=cast.leader.id,
        now=NOW,
    )
    cast.section.name, cast.people["Ana Silva"].name = "S" * 120, "A" * 120
    cast.published("R" * 120)
    session.execute(sa.delete(Notice))
    session.execute(sa.delete(Message))
    offer, noor = cast.offer("Ana Silva"), cast.people["Noor Haddad"].id
    service.accept_offer(session, person_id=noor, offer_id=offer.id, now=NOW)
    (notice,) = session.scalars(sa.select(Notice.words)).all()
    (mail,) = session.scalars(sa.select(Message.subject)).all()
    assert notice == mail
    assert notice.startswith("A" * 120)
    assert len(notice) == 200
