"""A round in rows: every offer with its answers, and who has no mentor."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.candidates import held_before
from mentorship.rounds.choices import OVER
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Pair, Participant, Round, Run
from mentorship.rounds.notes import Noted, notes_of_round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.paging import Listing, Wanted, part
from mentorship.rounds.still_waiting import was_here

COLUMNS = (
    "img",
    "mentor",
    "place",
    "state",
    "score",
    "run",
    "offered",
    "mentor_answered",
    "img_answered",
    "reason",
    "asked_by",
    "notes",
)
NO_OFFER = "no_offer"
CLOSED = "closed"  # a leader finished the round before the answer came, maybe before its day


def report_rows(session: Session, round_: Round, reader_id: uuid.UUID) -> Iterator[Sequence[str]]:
    """Yield a row an offer, by name, then a row for each IMG who was never offered anybody.

    Notes stand with the pair they are about; all others about an IMG in the IMG's first row.
    """
    noted = notes_of_round(session, round_.id)
    yield from _offers(session, round_, noted, Reading.by(session, reader_id))
    yield from _nobody(_never_offered(session, round_), noted)


def report_listing(  # noqa: PLR0913  of which round, for whom, and how much of it
    session: Session,
    round_: Round,
    reader_id: uuid.UUID,
    *,
    wanted: Wanted | None,
    most: int,
    offers: int,
) -> Listing[Sequence[str]]:
    """Return a page of the same rows; all if there are ``most`` at most, or no page is wanted.

    ``offers`` is how many rows of offers there are, as the board has counted them.
    """
    noted, left = notes_of_round(session, round_.id), _never_offered(session, round_)
    found, reading = offers + len(left), Reading.by(session, reader_id)
    if wanted is None or found <= most:
        rows = [*_offers(session, round_, noted, reading), *_nobody(left, noted)]
        return Listing(rows, len(rows), 1, 1)
    here, page, last = part(found, wanted)
    never = left[max(here.start - offers, 0) : max(here.stop - offers, 0)]
    rows = [*_offers(session, round_, noted, reading, here), *_nobody(never, noted)]
    return Listing(rows, found, page, last)


def _never_offered(session: Session, round_: Round) -> Sequence[sa.Row[uuid.UUID, str]]:
    """Return the IMGs who were never offered anybody, by name.

    Whoever had a mentor of another round all along, or had gone before it was run, is not one of
    them: this one looked for none.
    """
    offered = sa.exists().where(
        Offer.round_id == round_.id,
        Offer.img_id == Profile.id,
        Offer.state != OfferState.WITHDRAWN,
    )
    return session.execute(
        sa.select(Profile.id, User.name)
        .join(Profile, Profile.person_id == User.id)
        .join(Participant, Participant.profile_id == Profile.id)
        .join(Round, Round.id == Participant.round_id)
        .where(
            Participant.round_id == round_.id,
            Participant.left_out_at.is_(None),
            was_here(round_.id, Round.section_id),
            Profile.kind == ProfileKind.IMG,
            ~offered,
            ~held_before(round_.id),
        )
        .order_by(sa.func.lower(User.name), Profile.id)
    ).all()


def _nobody(
    imgs: Sequence[sa.Row[uuid.UUID, str]], noted: Mapping[uuid.UUID, Sequence[Noted]]
) -> Iterator[Sequence[str]]:
    for img_id, name in imgs:
        empty = [""] * (len(COLUMNS) - 5)
        yield (name, "", "", NO_OFFER, *empty, _in_words(noted.get(img_id, ()), set()))


def _state(state: OfferState, round_: Round) -> str:
    """Return the state of an offer; what still waited when its round was finished is closed."""
    unanswered = round_.state in OVER and state in {OfferState.OFFERED, OfferState.ACCEPTED}
    return CLOSED if unanswered else state.value


def _in_words(noted: Sequence[Noted], elsewhere: Collection[uuid.UUID | None]) -> str:
    """Say notes about an IMG, but for those about mentors ``elsewhere`` in the report."""
    told = [each for each in noted if each.mentor_id not in elsewhere]
    return "\n".join(
        f"With {each.mentor}: {each.words}" if each.mentor else each.words for each in told
    )


def _offers(
    session: Session,
    round_: Round,
    noted: Mapping[uuid.UUID, Sequence[Noted]],
    reading: Reading,
    here: range | None = None,
) -> Iterator[Sequence[str]]:
    """Yield the rows of all offers, or of those at some places ``here``."""
    rows = session.execute(_rows_of(round_, here)).all()
    offered: dict[uuid.UUID, list[uuid.UUID]] = {}
    for row in rows:
        offered.setdefault(row.img_id, []).append(row.mentor_id)
    told: set[tuple[uuid.UUID, uuid.UUID]] = set()  # pairs whose notes stand above already
    for row in rows:
        about = noted.get(row.img_id, ())
        pair = (row.img_id, row.mentor_id)
        own = [each.words for each in about if each.mentor_id == row.mentor_id]
        lines = [] if pair in told else own
        if offered[row.img_id][0] == row.mentor_id and pair not in told:
            lines = [*lines, *filter(None, [_in_words(about, offered[row.img_id])])]
        told.add(pair)
        if row.here:
            yield _offer_row(row, round_, reading, lines)


def _offer_row(
    row: sa.Row[*tuple[Any, ...]], round_: Round, reading: Reading, notes: Sequence[str]
) -> Sequence[str]:
    times = (row.offered_at, row.mentor_answered_at, row.img_answered_at)
    return (
        row.img,
        row.mentor,
        str(row.place),
        _state(row.state, round_),
        "" if row.open_score is None else f"{row.open_score / 100:.2f}",
        "" if row.run is None else str(row.run),
        *(time.isoformat(timespec="minutes") if time else "" for time in times),
        reading.reason(row) or "",
        "run" if row.answer_by is None else "img",
        "\n".join(notes),
    )


def _rows_of(round_: Round, at: range | None) -> sa.Select[*tuple[Any, ...]]:
    """Select the offers of a round by name; of some places ``at``, all of the IMGs there.

    Where a note stands depends on all offers of its IMG; ``here`` says which are asked for.
    Columns, not offers: there are thousands.
    """
    img, mentor = aliased(User), aliased(User)
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    in_order = (
        sa.select(Offer.id, Offer.img_id)
        .join(img_profile, img_profile.id == Offer.img_id)
        .join(img, img.id == img_profile.person_id)
        .where(Offer.round_id == round_.id, Offer.state != OfferState.WITHDRAWN)
        .order_by(sa.func.lower(img.name), Offer.img_id, Offer.offered_at, Offer.place, Offer.id)
    )
    shown = in_order
    here: sa.ColumnElement[bool] = sa.true()
    if at is not None:
        cut = in_order.offset(at.start).limit(len(at)).cte()
        shown = in_order.where(Offer.img_id.in_(sa.select(cut.c.img_id)))
        here = Offer.id.in_(sa.select(cut.c.id))
    return (
        shown.with_only_columns(
            Offer.img_id,
            Offer.mentor_id,
            Offer.state,
            Offer.place,
            Offer.offered_at,
            Offer.mentor_answered_at,
            Offer.img_answered_at,
            Offer.answer_by,
            Offer.decline_reason,
            img.name.label("img"),
            mentor.name.label("mentor"),
            Pair.open_score,
            Run.number.label("run"),
            here.label("here"),
        )
        .outerjoin(Pair, Pair.id == Offer.pair_id)
        .outerjoin(Run, Run.id == Pair.run_id)
        .join(mentor_profile, mentor_profile.id == Offer.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
    )
