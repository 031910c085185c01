"""Reasons kept with the pairs of before are told no more where they may not be told now.

A run keeps with each pair a sentence a criterion for the leader, the IMG and the mentor. Those of
before decision 34 could rest on answers that the reader is not shown (where an IMG lives, the
country of a school), and told the time in common of one week only. Their points stay. A row does
not say by which rules it was told, so these sentences go from every run that is there; the next
one tells them by the table. There is no way back: they are kept nowhere else.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from mentorship.crypto import UnreadableField, keyring

revision = "0055"
down_revision = "0053"
branch_labels = None
depends_on = None

# Whose sentences on which criteria rest on nothing that the table of today keeps from them.
_OF_ALL = {
    *("topics", "specialty", "stage", "requests", "welcomes", "languages", "formats", "rhythm"),
    *("channels", "words"),
}
TOLD = {
    "leader": _OF_ALL | {"location", "mentor_is_img", "priority"},
    "img": _OF_ALL | {"location", "mentor_is_img", "same_country", "visa"},
    "mentor": _OF_ALL | {"visa"},
}
PAIR = sa.table("pair", sa.column("id", sa.Uuid()), sa.column("parts_sealed", sa.LargeBinary()))


def upgrade() -> None:
    bind = op.get_bind()
    for key in bind.scalars(sa.select(PAIR.c.id)).all():
        this, place = PAIR.c.id == key, f"pair.parts_sealed.{key}"
        parts = _opened(bind.scalar(sa.select(PAIR.c.parts_sealed).where(this)), place)
        told = [_cut(part) for part in parts or []]
        if parts != told and parts is not None:
            again = keyring.seal(told, place=place)
            bind.execute(sa.update(PAIR).where(this).values(parts_sealed=again))


def downgrade() -> None:
    pass


def _opened(sealed: bytes | None, place: str) -> list[dict[str, Any]] | None:
    """Open the parts; None if there are none, or their key is gone and nobody can read them."""
    try:
        return None if sealed is None else keyring.open(sealed, place=place)
    except UnreadableField:
        return None


def _cut(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out what may not be told; there was a sentence, so both had answered."""
    why = {s: text for s, text in part["why"].items() if part["criterion"] in TOLD[s]}
    return part if why == part["why"] else {"silent": [], **part, "why": why}
