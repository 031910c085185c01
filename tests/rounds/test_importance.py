"""What matters more or less to an IMG is read by whom the table says, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from mentorship.accounts.models import User
from mentorship.profiles.audience import COMPARED, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.telling import COMPARISONS
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.points import parts_of
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import alter
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def pair_of_ana(cast: Cast, round_: Round) -> Pair:
    """Run the round anew and return Ana's pair."""
    run = service.run_round(cast.session, round_id=round_.id, by=cast.leader.id, now=NOW)
    mine = sa.select(Pair).where(Pair.run_id == run.id, Pair.img_id == cast.profile("Ana Silva"))
    return cast.session.scalars(mine).one()


def test_points_tell_it_to_those_whom_the_table_names(cast: Cast, sign_in: SignIn) -> None:
    round_ = cast.open()
    alter(cast, "Ana Silva", importance={})
    before = pair_of_ana(cast, round_)
    alter(cast, "Ana Silva", importance={"specialty": "high"})
    after = pair_of_ana(cast, round_)
    of = [{part.label: part.of for part in parts_of(each)} for each in (before, after)]
    assert of[0].keys() == of[1].keys()
    assert of[1]["Specialty"] > of[0]["Specialty"]  # this is what a leader reads
    told = {who for who in Audience if who in COMPARED[ProfileKind.IMG]["importance"]}
    assert told == {Audience.LEADER}
    for side in ("img", "mentor"):  # of what is kept with a pair these two read the sentences
        words = [[part["why"].get(side) for part in each.parts or []] for each in (before, after)]
        assert words[0] == words[1]
    number = cast.session.scalars(sa.select(Run.number).where(Run.id == after.run_id)).one()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/review/pairs/{after.id}?run={number}").text
    assert "with what matters to Ana Silva" in page


def test_the_preview_and_the_form_say_so(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.people["Ana Silva"])
    page = ana.get("/profile/img/preview")
    panels = ["".join(s.itertext()) for s in page.tree.iterfind(".//main//section")]
    says = [COMPARISONS["importance"] in panel for panel in panels]
    assert says == [False, False, False, True, False]  # the fourth is the section leaders'
    assert "matters" not in panels[4]  # what no member sees
    form = ana.get("/profile/img/wishes").text
    assert "your section leaders see from how many points each can give" in form
