"""Who takes part may be said by several stages, specialties and states."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0026"
branch_labels = None
depends_on = None

LISTS = {"stage": "stages", "specialty": "specialties", "state": "states"}
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
TABLES = [
    sa.table(name, sa.column("id", sa.Uuid()), sa.column("rules", JSON))
    for name in ("round", "set_up_template")
]


def upgrade() -> None:
    def several(traits: dict) -> dict:
        lists = {new: [traits[old]] if traits.get(old) else [] for old, new in LISTS.items()}
        return {**lists, "waited": traits["waited"]}

    _rewrite(several)


def downgrade() -> None:
    def one(traits: dict) -> dict:
        words = {old: next(iter(traits[new]), "") for old, new in LISTS.items()}
        return {**words, "waited": traits["waited"]}

    _rewrite(one)


def _rewrite(change) -> None:
    connection = op.get_bind()
    for table in TABLES:
        for row in connection.execute(sa.select(table.c.id, table.c.rules)).all():
            if "traits" in (row.rules or {}):
                rules = {**row.rules, "traits": change(row.rules["traits"])}
                connection.execute(sa.update(table).where(table.c.id == row.id).values(rules=rules))
