"""The shapes of where an IMG stands: in one round, in all, and what each calls for."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from mentorship.rounds.choices import OVER
from mentorship.rounds.models import RoundState
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.scope import Contact


class Standing(enum.StrEnum):
    """Where an IMG stands in one round."""

    NOT_IN = "not_in"  # the round is open, and this person is not part of it
    TAKES_PART = "takes_part"
    MAY_ASK = "may_ask"  # takes part, and may ask mentors directly
    REQUESTED = "requested"  # a mentor they asked themselves has not answered
    IN_REVIEW = "in_review"
    ASKED = "asked"  # a mentor is being asked
    ANSWER_NEEDED = "answer_needed"  # the mentor said yes; now the IMG
    CONFIRMED = "confirmed"
    ELSEWHERE = "elsewhere"  # a mentor, or an offer, of another round keeps them out of this one
    WITHDREW = "withdrew"  # by their own wish
    WAITING = "waiting"  # no mentor now; keeps the place
    NOT_LOOKING = "not_looking"  # said that no mentor is needed in this round any more
    SILENT = "silent"  # let the day to answer pass, and is not matched again
    LEFT = "left"  # is in the section of the round no more
    NOT_MATCHED = "not_matched"  # the round finished without a mentor
    GIVEN_UP = "given_up"  # the round was given up before anybody was asked
    ENDED = "ended"


# What a person needs to read first.
MATTERS = (
    Standing.ANSWER_NEEDED,
    Standing.ASKED,
    Standing.REQUESTED,
    Standing.CONFIRMED,
    Standing.IN_REVIEW,
    Standing.MAY_ASK,
    Standing.TAKES_PART,
    Standing.WAITING,
    Standing.NOT_IN,
    Standing.NOT_LOOKING,
    Standing.SILENT,
    Standing.WITHDREW,
    Standing.NOT_MATCHED,  # and what else is over: see ``_rank``
    Standing.ELSEWHERE,
    Standing.LEFT,
)
_IN_IT = frozenset(
    {
        *(Standing.TAKES_PART, Standing.MAY_ASK, Standing.REQUESTED, Standing.IN_REVIEW),
        *(Standing.ASKED, Standing.ANSWER_NEEDED, Standing.WAITING, Standing.ELSEWHERE),
    }
)


@dataclass(frozen=True, slots=True)
class ImgMatch:
    """A match as its IMG may know it."""

    offer_id: uuid.UUID
    state: OfferState
    mentor: str
    contact: Contact | None
    since: dt.datetime | None
    answer_by: dt.datetime | None = None  # of one that waits for the IMG


@dataclass(frozen=True, slots=True)
class ImgRound:
    name: str
    section: str
    standing: Standing
    answer_by: dt.datetime | None  # the earliest day of mentors who are asked
    matches: Sequence[ImgMatch]
    round_id: uuid.UUID | None = None  # with the profile's: one's place in it, None without
    profile_id: uuid.UUID | None = None
    state: RoundState | None = None  # of the round
    may_come_back: bool = False  # having withdrawn, while no offer is out
    closes_at: dt.datetime | None = None  # when the enrolment ends by itself, if that is set
    meant: bool = True  # False: its set-up lets in some members only, and not this one
    again: bool = False  # after a mentorship of it: its next match is with them
    counts_waiting: bool = False  # having waited without fault counts in its next match
    second: Standing | None = None  # besides a mentor: how the search for another one stands

    @property
    def open(self) -> bool:
        return self.state is RoundState.OPEN

    @property
    def may_withdraw(self) -> bool:
        """Tell whether there is something to withdraw from, also for who is held elsewhere."""
        in_it = self.standing in _IN_IT or self.second is not None or self.again
        return in_it and self.state not in OVER

    @property
    def to_answer(self) -> ImgMatch | None:
        """Return the match that waits for the IMG; of two, the one to be answered first."""
        if self.standing is not Standing.ANSWER_NEEDED:
            return None
        waiting = [(m.answer_by, m) for m in self.matches if m.state is OfferState.ACCEPTED]
        return min(waiting, key=lambda one: (one[0] is None, one[0]), default=(None, None))[1]


@dataclass(frozen=True, slots=True)
class ImgStatus:
    """All rounds of an IMG, the newest first; empty where the person was never part of one."""

    rounds: Sequence[ImgRound]

    @property
    def current(self) -> ImgRound | None:
        """Return the round that matters most to the person now, the newest of equals."""
        return min(self.rounds, key=_rank, default=None)

    @property
    def open_now(self) -> ImgRound | None:
        """Return the open round of a section of theirs, one that is meant for them if there is."""
        theirs = (r for r in self.rounds if r.open and r.standing is not Standing.LEFT)
        return min(theirs, key=lambda round_: not round_.meant, default=None)

    @property
    def mentors(self) -> Sequence[ImgMatch]:
        return [m for r in self.rounds for m in r.matches if m.state is OfferState.CONFIRMED]


def _rank(round_: ImgRound) -> int:
    """Return how early a person needs to read of a round; of what is over, the newest first."""
    if not round_.meant:
        return MATTERS.index(Standing.LEFT)
    over = round_.standing in {Standing.NOT_MATCHED, Standing.GIVEN_UP, Standing.ENDED} or (
        round_.standing is Standing.WITHDREW and not round_.may_come_back
    )
    return MATTERS.index(Standing.NOT_MATCHED if over else round_.standing)
