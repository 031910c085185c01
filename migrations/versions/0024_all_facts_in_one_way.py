"""Positions, bills and the visa chooser as rows that leaders correct; vain searches by section.

News and the addresses of boards get the marks that all facts have, and resources say whether what
they tell of is being changed.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECKS = ("retrieved", "cited_by_source", "not_opened", "none")
CONFIDENCE = ("high", "medium", "low")
THEMES = ("equity", "positions", "reports", "bills", "pathways", "section")


def _miss() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    )


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, words))})"


def _word(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=20), nullable=False, **more)


def _ordered(table: str, *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *columns,
        sa.CheckConstraint("position > 0", name=op.f(f"ck_{table}_position_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    _policy()
    _ordered(
        "visa_question",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.Column("asked_when", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
    )
    _ordered(
        "visa_route",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shown_when", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ask", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
    )
    moving = sa.Column("volatile", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("resource", moving)
    _boards(old="board_url_check", new="url_check")
    op.add_column("jurisdiction", sa.Column("checked_on", sa.Date(), nullable=True))
    with op.batch_alter_table("news_item") as table:
        table.add_column(_word("url_check", server_default="not_opened"))
        table.add_column(_word("confidence", server_default="medium"))
        table.add_column(sa.Column("checked_on", sa.Date(), nullable=True))
        known = _among("url_check", CHECKS)
        table.create_check_constraint(op.f("ck_news_item_url_check_known"), known)
        known = _among("confidence", CONFIDENCE)
        table.create_check_constraint(op.f("ck_news_item_confidence_known"), known)
    op.execute("UPDATE news_item SET url_check = 'none' WHERE url IS NULL")
    op.execute("UPDATE news_item SET confidence = 'low' WHERE url IS NULL AND body = ''")
    with op.batch_alter_table("news_item") as table:
        table.alter_column("url_check", server_default=None)
        table.alter_column("confidence", server_default=None)
    _misses_by_section()


def _policy() -> None:
    _ordered(
        "policy_statement",
        _word("theme"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("stance", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        _word("url_check"),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        _word("confidence"),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("volatile", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_policy_statement_{name}"))
            for name, rule in {
                "theme_known": _among("theme", THEMES),
                "url_check_known": _among("url_check", CHECKS),
                "confidence_known": _among("confidence", CONFIDENCE),
                "as_of_shape": "length(as_of) IN (4, 7, 10)",
                "address_marked": "(source_url IS NULL) = (url_check = 'none')",
            }.items()
        ),
    )
    _ordered(
        "way_to_take_part",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("example_url", sa.Text(), nullable=True),
    )


def _boards(*, old: str, new: str) -> None:
    with op.batch_alter_table("jurisdiction") as table:
        table.drop_constraint(op.f("ck_jurisdiction_board_marked"), type_="check")
        table.drop_constraint(op.f(f"ck_jurisdiction_{old}_known"), type_="check")
        table.alter_column(old, new_column_name=new)
    with op.batch_alter_table("jurisdiction") as table:
        known = _among(new, CHECKS)
        table.create_check_constraint(op.f(f"ck_jurisdiction_{new}_known"), known)
        marked = f"(board_url IS NULL) = ({new} = 'none')"
        table.create_check_constraint(op.f("ck_jurisdiction_board_marked"), marked)


def _misses_by_section() -> None:
    """Keep what was counted so far, for people of no section: nobody knows whose it was."""
    op.execute("CREATE TABLE kept AS SELECT text, times, last_at FROM search_miss")
    op.drop_table("search_miss")
    op.create_table(
        "search_miss",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        *_miss(),
        sa.CheckConstraint("times > 0", name=op.f("ck_search_miss_times_count")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_search_miss_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_miss")),
        sa.UniqueConstraint("section_id", "text", name=op.f("uq_search_miss_section_id_text")),
    )
    op.create_index(
        "uq_search_miss_nowhere",
        "search_miss",
        ["text"],
        unique=True,
        sqlite_where=sa.text("section_id IS NULL"),
        postgresql_where=sa.text("section_id IS NULL"),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    new_id = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
    op.execute(
        "INSERT INTO search_miss (id, text, times, last_at)"
        f" SELECT {new_id}, text, times, last_at FROM kept"
    )
    op.execute("DROP TABLE kept")


def downgrade() -> None:
    op.execute(
        "CREATE TABLE kept AS SELECT text, sum(times) AS times, max(last_at) AS last_at"
        " FROM search_miss GROUP BY text"
    )
    op.drop_table("search_miss")
    op.create_table(
        "search_miss",
        *_miss(),
        sa.CheckConstraint("times > 0", name=op.f("ck_search_miss_times_count")),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_search_miss")),
    )
    op.execute("INSERT INTO search_miss (text, times, last_at) SELECT * FROM kept")
    op.execute("DROP TABLE kept")
    with op.batch_alter_table("news_item") as batch:
        batch.drop_constraint(op.f("ck_news_item_url_check_known"), type_="check")
        batch.drop_constraint(op.f("ck_news_item_confidence_known"), type_="check")
        for column in ("url_check", "confidence", "checked_on"):
            batch.drop_column(column)
    op.drop_column("jurisdiction", "checked_on")
    _boards(old="url_check", new="board_url_check")
    op.drop_column("resource", "volatile")
    for name in ("visa_route", "visa_question", "way_to_take_part", "policy_statement"):
        op.drop_table(name)
