"""Who of a run can no longer take part as they did, so that the run cannot be published."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.agreed import Agreed
from mentorship.rounds.candidates import Candidate, held, obstacle
from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.parting import avoids
from mentorship.rounds.rest import for_publishing
from mentorship.rounds.steps import current_run_id


@dataclass(frozen=True, slots=True)
class OutOfDate:
    """A person of a run who has changed since: ``seats`` are free, ``needed`` were used.

    ``by_request``: the pair they agreed on by request has ended, or was agreed after the run.
    ``unwanted``: of their pair one has come not to want the other.
    """

    person: Candidate
    seats: int
    needed: int
    by_request: bool = False
    unwanted: bool = False


_MINE = aliased(Round)  # whose run may be out of date
_NEW, _OWN, _OTHER = aliased(Pair), aliased(Pair), aliased(Pair)


def pairs_now(session: Session, run_id: uuid.UUID) -> Sequence[sa.Row[uuid.UUID, uuid.UUID, bool]]:
    """Return the pairs of a run, each with ``unwanted``: whether one now avoids the other."""
    query = sa.select(Pair.img_id, Pair.mentor_id, _unwanted(Pair).label("unwanted"))
    return session.execute(query.where(Pair.run_id == run_id)).all()


def out_of_date(
    people: Sequence[Candidate],
    pairs: Sequence[sa.Row[uuid.UUID, uuid.UUID, bool]],
    agreed: Agreed,
) -> list[OutOfDate]:
    """Return who of the pairs cannot take part any more, or has fewer seats than the run used.

    And who does not want, or is not wanted by, the other of their pair. Pairs that agreed by
    request stand whatever becomes of the two in the round. ``pairs`` are those of ``pairs_now``.
    """
    made = {(pair.img_id, pair.mentor_id) for pair in pairs}
    new = made - agreed.standing.keys()
    needed = Counter(mentor for _, mentor in made | agreed.standing.keys())
    offered = {key for pair in new for key in pair}
    apart = {(pair.img_id, pair.mentor_id) for pair in pairs if pair.unwanted} & new
    unwanted = {key for pair in apart for key in pair}
    other = {img for img, _ in made & set(agreed.fallen)}
    other |= {img for img, _ in agreed.standing.keys() - made} & offered
    changed = []
    for person in people:
        key = person.profile_id
        used = needed[key]
        if key in other:
            changed.append(OutOfDate(person, person.seats, used, by_request=True))
        elif key in offered and (not person.takes_part or person.seats < used):
            changed.append(OutOfDate(person, person.seats, used))
        elif key in unwanted:
            changed.append(OutOfDate(person, person.seats, used, unwanted=True))
    return changed


def changed_since(
    session: Session, round_: Round, run_id: uuid.UUID, *, now: dt.datetime
) -> Sequence[OutOfDate]:
    """Return who stands in the way of publishing a run, as people are now.

    Mostly that is nobody, and before anything is published one query tells that.
    """
    if round_.state not in OUT and not _is_out_of_date(session, run_id, now):
        return ()
    return changed_among(session, run_id, *for_publishing(session, round_, now=now, run_id=run_id))


def changed_among(
    session: Session, run_id: uuid.UUID, people: Sequence[Candidate], agreed: Agreed
) -> Sequence[OutOfDate]:
    """Return the same of people who are known already, see ``for_publishing``."""
    return out_of_date(people, pairs_now(session, run_id), agreed)


def rounds_out_of_date(
    session: Session, section_ids: Collection[uuid.UUID], *, now: dt.datetime
) -> Collection[uuid.UUID]:
    """Return the rounds in review of some sections whose run that counts is out of date.

    In one query, however many rounds there are.
    """
    query = _those_out_of_date(now).where(
        _MINE.section_id.in_(section_ids),
        _MINE.state == RoundState.REVIEW,
        Run.id == current_run_id(_MINE.id),
    )
    return set(session.scalars(query))


def _is_out_of_date(session: Session, run_id: uuid.UUID, now: dt.datetime) -> bool:
    query = _those_out_of_date(now).where(Run.id == run_id)
    return session.scalar(query) is not None


def _those_out_of_date(now: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select the rounds of runs that are out of date: the conditions are those of ``out_of_date``.

    Of rounds of which nothing is published yet.
    """
    changed = sa.or_(_fell_since(), _agreed_since(), _cannot_any_more(now), _parted())
    return sa.select(_MINE.id).join(Run, Run.round_id == _MINE.id).where(changed)


def _unwanted(pair: type[Pair]) -> sa.ColumnElement[bool]:
    """Say of a pair that one names the other as somebody to avoid."""
    img, mentor = pair.img_id, pair.mentor_id
    return sa.or_(avoids(img, mentor), avoids(mentor, img))


def _parted() -> sa.Exists:
    """Say that of a new pair one has come not to want the other."""
    return sa.exists().where(_new(_NEW), _unwanted(_NEW)).correlate_except(_NEW)


def _asked(*, confirmed: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Say of an offer that it is a request of the round which stands; or which came to nothing."""
    settled = Offer.state.not_in((OfferState.WITHDRAWN, OfferState.OFFERED, OfferState.CONFIRMED))
    state = Offer.state == OfferState.CONFIRMED if confirmed else settled
    return Offer.round_id == _MINE.id, Offer.answer_by.is_not(None), state


def _same(pair: type[Pair]) -> sa.ColumnElement[bool]:
    return sa.and_(Offer.img_id == pair.img_id, Offer.mentor_id == pair.mentor_id)


def _fell_since() -> sa.Exists:
    """Say that a pair of the run came to nothing by request."""
    made = sa.and_(Pair.run_id == Run.id, _same(Pair))
    return sa.exists().where(*_asked(confirmed=False), made).correlate_except(Offer, Pair)


def _new(pair: type[Pair]) -> sa.ColumnElement[bool]:
    """Say of a pair that it is of the run, and nobody has agreed on it by request."""
    stands = sa.exists().where(*_asked(confirmed=True), _same(pair)).correlate_except(Offer)
    return sa.and_(pair.run_id == Run.id, ~stands)


def _agreed_since() -> sa.Exists:
    """Say that an IMG to whom the run gives somebody has agreed with somebody else."""
    made = sa.exists().where(_OTHER.run_id == Run.id, _same(_OTHER)).correlate_except(_OTHER)
    given = sa.and_(_NEW.img_id == Offer.img_id, _new(_NEW))
    return sa.exists().where(*_asked(confirmed=True), ~made, given).correlate_except(Offer, _NEW)


def _cannot_any_more(now: dt.datetime) -> sa.Exists:
    """Say that somebody of a new pair takes part no more, or has fewer seats than are used."""
    count = sa.select(sa.func.count())
    used = count.where(_OWN.run_id == Run.id, _OWN.mentor_id == Profile.id).correlate_except(_OWN)
    made = sa.exists().where(_OTHER.run_id == Run.id, _same(_OTHER)).correlate_except(_OTHER)
    besides = count.where(
        *_asked(confirmed=True), Offer.mentor_id == Profile.id, ~made
    ).correlate_except(Offer)
    free = Profile.seats - held(elsewhere_than=_MINE.id)
    needed = used.scalar_subquery() + besides.scalar_subquery()
    return (
        sa.select(_NEW.id)
        .join(Profile, sa.or_(Profile.id == _NEW.img_id, Profile.id == _NEW.mentor_id))
        .outerjoin(
            Participant,
            sa.and_(Participant.profile_id == Profile.id, Participant.round_id == _MINE.id),
        )
        .where(
            _new(_NEW),
            sa.or_(
                Participant.round_id.is_(None),
                Participant.left_out_at.is_not(None),
                obstacle(_MINE.id, _MINE.section_id, now=now).is_not(None),
                sa.and_(Profile.kind == ProfileKind.MENTOR, free < needed),
            ),
        )
        .correlate_except(_NEW, Profile, Participant)
        .exists()
    )
