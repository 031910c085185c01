"""What the search finds of the positions, plans and bills."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sqlalchemy.orm import Session

from mentorship.equity.policy import policy
from mentorship.search.service import Entry, Sources


def of_policy(_session: Session) -> Iterator[Entry]:
    read = policy()
    for kind in ("equity", "positions", "reports", "bills", "pathways"):
        for one in getattr(read, kind):
            dated = f"As of {one.provenance.date}" if one.provenance.date else "Undated"
            yield Entry(
                source="policy",
                key=f"{kind}.{one.id}",
                title=f"{one.number} {one.title}".strip(),
                summary=one.text,
                href=f"/equity#{one.id}",
                note=f"{dated}, confidence {one.provenance.confidence}.",
                keywords="equity policy position advocacy discrimination parity",
                text=one.status,
            )


SOURCES: Sources = MappingProxyType({"policy": of_policy})
