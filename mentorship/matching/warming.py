"""A round for nobody, solved so that compiled code is there when somebody waits for it."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import numpy as np

from mentorship.matching.assignment import solve
from mentorship.matching.compiled import kernels
from mentorship.matching.market import Market
from mentorship.matching.people import Img, Mentor
from mentorship.matching.policies import POLICIES
from mentorship.matching.problem import Problem
from mentorship.matching.rules import Rules
from mentorship.matching.scores.tables import Tables

PEOPLE = 100  # enough that some are left out of lists

_NOTHING = Tables(
    specialty_groups={},
    specialty_parents={},
    specialty_clusters=(),
    visa_helped_by={},
    state_regions=MappingProxyType({}),
    stage_order={},
    match_stage=0,
    level_order={},
)


def warm() -> None:
    """Compile everything now, or load what was compiled before: half a minute, or half a second."""
    imgs = [Img(key=f"img-{k}", mentors_wanted=1 + k % 2) for k in range(PEOPLE)]
    mentors = [Mentor(key=f"mentor-{k}", seats=1) for k in range(PEOPLE)]
    market = Market.of(imgs, mentors, _NOTHING, week=date(2027, 1, 4))
    problem = Problem.of(market, Rules())
    for policy in POLICIES:
        solve(problem, policy)
    _take_out_nobody()


def _take_out_nobody() -> None:
    """Compile what only rounds with hardly a seat to spare come to."""
    one, column, mate = np.zeros(1, np.int64), np.zeros(1, np.int32), np.full(1, -1)
    seated = kernels().seats.holders(column, mate, one)
    prices = one.copy(), one.copy()
    kernels().undo.take_out_rows(
        one, np.array([0, 1]), column, one + 1, one, *prices, mate, *seated
    )
