"""Solving a run again, years later if need be: are pairs and proof the same."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import ENGINE_VERSION
from mentorship.rounds.inputs import kept
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.running import solved
from mentorship.rounds.snapshot import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found; ``faults`` is empty if the run stands as it was kept."""

    number: int
    pairs: int
    engine: str
    faults: tuple[str, ...]


def prove_again(session: Session, *, run_id: uuid.UUID) -> Proof:
    """Solve a run again from what it was made of and compare with what was kept.

    Raises
    ------
    NoResultFound
        There is no such run.
    InputsForgotten
        Retention has ended, so it cannot be solved again.
    ProofFailed
        The new answer does not pass the independent check.

    """
    run = session.scalars(sa.select(Run).where(Run.id == run_id)).one()
    again = solved(kept(run))
    found = {_as_kept(row) for row in again.rows if isinstance(row, Pair)}
    rows = session.scalars(sa.select(Pair).where(Pair.run_id == run.id))
    before = {_as_kept(row) for row in rows}
    faults = {
        "what it was made of has another digest than was noted": (
            digest(run.inputs or {}) != run.inputs_digest
        ),
        _differing(found ^ before): found != before,
        "the certificate differs": _certificate(again.run) != _certificate(run),
    }
    told = [fault for fault, holds in faults.items() if holds]
    if told and run.engine_version != ENGINE_VERSION:
        told.append(f"it was made by engine {run.engine_version}, this is {ENGINE_VERSION}")
    return Proof(
        number=run.number, pairs=len(before), engine=run.engine_version, faults=tuple(told)
    )


def _differing(rows: Collection[tuple[object, ...]]) -> str:
    """Count pairs that are there only once, or twice with other scores."""
    count = len({row[:3] for row in rows})
    return "1 pair differs" if count == 1 else f"{count} pairs differ"


def _as_kept(pair: Pair) -> tuple[object, ...]:
    """Return a pair with both its scores; the whole one is the sum of its parts."""
    whole = sum(part["points"] for part in pair.parts or [])
    return (pair.img_id, pair.mentor_id, pair.place, pair.open_score, whole)


def _certificate(run: Run) -> Any:
    """Return a certificate as the database gives it back."""
    return json.loads(json.dumps([run.certificate, run.proof, run.total]))
