"""Years of training that each state asks of IMGs and of US graduates, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.license_models import AddedPathway, LicenseRule, PathwayState
from mentorship.toolkit.license_words import PATHWAY_NAMES
from mentorship.toolkit.models import Confidence
from mentorship.toolkit.provenance import Provenance


@dataclass(frozen=True, slots=True)
class ParityRow:
    """A state; a number is None where the rule is not one number."""

    id: str
    name: str
    img_years: int | None
    us_years: int | None
    img_words: str
    us_words: str
    pathway: str
    provenance: Provenance

    @property
    def gap(self) -> int | None:
        if self.img_years is None or self.us_years is None or self.img_words or self.us_words:
            return None
        return self.img_years - self.us_years


@dataclass(frozen=True, slots=True)
class Parity:
    rows: Sequence[ParityRow]

    def groups(self, *, only: bool = False) -> Sequence[tuple[str, Sequence[ParityRow]]]:
        """Return the states by what they ask, those with a gap first; ``only`` those."""
        named = {
            "IMGs train longer": [row for row in self.rows if (row.gap or 0) > 0],
            "The same for all": [row for row in self.rows if row.gap is not None and row.gap <= 0],
            "Not one number": [row for row in self.rows if row.gap is None],
        }
        return [(name, rows) for name, rows in list(named.items())[: 1 if only else None] if rows]

    def count(self, gap: int) -> int:
        """Count the states with this gap, as far as it is known with some confidence."""
        return sum(row.gap == gap for row in self._sure())

    @property
    def with_gap(self) -> int:
        return sum((row.gap or 0) > 0 for row in self._sure())

    @property
    def sure(self) -> int:
        """Count the states whose years are known with some confidence."""
        return len(self._sure())

    def _sure(self) -> Sequence[ParityRow]:
        low = Confidence.LOW
        return [r for r in self.rows if r.gap is not None and r.provenance.confidence is not low]


def parity(session: Session) -> Parity:
    """Return all states by name, in one query; none where the toolkit is not loaded."""
    found = session.execute(
        sa.select(LicenseRule, AddedPathway.status).join(
            AddedPathway, AddedPathway.id == LicenseRule.id
        )
    )
    rows = [_row(rule, status) for rule, status in found]
    return Parity(tuple(sorted(rows, key=lambda row: row.name)))


def _row(rule: LicenseRule, pathway: PathwayState) -> ParityRow:
    return ParityRow(
        id=rule.id,
        name=vocabulary.name("state", rule.id),
        img_years=rule.img_years,
        us_years=rule.us_years,
        img_words=rule.img_years_words or "",
        us_words=rule.us_years_words or "",
        pathway=PATHWAY_NAMES[pathway],
        provenance=Provenance.of(rule, ask_board=True),
    )
