"""A round as a file: every offer with its answers, and who has no mentor. For spreadsheets."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rosters.escape import guard
from mentorship.rosters.sheets import workbook
from mentorship.rounds.candidates import held_before
from mentorship.rounds.choices import OVER
from mentorship.rounds.declined import Reading
from mentorship.rounds.made_with import runs_out
from mentorship.rounds.models import Pair, Participant, Round, Run
from mentorship.rounds.notes import Noted, notes_of_round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.report_groups import (
    GROUP_COLUMNS,
    WORTH_COLUMNS,
    Served,
    group_rows,
    served,
    worth_rows,
)
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


def report_file(session: Session, round_: Round, reader_id: uuid.UUID) -> bytes:
    """Return the round as CSV in UTF-8 with a mark, quoted, with no cell that would be run."""
    return _csv([COLUMNS, *report_rows(session, round_, reader_id)])


def groups_file(session: Session, round_: Round, _reader_id: uuid.UUID) -> bytes:
    """Return how it served groups, and where one more mentor would help, one below the other."""
    found = served(session, round_.id)
    return _csv(row for sheet in _sheets(found).values() for row in [*sheet, ()])


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guard(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def report_sheet(session: Session, round_: Round, reader_id: uuid.UUID) -> bytes:
    """Return the same as an XLSX file, with sheets for its runs, groups, and one more mentor."""
    return workbook(
        {
            "Round": [COLUMNS, *report_rows(session, round_, reader_id)],
            "Runs": _runs(session, round_),
            **_sheets(served(session, round_.id)),
        }
    )


def _sheets(found: Served | None) -> Mapping[str, Sequence[Sequence[str]]]:
    return {
        "Groups": [GROUP_COLUMNS, *(group_rows(found) if found else ())],
        "One more mentor": [WORTH_COLUMNS, *(worth_rows(found) if found else ())],
    }


def _runs(session: Session, round_: Round) -> Iterator[Sequence[str]]:
    """Yield a row for each thing that decided a run whose offers were made."""
    yield "run", "what", "value"
    for run in runs_out(session, round_.id):
        yield str(run.number), "First offer", run.at.isoformat(timespec="minutes")
        yield str(run.number), "Offers", str(run.offers)
        for name, value in run.record.items():
            yield str(run.number), name, value


def report_rows(session: Session, round_: Round, reader_id: uuid.UUID) -> Iterator[Sequence[str]]:
    """Yield a row an offer, by name, then a row for each IMG who was never offered anybody.

    Whoever had a mentor of another round all along, or had gone before it was run, is not one of
    them: this one looked for none.
    Notes stand with the pair they are about; all others about an IMG in the IMG's first row.
    """
    noted = notes_of_round(session, round_.id)
    yield from _offers(session, round_, noted, Reading.by(session, reader_id))
    offered = sa.exists().where(
        Offer.round_id == round_.id,
        Offer.img_id == Profile.id,
        Offer.state != OfferState.WITHDRAWN,
    )
    left = session.execute(
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
    )
    for img_id, name in left:
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
) -> Iterator[Sequence[str]]:
    img, mentor = aliased(User), aliased(User)
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    rows = session.execute(  # columns, not offers: there are thousands, and one page shows fifty
        sa.select(
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
        )
        .outerjoin(Pair, Pair.id == Offer.pair_id)
        .outerjoin(Run, Run.id == Pair.run_id)
        .join(img_profile, img_profile.id == Offer.img_id)
        .join(img, img.id == img_profile.person_id)
        .join(mentor_profile, mentor_profile.id == Offer.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
        .where(Offer.round_id == round_.id, Offer.state != OfferState.WITHDRAWN)
        .order_by(sa.func.lower(img.name), Offer.img_id, Offer.offered_at, Offer.place)
    ).all()
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
        times = (row.offered_at, row.mentor_answered_at, row.img_answered_at)
        yield (
            row.img,
            row.mentor,
            str(row.place),
            _state(row.state, round_),
            "" if row.open_score is None else f"{row.open_score / 100:.2f}",
            "" if row.run is None else str(row.run),
            *(time.isoformat(timespec="minutes") if time else "" for time in times),
            reading.reason(row) or "",
            "run" if row.answer_by is None else "img",
            "\n".join(lines),
        )
