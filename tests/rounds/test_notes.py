"""What leaders note about a pair: seen in the list of pairs, and removed by whoever leads."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds.models import Pair
from mentorship.rounds.run_models import PairNote
from tests.page import PageClient
from tests.rounds.cast import Cast


def test_a_note_is_marked_in_the_list_and_can_be_removed(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    pairs = session.scalars(sa.select(Pair.id).where(Pair.run_id == run.id)).all()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    here, other = (f"{home}/review/pairs/{pair_id}" for pair_id in pairs[:2])
    leader = sign_in(cast.leader)
    assert "1 note" not in leader.get(f"{home}/review").text
    leader.submit(here, {"words": "Ask them first"}, action=f"{here}/note")
    assert leader.get(f"{home}/review").text.count("1 note") == 1
    note = session.scalars(sa.select(PairNote.id)).one()
    leader.post(f"{other}/note/remove", {"note": str(note)}, status=404)
    leader.post(f"{here}/note/remove", {"note": str(uuid.uuid4())}, status=404)
    assert "Ask them first" in leader.get(here).text
    leader.submit(here, action=f"{here}/note/remove")
    assert "Ask them first" not in leader.get(here).text
    assert "Removed a note about a pair" in leader.get(f"{home}/history").text
