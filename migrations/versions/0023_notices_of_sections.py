"""Decisions of sections, letters and concerns are notices as well."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = ("offer", "answer", "reminder", "expiry", "publication", "mentorship")
AFTER = (*BEFORE, "section", "letter", "concern")


def upgrade() -> None:
    _allow(AFTER, off=("publication", "mentorship", "letter"))


def downgrade() -> None:
    for table in ("notice", "notice_choice"):
        op.execute(f"DELETE FROM {table} WHERE kind IN {AFTER[len(BEFORE) :]}")  # noqa: S608  ours
    _allow(BEFORE, off=("publication", "mentorship"))


def _allow(kinds: tuple[str, ...], *, off: tuple[str, ...]) -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_kind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_kind_known"), f"kind IN {kinds}")
    with op.batch_alter_table("notice_choice") as batch:
        batch.drop_constraint(op.f("ck_notice_choice_kind_known"), type_="check")
        batch.drop_constraint(op.f("ck_notice_choice_off_where_allowed"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_choice_kind_known"), f"kind IN {kinds}")
        batch.create_check_constraint(
            op.f("ck_notice_choice_off_where_allowed"), f"way <> 'off' OR kind IN {off}"
        )
