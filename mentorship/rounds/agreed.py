"""Pairs that agreed by request while their round was open: a run keeps them as locked pairs.

A pair whose request came to nothing, or whose mentorship has ended since, is not made by a run:
of the two who were asked one said no, or let the days pass.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import ProfileKind
from mentorship.rounds.candidates import Candidate, Obstacle
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_rules import RunRules

Key = tuple[uuid.UUID, uuid.UUID]  # profile ids of an IMG and a mentor


@dataclass(frozen=True, slots=True)
class Agreed:
    """What has come of a round's requests: pairs that stand, by their offer, and pairs that fell.

    A request that was taken back, or ended with the enrolment, is in neither.
    """

    standing: Mapping[Key, uuid.UUID] = field(default_factory=dict)
    fallen: Collection[Key] = ()

    @property
    def held(self) -> Counter[uuid.UUID]:
        """Count the standing pairs of each profile."""
        return Counter(key for pair in self.standing for key in pair)

    def besides_run(self, pairs: Iterable[Pair]) -> Counter[uuid.UUID]:
        """Count the standing pairs of each mentor that a run has left out, by its own pairs."""
        in_run = {(pair.img_id, pair.mentor_id) for pair in pairs}
        return Counter(mentor for _, mentor in self.standing.keys() - in_run)

    def applied(self, rules: RunRules) -> RunRules:
        """Return the rules with standing pairs locked, and fallen ones forbidden."""
        locked, fallen = _plain(self.standing), _plain(self.fallen)
        return dataclasses.replace(
            rules,
            locked=(rules.locked - fallen) | locked,
            waiting=rules.waiting - fallen - locked,
            banned=(rules.banned - locked) | fallen,
        )

    def besides(
        self, people: Sequence[Candidate], at_odds: Collection[Key] = ()
    ) -> Sequence[Candidate]:
        """Return the people as a run may use them, when not both of a standing pair can be in it.

        Then the IMG has a mentor and is not matched, and the mentor has a seat less; likewise for
        pairs ``at_odds`` with a rule by now. Who is in it has no fewer seats than pairs that stand.
        """
        here = {each.profile_id for each in people if each.takes_part}
        apart = [pair for pair in self.standing if not here.issuperset(pair) or pair in at_odds]
        together = Counter(mentor for _, mentor in self.standing.keys() - set(apart))
        imgs = {img for img, _ in apart}
        lost = Counter(mentor for _, mentor in apart)
        return [
            _with_mentor(each, imgs)
            if each.kind is ProfileKind.IMG
            else _with_seats(each, lost[each.profile_id], together[each.profile_id])
            for each in people
        ]


def agreed_of(session: Session, round_id: uuid.UUID) -> Agreed:
    """Return what has come of the requests of a round, in one query."""
    rows = session.execute(
        sa.select(Offer.img_id, Offer.mentor_id, Offer.id, Offer.state)
        .where(
            Offer.round_id == round_id,
            Offer.answer_by.is_not(None),
            Offer.state.not_in((OfferState.WITHDRAWN, OfferState.OFFERED)),
        )
        .order_by(Offer.id)
    ).all()
    confirmed = OfferState.CONFIRMED
    return Agreed(
        standing={(img, mentor): key for img, mentor, key, state in rows if state is confirmed},
        fallen=frozenset((img, mentor) for img, mentor, _, state in rows if state is not confirmed),
    )


def agreed_as(run: Run) -> sa.ScalarSelect[uuid.UUID]:
    """Select the offer by which the ``Pair`` of a statement, of this run, agreed; or NULL."""
    return (
        sa.select(Offer.id)
        .where(
            Offer.round_id == run.round_id,
            Offer.img_id == Pair.img_id,
            Offer.mentor_id == Pair.mentor_id,
            Offer.answer_by.is_not(None),
            Offer.state == OfferState.CONFIRMED,
        )
        .correlate(Pair)
        .scalar_subquery()
    )


def _plain(pairs: Collection[Key]) -> frozenset[tuple[str, str]]:
    return frozenset((str(img), str(mentor)) for img, mentor in pairs)


def _with_mentor(img: Candidate, imgs: Collection[uuid.UUID]) -> Candidate:
    if img.profile_id not in imgs:
        return img
    return dataclasses.replace(img, obstacle=img.obstacle or Obstacle.ASKED_HERE)


def _with_seats(mentor: Candidate, lost: int, together: int) -> Candidate:
    if not lost and mentor.seats >= together:
        return mentor
    seats = max(mentor.seats - lost, together)
    obstacle = mentor.obstacle or (None if seats else Obstacle.SEATS_TAKEN)
    return dataclasses.replace(mentor, seats=seats, obstacle=obstacle)
