"""Reminding whoever owes an answer, so many days before the date as the set-up of a round says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship.extensions import count_each, reading
from mentorship.rounds import letters
from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication, Reminder, Side
from mentorship.rounds.scope import asked_directly, due_by
from mentorship.rounds.setup import SetUp

DAY = dt.timedelta(days=1)
AGAIN = DAY  # nobody is reminded by hand twice within that, nor as set up after they were asked
EARLIEST = dt.timedelta(days=60)  # before the day to answer
Mail = tuple[uuid.UUID, uuid.UUID, dt.datetime]  # of which round, to which profile, until when
WHO_OWES = {OfferState.OFFERED: Side.MENTOR, OfferState.ACCEPTED: Side.IMG}


@dataclass(frozen=True, slots=True)
class _Due:
    offer: Offer
    side: Side
    number: int
    answer_by: dt.datetime

    @property
    def mail(self) -> Mail:
        """Return which mail this is in: one of a round to whoever is to answer until then."""
        who = self.offer.img_id if self.side is Side.IMG else self.offer.mentor_id
        return self.offer.round_id, who, self.answer_by


def remind(*, now: dt.datetime) -> int:
    """Write every reminder that is due, each mail on its own and once however often this runs.

    Whoever owes several answers by the same day gets one mail. Return how many were written.
    """
    with reading() as session:
        mails = _by_mail(_all_due(session, now))

    def write(session: Session, mail: Mail) -> int:
        return _remind(session, _by_mail(_all_due(session, now, mail)).get(mail, ()), now)

    return count_each(mails, write, told_as=lambda mail: f"reminder of round {mail[0]}")


def _by_mail(dues: Iterable[_Due]) -> Mapping[Mail, Sequence[_Due]]:
    mails: dict[Mail, list[_Due]] = {}
    for due in dues:
        mails.setdefault(due.mail, []).append(due)
    return mails


def _all_due(session: Session, now: dt.datetime, mail: Mail | None = None) -> list[_Due]:
    """Return the reminders that are due, all or those to one person of a round as it is now."""
    who = sa.case((Offer.state == OfferState.ACCEPTED, Offer.img_id), else_=Offer.mentor_id)
    those = sa.true() if mail is None else sa.and_(Offer.round_id == mail[0], who == mail[1])
    until = due_by()
    spared = sa.or_(asked_directly(), ~_reminded_lately(now))  # those of requests are days or hours
    out = sa.or_(Round.state.in_(OUT), sa.and_(Round.state == RoundState.OPEN, asked_directly()))
    rows = session.execute(
        sa.select(Offer, until)
        .join(Offer.round)
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .where(out, Offer.state.in_(WHO_OWES), until > now, until <= now + EARLIEST, spared, those)
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.id)
        .execution_options(populate_existing=True)
    ).all()
    sent = set(
        session.execute(
            sa.select(Reminder.offer_id, Reminder.side, Reminder.number).where(
                Reminder.offer_id.in_([offer.id for offer, _ in rows])
            )
        ).all()
    )
    found = []
    for offer, answer_by in rows:
        number = _number(_steps(offer, answer_by), answer_by - now)
        side = WHO_OWES[offer.state]
        if number is not None and (offer.id, side, number) not in sent:
            found.append(_Due(offer, side, number, answer_by))
    return found


def _steps(offer: Offer, answer_by: dt.datetime) -> Mapping[int, dt.timedelta]:
    """Return how long before the day to answer each reminder is due, by its number.

    As set up, so many days, but for those that would have come before whoever owes the answer was
    asked, or within a day of it: they are not sent. Of a request, which the end of enrolment may
    cut short, when half of its time is left, and in its last day, or last quarter if that is less.
    """
    if offer.requested and offer.answer_by is not None:
        half = (offer.answer_by - offer.offered_at) / 2
        return {max(2, -(-half // DAY)): half, 1: min(DAY, half / 2)}
    owed_for = answer_by - _asked_at(offer)
    every = SetUp.from_json(offer.round.rules).reminder_days
    return {days: days * DAY for days in every if days * DAY <= owed_for - AGAIN}


def _asked_at(offer: Offer) -> dt.datetime:
    """Return since when whoever is to answer owes it: an IMG since the yes of the mentor."""
    asked = offer.mentor_answered_at if offer.state is OfferState.ACCEPTED else None
    return asked or offer.offered_at


def _number(steps: Mapping[int, dt.timedelta], left: dt.timedelta) -> int | None:
    """Return which reminder is the latest that is due; None before the first.

    Whoever is found late gets that one only, not all that were missed.
    """
    return min((number for number, before in steps.items() if left <= before), default=None)


def owing(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Return how many mails ``remind_now`` would write."""
    return len(_by_mail(_owed(session, round_id, now)))


def remind_now(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Remind all who owe an answer at once, besides those of the last day; return how many mails.

    It takes the place of the reminder of as many days before the day to answer, if there is one.
    """
    mails = _by_mail(_owed(session, round_id, now))
    return sum(_remind(session, dues, now) for dues in mails.values())


def _owed(session: Session, round_id: uuid.UUID, now: dt.datetime) -> list[_Due]:
    until = due_by()
    rows = session.execute(
        sa.select(Offer, until)
        .join(Offer.round)
        .join(Publication, Publication.round_id == Offer.round_id)
        .where(
            Offer.round_id == round_id,
            Round.state.in_(OUT),
            Offer.state.in_(WHO_OWES),
            until > now,
            ~_reminded_lately(now),
        )
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.id)
    ).all()
    return [
        _Due(offer, WHO_OWES[offer.state], _days_left(answer_by - now), answer_by)
        for offer, answer_by in rows
    ]


def _reminded_lately(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Tell whether whoever is to answer an offer now was reminded of it within a day."""
    owes = sa.case((Offer.state == OfferState.ACCEPTED, Side.IMG), else_=Side.MENTOR)
    return sa.exists().where(
        Reminder.offer_id == Offer.id, Reminder.side == owes, Reminder.sent_at > now - AGAIN
    )


def _days_left(left: dt.timedelta) -> int:
    """Return the whole days that are left, of which the last counts as one."""
    return max(1, min(left // dt.timedelta(days=1), EARLIEST // dt.timedelta(days=1)))


def count_anew(session: Session, *, round_id: uuid.UUID, answer_by: dt.datetime) -> None:
    """Give the reminders of a round other numbers, after the day to answer has moved.

    One that was sent five days before keeps its number if the day is moved nearer. If the day is
    put off by a week it becomes the one of twelve days before, and that of five can be written.
    Where two come to the same number, the later takes the next below that is free: as they had
    numbers of their own before, which never rise above the new ones, there is one.
    """
    offers = sa.select(Offer.id).where(Offer.round_id == round_id)
    sent = session.execute(
        sa.delete(Reminder)
        .where(Reminder.offer_id.in_(offers))
        .returning(Reminder.offer_id, Reminder.side, Reminder.number, Reminder.sent_at)
        .execution_options(synchronize_session="fetch")
    ).all()
    anew: dict[tuple[uuid.UUID, Side, int], dt.datetime] = {}
    for offer_id, side, before, at in sorted(sent, key=lambda row: row.sent_at):
        number = max(before, _days_left(answer_by - at))
        while (offer_id, side, number) in anew:
            number -= 1
        anew[offer_id, side, number] = at
    session.add_all(
        Reminder(offer_id=offer_id, side=side, number=number, sent_at=at)
        for (offer_id, side, number), at in anew.items()
    )
    session.flush()


def count_as_reminder(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Note that a mail just told the day of a request: it stands for a reminder that is due."""
    assert offer.answer_by is not None  # noqa: S101  for mypy: a request has one
    number = _number(_steps(offer, offer.answer_by), offer.answer_by - now)
    if number is not None:
        _note(session, _Due(offer, Side.MENTOR, number, offer.answer_by), now)


def _note(session: Session, due: _Due, now: dt.datetime) -> bool:
    """Keep that a reminder is written; False if it was before."""
    row = Reminder(offer_id=due.offer.id, side=due.side, number=due.number, sent_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process was faster
        return False
    return True


def _remind(session: Session, dues: Sequence[_Due], now: dt.datetime) -> bool:
    """Write one mail about all of these that are not written yet; False if all are."""
    written = [due for due in dues if _note(session, due, now)]
    if not written:
        return False
    _, profile_id, answer_by = written[0].mail
    offers = [due.offer for due in written]
    letters.answers_owed(session, offers, profile_id, answer_by=answer_by, now=now)
    return True
