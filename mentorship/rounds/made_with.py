"""What a run was made with, in words, from the run's own record: to defend it years later."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import CRITERIA, POLICIES
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.setup import SWITCHES

TWO_MENTORS: Mapping[bool | None, str] = {
    True: "for whoever asks for two",
    False: "nobody gets two",
    None: "not noted in runs from before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOut:
    """A run whose offers were made, with its record."""

    number: int
    at: dt.datetime  # when its first offer was
    made_at: dt.datetime
    made_by: str | None
    offers: int
    record: Mapping[str, str]


def made_with(run: Run) -> Mapping[str, str]:
    """Return what decided a run: what it is called -> what it was."""
    rules, policy = RunRules.from_json(run.rules), POLICIES[run.policy]
    return {
        "Best result": f"{policy.label}: {policy.sentence}",
        **rules_of_run(rules),
        "IMGs in it": f"{run.matched + run.unmatched}",
        "Week of the hours in common": run.reference_week.strftime("%B %-d, %Y"),
        "Number for the draw": str(run.lottery),
        "Engine": run.engine_version,
        "Check": checked(run),
        "Made of (keyed SHA-256)": run.inputs_digest,
        "Id": str(run.id),
    }


def rules_of_run(rules: RunRules) -> Mapping[str, str]:
    """Return the weights, rules and changes by hand of a run, likewise."""
    weighed = sorted(rules.weights.items(), key=lambda each: (-each[1], CRITERIA[each[0]].label))
    told = [f"{CRITERIA[key].label} {weight}" for key, weight in weighed if weight]
    off = [CRITERIA[key].label for key, weight in weighed if not weight]
    hard = [label for key, (label, _) in SWITCHES.items() if getattr(rules, key) is True]
    if rules.not_again:
        hard.append(f"{SWITCHES['not_again'][0]} ({_count(len(rules.not_again), 'earlier pair')})")
    return {
        "Weights": ", ".join(told) or "nothing counts",
        "Not counted": ", ".join(off) or "nothing is left out",
        "Rules that always hold": "; ".join(hard) or "none but what people said of each other",
        "Two mentors": TWO_MENTORS[rules.two_mentors],
        "Lowest score": f"{rules.minimum_score // 100} of 100" if rules.minimum_score else "any",
        "Locked": _count(len(rules.locked), "pair") + _that_wait(len(rules.waiting)),
        "Forbidden": _count(len(rules.banned), "pair"),
        "Taken apart": _count(len(rules.left_alone), "IMG"),
    }


def checked(run: Run) -> str:
    """Say what the second calculation has shown of a run. Its sums are not told.

    Of a round of one pair they would tell what a private answer adds to the score.
    """
    return f"A second, separate calculation has found that {POLICIES[run.policy].proved}."


def differing(runs: Sequence[Run]) -> Sequence[tuple[str, Sequence[str]]]:
    """Return what the runs were not all made with alike, each weight by itself."""
    tables = [_fine(run) for run in runs]
    rows = [(name, [table[name] for table in tables]) for name in tables[0]]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def same_scale(one: Run, other: Run) -> bool:
    """Tell whether scores of two runs may be compared: both weigh every criterion alike."""
    return bool(_weights(one) == _weights(other))


def runs_out(session: Session, round_id: uuid.UUID) -> Sequence[WentOut]:
    """Return every run of a round whose offers were made, the first published first."""
    offers = (  # counted by themselves: a run's record is long, and would be taken along for each
        sa.select(
            Pair.run_id, sa.func.min(Offer.offered_at).label("first"), sa.func.count().label("all")
        )
        .join(Offer, Offer.pair_id == Pair.id)
        .where(Offer.round_id == round_id, Offer.answer_by.is_(None))  # not by request before
        .group_by(Pair.run_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Run, offers.c.first, offers.c.all, User.name)
        .join(offers, offers.c.run_id == Run.id)
        .outerjoin(User, User.id == Run.made_by_id)
        .order_by(Run.number)
    ).all()
    return [
        WentOut(
            number=run.number,
            at=at,
            made_at=run.made_at,
            made_by=made_by,
            offers=offers,
            record=made_with(run),
        )
        for run, at, offers, made_by in rows
    ]


def _fine(run: Run) -> Mapping[str, str]:
    rules = RunRules.from_json(run.rules)
    whole = {name: told for name, told in rules_of_run(rules).items() if name not in _ROUGH}
    weights = {f"Weight of {CRITERIA[key].label}": str(rules.weights[key]) for key in CRITERIA}
    return {
        "Best result": POLICIES[run.policy].label,
        **weights,
        **whole,
        "IMGs in it": f"{run.matched + run.unmatched}",
        "Engine": run.engine_version,
    }


_ROUGH = frozenset({"Weights", "Not counted"})


def _weights(run: Run) -> Mapping[str, int]:
    return RunRules.from_json(run.rules).weights


def _that_wait(count: int) -> str:
    """Say how many locks did not hold in the run, "" if all did."""
    return f", and {_count(count, 'pair')} whose lock waits" if count else ""


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}" if count else "none"
