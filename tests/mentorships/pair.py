"""Ana and Noor, who have both said yes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import service as rounds
from mentorship.rounds.models import Round
from tests.factories import NOW
from tests.rounds.cast import Cast, small_cast


@dataclass
class Pair:
    cast: Cast
    round: Round
    id: uuid.UUID
    img: User
    mentor: User

    @property
    def session(self) -> Session:
        return self.cast.session


def confirmed(session: Session) -> Pair:
    cast = small_cast(session)
    round_ = cast.published()
    return confirm(cast, round_, "Ana Silva", "Noor Haddad")


def confirm(cast: Cast, round_: Round, img: str, mentor: str) -> Pair:
    offer = cast.offer(img)
    ids = cast.people[img].id, cast.people[mentor].id
    rounds.accept_offer(cast.session, person_id=ids[1], offer_id=offer.id, now=NOW)
    rounds.confirm_match(cast.session, person_id=ids[0], offer_id=offer.id, now=NOW)
    return Pair(cast, round_, offer.id, cast.people[img], cast.people[mentor])
