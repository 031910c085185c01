"""The mails of a round. They name the round and its section, and nothing of a profile."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import Letter, stationery
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.mail_models import MailKind
from mentorship.rounds.mail_texts import Writer
from mentorship.rounds.models import Offer, OfferState, Participant, Round
from mentorship.sections.belonging import leaders_of
from mentorship.sections.models import Section


def offers_waiting(
    session: Session,
    round_: Round,
    offers: Iterable[Offer],
    *,
    answer_by: dt.datetime,
    now: dt.datetime,
) -> None:
    """Ask each mentor, once, however many IMGs hope for an answer."""
    asked = Counter(offer.mentor_id for offer in offers)
    one = {offer.mentor_id: offer.id for offer in offers}
    section_name = session.scalars(
        sa.select(Section.name).where(Section.id == round_.section_id)
    ).one()
    mentors = session.execute(
        sa.select(Profile.id, Profile.person_id, User.email, User.name, User.timezone)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(list(asked)))
        .order_by(User.email)
    )
    writer = Writer(session, round_.section_id, MailKind.OFFERS_WAITING)
    tellings = []
    for mentor in mentors:
        count = asked[mentor.id]
        path = f"/offers/{one[mentor.id]}" if count == 1 else "/"
        letter = writer.write(
            path=path,
            name=mentor.name,
            who="An IMG" if count == 1 else f"{count} IMGs",
            asked=(
                "An IMG is paired with you." if count == 1 else f"{count} IMGs are paired with you."
            ),
            round_name=round_.name,
            section_name=section_name,
            answer_by=moment(answer_by, mentor.timezone),
        )
        tellings.append(Telling(mentor.person_id, mentor.email, letter, path))
    tell(session, tellings, kind=NoticeKind.OFFER, now=now)


def round_published(session: Session, round_: Round, *, now: dt.datetime) -> None:
    """Tell the IMGs of a round that it is published; who was found for them, they read later.

    Whoever has a mentor by request knows already.
    """
    section_name = session.scalars(
        sa.select(Section.name).where(Section.id == round_.section_id)
    ).one()
    imgs = session.execute(
        sa.select(User.id, User.email, User.name)
        .join(Profile, Profile.person_id == User.id)
        .join(Participant, Participant.profile_id == Profile.id)
        .where(
            Participant.round_id == round_.id,
            Participant.left_out_at.is_(None),
            Profile.kind == ProfileKind.IMG,
            ~sa.exists().where(
                Offer.round_id == round_.id,
                Offer.img_id == Profile.id,
                Offer.state == OfferState.CONFIRMED,
            ),
        )
        .order_by(User.email)
    )
    writer = Writer(session, round_.section_id, MailKind.ROUND_PUBLISHED)
    tellings = []
    for img in imgs:
        letter = writer.write(
            path="/home/img",
            name=img.name,
            round_name=round_.name,
            section_name=section_name,
        )
        tellings.append(Telling(img.id, img.email, letter, "/home/img"))
    tell(session, tellings, kind=NoticeKind.PUBLICATION, now=now)


def sample_offer(session: Session, round_: Round, *, answer_by: dt.datetime) -> Letter:
    """Return the mail that mentors will get, as it reads for one with a single IMG to answer."""
    writer = Writer(session, round_.section_id, MailKind.OFFERS_WAITING)
    return writer.write(
        path="/offers/…",
        name="[name of the mentor]",
        who="An IMG",
        asked="An IMG is paired with you.",
        round_name=round_.name,
        section_name=round_.section.name,
        answer_by=moment(answer_by, None),
    )


def mentor_accepted(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    path, kind = f"/matches/{offer.id}", NoticeKind.OFFER  # now it is the IMG who is asked
    _tell(session, offer, offer.img_id, "mentor_accepted", path=path, kind=kind, now=now)


def still_looking(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the IMG that they wait on; never who was asked, or why it came to nothing."""
    _tell(session, offer, offer.img_id, "still_looking", path="/", now=now)


def img_confirmed(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    path = f"/offers/{offer.id}"
    _tell(session, offer, offer.mentor_id, "img_confirmed", path=path, now=now)


def img_declined(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    _tell(session, offer, offer.mentor_id, "img_declined", path="/", now=now)


def request_waiting(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Ask a mentor whom an IMG asks directly; the date is in their own time zone."""
    _asked(session, offer, offer.mentor_id, "request_waiting", NoticeKind.OFFER, now)


def request_accepted(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    path = f"/matches/{offer.id}"
    _tell(session, offer, offer.img_id, "request_accepted", path=path, now=now)


def request_passed_on(
    session: Session, offer: Offer, *, next_asked: bool, now: dt.datetime
) -> None:
    """Tell the IMG that a request came to nothing, and what happens next; never why."""
    template = "request_passed_on" if next_asked else "request_list_over"
    path = f"/rounds/{offer.round_id}/request"
    _tell(session, offer, offer.img_id, template, path=path, now=now)


def request_taken_back(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    _tell(session, offer, offer.mentor_id, "request_taken_back", path="/", now=now)


def requests_over(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell both sides of a request that it ended with the enrolment."""
    for profile_id in (offer.img_id, offer.mentor_id):
        _tell(session, offer, profile_id, "requests_over", path="/", now=now)


def time_is_over(
    session: Session, offer: Offer, profile_id: uuid.UUID, path: str, *, now: dt.datetime
) -> None:
    _tell(session, offer, profile_id, "time_is_over", path=path, kind=NoticeKind.EXPIRY, now=now)


def profile_owed(
    session: Session, round_: Round, people: Iterable[User], *, now: dt.datetime
) -> None:
    """Ask people to finish their profile, or to agree to be matched."""
    tellings = []
    for person in people:
        letter = stationery.write(
            "profile_owed",
            path="/",
            name=person.name,
            round_name=round_.name,
            section_name=round_.section.name,
        )
        tellings.append(Telling(person.id, person.email, letter, "/"))
    tell(session, tellings, kind=NoticeKind.REMINDER, now=now)


def img_silent(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the mentor that the IMG they said yes to let the day pass."""
    _tell(session, offer, offer.mentor_id, "img_silent", path="/", now=now)


def answers_expired(
    session: Session, round_: Round, *, mentors: int, imgs: int, now: dt.datetime
) -> None:
    """Tell the leaders of the section how many answers did not come in time."""
    path = f"/sections/{round_.section.slug}/rounds/{round_.id}/answers?show=expired"
    silent = [
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in ((mentors, "mentor"), (imgs, "IMG"))
        if count
    ]
    tellings = []
    for leader in leaders_of(session, round_.section_id):
        letter = stationery.write(
            "answers_expired",
            path=path,
            name=leader.person.name,
            round_name=round_.name,
            section_name=round_.section.name,
            count=str(mentors + imgs),
            said=f"No answer came in time from {' and '.join(silent)}.",
        )
        tellings.append(Telling(leader.person.id, leader.person.email, letter, path))
    tell(session, tellings, kind=NoticeKind.ANSWER, now=now)


def answer_owed(
    session: Session,
    offer: Offer,
    profile_id: uuid.UUID,
    *,
    answer_by: dt.datetime,
    now: dt.datetime,
) -> None:
    """Remind somebody of an answer they owe; the date is in their own time zone."""
    _asked(session, offer, profile_id, "answer_owed", NoticeKind.REMINDER, now, answer_by)


def _asked(  # noqa: PLR0913, PLR0917  who, of what, in which words, until when
    session: Session,
    offer: Offer,
    profile_id: uuid.UUID,
    template: str,
    kind: NoticeKind,
    now: dt.datetime,
    answer_by: dt.datetime | None = None,
) -> None:
    """Ask somebody for an answer, by the clock and the calendar of theirs."""
    until = answer_by or offer.answer_by
    assert until is not None  # noqa: S101  for mypy: a request has one
    path = f"/{'offers' if profile_id == offer.mentor_id else 'matches'}/{offer.id}"
    to = session.execute(
        sa.select(User.id, User.email, User.name, User.timezone)
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id == profile_id)
    ).one()
    letter = stationery.write(
        template,
        path=path,
        name=to.name,
        round_name=offer.round.name,
        section_name=offer.round.section.name,
        answer_by=moment(until, to.timezone),
    )
    tell(session, [Telling(to.id, to.email, letter, path)], kind=kind, now=now)


def _tell(  # noqa: PLR0913  who, of what, in which words, leading where
    session: Session,
    offer: Offer,
    profile_id: uuid.UUID,
    template: str,
    *,
    path: str,
    kind: NoticeKind = NoticeKind.ANSWER,
    now: dt.datetime,
) -> None:
    to, letter = _letter(session, offer, profile_id, template, path)
    tell(session, [Telling(to.id, to.email, letter, path)], kind=kind, now=now)


def _letter(
    session: Session, offer: Offer, profile_id: uuid.UUID, template: str, path: str
) -> tuple[sa.Row[uuid.UUID, str, str], Letter]:
    """Return who gets a letter about an offer, and the letter, in the section's own words."""
    to = session.execute(
        sa.select(User.id, User.email, User.name)
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id == profile_id)
    ).one()
    said = {
        "name": to.name,
        "round_name": offer.round.name,
        "section_name": offer.round.section.name,
    }
    if template in set(MailKind):
        writer = Writer(session, offer.round.section_id, MailKind(template))
        return to, writer.write(path=path, **said)
    return to, stationery.write(template, path=path, **said)


def moment(when: dt.datetime, zone: str | None) -> str:
    """Say a moment as the clock and the calendar of its reader do."""
    local = when.astimezone(ZoneInfo(zone or "UTC"))
    hour = local.hour % 12 or 12
    half = "a.m." if local.hour < 12 else "p.m."
    return (
        f"{local:%A}, {local:%B} {local.day}, {local.year}, {hour}:{local:%M} {half}"
        f" {local.tzname()}"
    )
