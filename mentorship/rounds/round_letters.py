"""The mails of a round to many at once. They name round and section, and nothing of a profile."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import Letter, stationery
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.candidates import held_before
from mentorship.rounds.letters import HOMES, moment
from mentorship.rounds.mail_models import MailKind
from mentorship.rounds.mail_texts import writers
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.still_waiting import still_here, without_mentor
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
    (writer,) = writers(session, round_.section_id, MailKind.OFFERS_WAITING)
    tellings = []
    for mentor in mentors:
        count = asked[mentor.id]
        path = f"/offers/{one[mentor.id]}" if count == 1 else HOMES[ProfileKind.MENTOR]
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

    Whoever has a mentor by request knows already, and whoever has one of another round, or is asked
    about one, was not looked for.
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
            still_here(round_.section_id),
            Profile.kind == ProfileKind.IMG,
            ~sa.exists().where(
                Offer.round_id == round_.id,
                Offer.img_id == Profile.id,
                Offer.state == OfferState.CONFIRMED,
            ),
            ~held_before(round_.id),
        )
        .order_by(User.email)
    )
    (writer,) = writers(session, round_.section_id, MailKind.ROUND_PUBLISHED)
    tellings = []
    for img in imgs:
        letter = writer.write(
            path=HOMES[ProfileKind.IMG],
            name=img.name,
            round_name=round_.name,
            section_name=section_name,
        )
        tellings.append(Telling(img.id, img.email, letter, HOMES[ProfileKind.IMG]))
    tell(session, tellings, kind=NoticeKind.PUBLICATION, now=now)


def round_finished(session: Session, round_: Round, *, now: dt.datetime) -> None:
    """Tell mentors whose offer still waited, each once, and IMGs without a mentor, that it is over.

    The IMGs read the same whether somebody was asked for them or nobody: they know no more of it.
    """
    waiting = (
        Offer.round_id == round_.id,
        Offer.state.in_((OfferState.OFFERED, OfferState.ACCEPTED)),
    )
    offers = session.execute(sa.select(Offer.id, Offer.mentor_id).where(*waiting)).all()
    of_mentor = {offer.mentor_id: offer.id for offer in offers}
    several = {key for key, count in Counter(row.mentor_id for row in offers).items() if count > 1}
    without = without_mentor(round_.id, finished=False).with_only_columns(Profile.id)
    asked = sa.select(Offer.img_id).where(*waiting)
    section_name = session.scalars(
        sa.select(Section.name).where(Section.id == round_.section_id)
    ).one()
    people = session.execute(
        sa.select(Profile.id, Profile.kind, Profile.person_id, User.email, User.name)
        .join(User, User.id == Profile.person_id)
        .where(
            sa.or_(Profile.id.in_(list(of_mentor)), Profile.id.in_(without), Profile.id.in_(asked)),
            still_here(round_.section_id),
        )
        .order_by(User.email, Profile.kind)
    )
    tellings = []
    for each in people:
        mail, path = "finished_without_mentor", HOMES[ProfileKind.IMG]
        if each.kind is ProfileKind.MENTOR:
            mail = "finished_without_answer"
            path = (
                HOMES[ProfileKind.MENTOR] if each.id in several else f"/offers/{of_mentor[each.id]}"
            )
        letter = stationery.write(
            mail, path=path, name=each.name, round_name=round_.name, section_name=section_name
        )
        tellings.append(Telling(each.person_id, each.email, letter, path))
    tell(session, tellings, kind=NoticeKind.ANSWER, now=now)


def round_given_up(session: Session, round_: Round, *, now: dt.datetime) -> None:
    """Tell whoever takes part in a round, once in each role, that it comes to nothing."""
    section_name = session.scalars(
        sa.select(Section.name).where(Section.id == round_.section_id)
    ).one()
    people = session.execute(
        sa.select(Profile.kind, Profile.person_id, User.email, User.name)
        .join(User, User.id == Profile.person_id)
        .join(Participant, Participant.profile_id == Profile.id)
        .where(
            Participant.round_id == round_.id,
            Participant.left_out_at.is_(None),
            still_here(round_.section_id),
        )
        .order_by(User.email, Profile.kind)
    )
    tellings = []
    for each in people:
        path = HOMES[each.kind]
        letter = stationery.write(
            "round_given_up",
            path=path,
            name=each.name,
            round_name=round_.name,
            section_name=section_name,
        )
        tellings.append(Telling(each.person_id, each.email, letter, path))
    tell(session, tellings, kind=NoticeKind.ANSWER, now=now)


def samples(session: Session, round_: Round, *, answer_by: dt.datetime) -> tuple[Letter, Letter]:
    """Return the mail that mentors will get, and the one that IMGs get who want it by mail.

    The first reads as for a mentor with a single IMG to answer.
    """
    kinds = MailKind.OFFERS_WAITING, MailKind.ROUND_PUBLISHED
    to_mentors, to_imgs = writers(session, round_.section_id, *kinds)
    offer = to_mentors.write(
        path="/offers/…",
        name="[name of the mentor]",
        who="An IMG",
        asked="An IMG is paired with you.",
        round_name=round_.name,
        section_name=round_.section.name,
        answer_by=moment(answer_by, None),
    )
    publication = to_imgs.write(
        path=HOMES[ProfileKind.IMG],
        name="[name of the IMG]",
        round_name=round_.name,
        section_name=round_.section.name,
    )
    return offer, publication


def profile_owed(
    session: Session, round_: Round, people: Iterable[tuple[User, ProfileKind]], *, now: dt.datetime
) -> None:
    """Ask people to finish their profile of a kind, or to agree to be matched."""
    tellings = []
    for person, kind in people:
        letter = stationery.write(
            "profile_owed",
            path=HOMES[kind],
            name=person.name,
            round_name=round_.name,
            section_name=round_.section.name,
        )
        tellings.append(Telling(person.id, person.email, letter, HOMES[kind]))
    tell(session, tellings, kind=NoticeKind.REMINDER, now=now)


def answers_expired(
    session: Session, round_: Round, *, mentors: int, imgs: int, now: dt.datetime
) -> None:
    """Tell the leaders of the section how many answers did not come in time."""
    silent = [
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in ((mentors, "mentor"), (imgs, "IMG"))
        if count
    ]
    _tell_leaders(
        session,
        round_,
        "answers_expired",
        "answers?show=expired",
        now,
        count=str(mentors + imgs),
        said=f"No answer came in time from {' and '.join(silent)}.",
    )


def publication_held_up(session: Session, round_: Round, *, run: int, now: dt.datetime) -> None:
    """Tell the leaders of the section that a planned run did not go out."""
    _tell_leaders(session, round_, "publication_held_up", "publish", now, run=str(run))


def _tell_leaders(
    session: Session, round_: Round, mail: str, page: str, now: dt.datetime, **said: str
) -> None:
    path = f"/sections/{round_.section.slug}/rounds/{round_.id}/{page}"
    tellings = []
    for leader in leaders_of(session, round_.section_id):
        letter = stationery.write(
            mail,
            path=path,
            name=leader.person.name,
            round_name=round_.name,
            section_name=round_.section.name,
            **said,
        )
        tellings.append(Telling(leader.person.id, leader.person.email, letter, path))
    tell(session, tellings, kind=NoticeKind.ANSWER, now=now)
