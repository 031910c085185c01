"""The mails of a round. They name the round and its section, and nothing of a profile."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.hours import clock_word
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import Letter, stationery
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.mail_models import MailKind
from mentorship.rounds.mail_texts import writers
from mentorship.rounds.offer_models import Offer, OfferState

# the home page of a role: "/" leads whoever has several to the first of theirs
HOMES: Mapping[ProfileKind, str] = MappingProxyType(
    {ProfileKind.IMG: "/home/img", ProfileKind.MENTOR: "/home/mentor"}
)


def mentor_accepted(
    session: Session, offer: Offer, *, answer_by: dt.datetime, now: dt.datetime
) -> None:
    """Ask the IMG, now that the mentor has said yes."""
    _asked(session, [offer], offer.img_id, "mentor_accepted", NoticeKind.OFFER, now, answer_by)


def still_looking(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the IMG that they wait on; never who was asked, or why it came to nothing.

    Or, if another mentor of theirs has said yes, that there is no second one.
    """
    template = "no_second" if _has_another(session, offer) else "still_looking"
    _tell(session, offer, offer.img_id, template, now=now)


def mentor_stepped_back(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the IMG that a mentor who had said yes cannot go ahead after all."""
    if _has_another(session, offer):
        still_looking(session, offer, now=now)
        return
    path = f"/matches/{offer.id}"
    _tell(session, offer, offer.img_id, "mentor_stepped_back", path=path, now=now)


def _has_another(session: Session, offer: Offer) -> bool:
    """Tell whether another mentor of the IMG of an offer has said yes."""
    here = sa.and_(Offer.round_id == offer.round_id, Offer.state == OfferState.ACCEPTED)
    yes = sa.or_(Offer.state == OfferState.CONFIRMED, here)
    another = sa.exists().where(Offer.img_id == offer.img_id, Offer.id != offer.id, yes)
    return bool(session.scalar(sa.select(another)))


def img_confirmed(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    path = f"/offers/{offer.id}"
    _tell(session, offer, offer.mentor_id, "img_confirmed", path=path, now=now)


def img_declined(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    _tell(session, offer, offer.mentor_id, "img_declined", now=now)


def no_answer_needed(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell a mentor who has not answered that the IMG stepped back."""
    _tell(session, offer, offer.mentor_id, "no_answer_needed", now=now)


def request_waiting(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Ask a mentor whom an IMG asks directly; the date is in their own time zone."""
    _asked(session, [offer], offer.mentor_id, "request_waiting", NoticeKind.OFFER, now)


def request_sooner(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell a mentor who is asked directly that they have less time than they were told."""
    _asked(session, [offer], offer.mentor_id, "request_sooner", NoticeKind.OFFER, now)


def request_accepted(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    path = f"/matches/{offer.id}"
    _tell(session, offer, offer.img_id, "request_accepted", path=path, now=now)


def request_passed_on(session: Session, offer: Offer, template: str, *, now: dt.datetime) -> None:
    """Tell the IMG that a request came to nothing, and what happens next; never why."""
    over = template == "request_and_place_over"
    path = None if over else f"/rounds/{offer.round_id}/request"
    _tell(session, offer, offer.img_id, template, path=path, now=now)


def request_taken_back(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    _tell(session, offer, offer.mentor_id, "request_taken_back", now=now)


def request_left_out(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell both sides of a request that its IMG is not part of the round any more."""
    path = f"/rounds/{offer.round_id}/request"
    _tell(session, offer, offer.img_id, "request_left_out", path=path, now=now)
    _tell(session, offer, offer.mentor_id, "request_closed", now=now)


def requests_over(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell both sides of a request that it ended with the enrolment."""
    for profile_id in (offer.img_id, offer.mentor_id):
        _tell(session, offer, profile_id, "requests_over", now=now)


def time_is_over(
    session: Session, offer: Offer, profile_id: uuid.UUID, path: str, *, now: dt.datetime
) -> None:
    _tell(session, offer, profile_id, "time_is_over", path=path, kind=NoticeKind.EXPIRY, now=now)


def img_silent(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the mentor that the IMG they said yes to let the day pass."""
    _tell(session, offer, offer.mentor_id, "img_silent", now=now)


def answers_owed(
    session: Session,
    offers: Sequence[Offer],
    profile_id: uuid.UUID,
    *,
    answer_by: dt.datetime,
    now: dt.datetime,
) -> None:
    """Remind somebody of the answers they owe in a round; the date is in their own time zone."""
    template = "answer_owed" if len(offers) == 1 else "answers_owed"
    _asked(session, offers, profile_id, template, NoticeKind.REMINDER, now, answer_by)


def _asked(  # noqa: PLR0913, PLR0917  who, of what, in which words, until when
    session: Session,
    offers: Sequence[Offer],
    profile_id: uuid.UUID,
    template: str,
    kind: NoticeKind,
    now: dt.datetime,
    answer_by: dt.datetime | None = None,
) -> None:
    """Ask somebody for an answer, or several, by the clock and the calendar of theirs."""
    offer, *others = offers
    until = answer_by or offer.answer_by
    assert until is not None  # noqa: S101  for mypy: a request has one
    is_mentor = profile_id == offer.mentor_id
    path = f"/{'offers' if is_mentor else 'matches'}/{offer.id}"
    count = {}
    if others:  # all of them stand on the home page
        path = HOMES[ProfileKind.MENTOR if is_mentor else ProfileKind.IMG]
        count = {"count": str(len(offers))}
    to = session.execute(
        sa.select(User.id, User.email, User.name, User.timezone)
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id == profile_id)
    ).one()
    by = moment(until, to.timezone)
    letter = _written(session, offer, template, path, name=to.name, answer_by=by, **count)
    tell(session, [Telling(to.id, to.email, letter, path)], kind=kind, now=now)


def _tell(  # noqa: PLR0913  who, of what, in which words, leading where
    session: Session,
    offer: Offer,
    profile_id: uuid.UUID,
    template: str,
    *,
    path: str | None = None,
    kind: NoticeKind = NoticeKind.ANSWER,
    now: dt.datetime,
) -> None:
    """Write to one side of an offer; without a ``path`` it leads to the home of their role."""
    side = ProfileKind.MENTOR if profile_id == offer.mentor_id else ProfileKind.IMG
    path = path or HOMES[side]
    to, letter = _letter(session, offer, profile_id, template, path)
    tell(session, [Telling(to.id, to.email, letter, path)], kind=kind, now=now)


def _letter(
    session: Session, offer: Offer, profile_id: uuid.UUID, template: str, path: str
) -> tuple[sa.Row[uuid.UUID, str, str], Letter]:
    """Return who gets a letter about an offer, and the letter."""
    to = session.execute(
        sa.select(User.id, User.email, User.name)
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id == profile_id)
    ).one()
    return to, _written(session, offer, template, path, name=to.name)


def _written(session: Session, offer: Offer, template: str, path: str, **said: str) -> Letter:
    """Return a letter about an offer, in the section's own words where it has some."""
    said |= {"round_name": offer.round.name, "section_name": offer.round.section.name}
    if template in set(MailKind):
        (writer,) = writers(session, offer.round.section_id, MailKind(template))
        return writer.write(path=path, **said)
    return stationery.write(template, path=path, **said)


def moment(when: dt.datetime, zone: str | None) -> str:
    """Say a moment as the clock and the calendar of its reader do."""
    local = when.astimezone(ZoneInfo(zone or "UTC"))
    hour = local.hour % 12 or 12
    half = "a.m." if local.hour < 12 else "p.m."
    return (
        f"{local:%A}, {local:%B} {local.day}, {local.year}, {hour}:{local:%M} {half}"
        f" {clock_word(local)}"
    )
