"""People, sections, profiles, consents, mail, match rounds.

Runs and what they found never change: triggers refuse an UPDATE on both databases. Erasure and
retention stay possible: a row may be deleted, and a run may forget its inputs and who made it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FROZEN = ("run", "run_seat", "pair", "unmatched")
FORGETTABLE = ("inputs_sealed", "made_by_id")  # columns of a run that may become NULL
KEPT = (
    "id, round_id, number, policy, lottery, rules, engine_version, reference_week, inputs_digest,"
    " certificate, means, total, matched, unmatched, made_at"
)

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a run never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def freeze() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
    changed = " OR ".join(
        f"(NEW.{column} IS NOT NULL AND (OLD.{column} IS NULL OR NEW.{column} <> OLD.{column}))"
        for column in FORGETTABLE
    )
    refuse(f"BEFORE UPDATE OF {KEPT} ON run", "run_frozen")
    refuse(f"BEFORE UPDATE OF {', '.join(FORGETTABLE)} ON run", "run_forgets", when=changed)
    for table in FROZEN[1:]:
        refuse(f"BEFORE UPDATE ON {table}", f"{table}_frozen")


def refuse(event: str, name: str, when: str = "") -> None:
    each = f"CREATE TRIGGER {name} {event} FOR EACH ROW" + (f" WHEN ({when})" if when else "")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{each} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'a run never changes'); END")


def thaw() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger, table in [("run_forgets", "run"), *((f"{t}_frozen", t) for t in FROZEN)]:
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR body = ''", name=op.f("ck_message_sent_is_empty")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_waiting", ["sent_at", "next_try_at"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "section",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("approve_imgs", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(slug) >= 2", name=op.f("ck_section_slug_long_enough")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("name", name=op.f("uq_section_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_section_slug")),
    )
    op.create_table(
        "term",
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("list", "id", name=op.f("pk_term")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_user_name_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('matching', 'share_visa', 'statistics')",
            name=op.f("ck_consent_purpose_known"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_consent_version_counts")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at",
            name=op.f("ck_consent_withdrawn_after_given"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_consent_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consent_in_force",
            ["person_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "img",
                "mentor",
                "leader",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "active",
                "declined",
                "left",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user.id"],
            name=op.f("fk_membership_decided_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_membership_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "section_id", "person_id", "role", name=op.f("uq_membership_section_id_person_id_role")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "img",
                "mentor",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("meetings_a_month", sa.Integer(), nullable=True),
        sa.Column("gender_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("avoid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("graduation_year", sa.Integer(), nullable=True),
        sa.Column("visa_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mentors_wanted", sa.Integer(), server_default="1", nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("visas_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_img", sa.Boolean(), nullable=True),
        sa.Column("institution", sa.String(length=200), nullable=True),
        sa.Column("seats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind = 'img' OR (visa_sealed IS NULL AND graduation_year IS NULL AND mentors_wanted = 1 AND goals = '')",
            name=op.f("ck_profile_img_fields"),
        ),
        sa.CheckConstraint(
            "kind = 'mentor' OR (visas_sealed IS NULL AND is_img IS NULL AND institution IS NULL AND seats = 0 AND paused_until IS NULL AND about = '')",
            name=op.f("ck_profile_mentor_fields"),
        ),
        sa.CheckConstraint(
            "graduation_year BETWEEN 1950 AND 2100", name=op.f("ck_profile_graduation_year_sane")
        ),
        sa.CheckConstraint(
            "length(goals) <= 2000 AND length(about) <= 2000", name=op.f("ck_profile_words_short")
        ),
        sa.CheckConstraint(
            "meetings_a_month BETWEEN 1 AND 8", name=op.f("ck_profile_meetings_sane")
        ),
        sa.CheckConstraint(
            "mentors_wanted IN (1, 2)", name=op.f("ck_profile_mentors_wanted_one_or_two")
        ),
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name=op.f("ck_profile_seats_sane")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_profile_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_profile_person_id_kind")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "review",
                "published",
                "finished",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("lottery", sa.BigInteger(), nullable=False),
        sa.Column(
            "rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "policy IN ('best-total', 'most-matched')", name=op.f("ck_round_policy_known")
        ),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 60", name=op.f("ck_round_answer_days_sane")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_round_name_given")),
        sa.CheckConstraint("lottery >= 0", name=op.f("ck_round_lottery_counts")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_round_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("section_id", "name", name=op.f("uq_round_section_id_name")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_user_role_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_role_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "availability",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("ck_availability_stretch_of_a_day"),
        ),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("ck_availability_day_of_week")),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profile.id"],
            name=op.f("fk_availability_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("profile_id", "day", "start_minute", name=op.f("pk_availability")),
    )
    op.create_table(
        "choice",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(field = 'stage' AND list IN ('stage')) OR (field = 'career_level' AND list IN ('career_level')) OR (field = 'school_country' AND list IN ('country')) OR (field = 'state' AND list IN ('state')) OR (field = 'specialties' AND list IN ('specialty', 'subspecialty')) OR (field = 'subspecialties' AND list IN ('subspecialty')) OR (field = 'topics' AND list IN ('topic')) OR (field = 'stages' AND list IN ('stage')) OR (field = 'languages' AND list IN ('language')) OR (field = 'states' AND list IN ('state')) OR (field = 'states_licensed' AND list IN ('state')) OR (field = 'channels' AND list IN ('channel')) OR (field = 'formats' AND list IN ('format')) OR (field = 'wishes' AND list IN ('wish')) OR (field = 'accepts_specialties' AND list IN ('specialty', 'subspecialty')) OR (field = 'accepts_stages' AND list IN ('stage')) OR (field = 'accepts_languages' AND list IN ('language'))",
            name=op.f("ck_choice_list_fits_field"),
        ),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_choice_rank_counts")),
        sa.ForeignKeyConstraint(
            ["list", "term"], ["term.list", "term.id"], name=op.f("fk_choice_list_term")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_choice_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", "field", "term", name=op.f("pk_choice")),
    )
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.create_index("ix_choice_term", ["list", "term"], unique=False)
        batch_op.create_index(
            "uq_choice_single",
            ["profile_id", "field"],
            unique=True,
            sqlite_where=sa.text("field IN ('stage', 'career_level', 'school_country', 'state')"),
            postgresql_where=sa.text(
                "field IN ('stage', 'career_level', 'school_country', 'state')"
            ),
        )

    op.create_table(
        "importance",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.CheckConstraint("level IN ('low', 'high')", name=op.f("ck_importance_level_known")),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profile.id"],
            name=op.f("fk_importance_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("profile_id", "criterion", name=op.f("pk_importance")),
    )
    op.create_table(
        "institution_mark",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "use IN ('conflicts', 'exclude_institutions', 'selects_at')",
            name=op.f("ck_institution_mark_use_known"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_institution_mark_name_given")),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profile.id"],
            name=op.f("fk_institution_mark_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("profile_id", "use", "name", name=op.f("pk_institution_mark")),
    )
    op.create_table(
        "naming",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "request",
                "avoid",
                name="use_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=300), nullable=False),
        sa.CheckConstraint("length(line) <= 300", name=op.f("ck_naming_line_short")),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_naming_rank_counts")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_naming_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_naming_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", "person_id", "use", name=op.f("pk_naming")),
    )
    op.create_table(
        "participant",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profile.id"],
            name=op.f("fk_participant_profile_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_participant_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "profile_id", name=op.f("pk_participant")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("lottery", sa.BigInteger(), nullable=False),
        sa.Column(
            "rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("engine_version", sa.String(length=20), nullable=False),
        sa.Column("reference_week", sa.Date(), nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("inputs_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "certificate", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "means", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_run_number_counts")),
        sa.CheckConstraint(
            "total >= 0 AND matched >= 0 AND unmatched >= 0", name=op.f("ck_run_sums_count")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_run_made_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_run_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_run_round_id_number")),
    )
    op.create_table(
        "seat_count",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "0 <= taken AND taken <= seats", name=op.f("ck_seat_count_never_more_than_seats")
        ),
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name=op.f("ck_seat_count_seats_sane")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_seat_count_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_seat_count_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "mentor_id", name=op.f("pk_seat_count")),
    )
    op.create_table(
        "pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("img_id <> mentor_id", name=op.f("ck_pair_two_profiles")),
        sa.CheckConstraint("place IN (1, 2)", name=op.f("ck_pair_place_first_or_second")),
        sa.CheckConstraint("score BETWEEN 0 AND 10000", name=op.f("ck_pair_score_in_range")),
        sa.ForeignKeyConstraint(
            ["img_id"], ["profile.id"], name=op.f("fk_pair_img_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_pair_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_pair_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint(
            "run_id", "img_id", "mentor_id", name=op.f("uq_pair_run_id_img_id_mentor_id")
        ),
        sa.UniqueConstraint("run_id", "img_id", "place", name=op.f("uq_pair_run_id_img_id_place")),
    )
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.create_index("ix_pair_mentor", ["mentor_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["user.id"],
            name=op.f("fk_publication_published_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_publication_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_publication_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_publication")),
        sa.UniqueConstraint("run_id", name=op.f("uq_publication_run_id")),
    )
    op.create_table(
        "unmatched",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column(
            "detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.CheckConstraint(
            "reason IN ('no_possible_mentor', 'too_few_seats', 'worth_more_elsewhere')",
            name=op.f("ck_unmatched_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["img_id"], ["profile.id"], name=op.f("fk_unmatched_img_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_unmatched_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "img_id", name=op.f("pk_unmatched")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "confirmed",
                "declined_by_mentor",
                "declined_by_img",
                "seat_taken",
                "ended",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mentor_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("img_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=30), nullable=True),
        sa.Column("decline_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('declined_by_mentor', 'declined_by_img')) = (decline_reason IS NOT NULL)",
            name=op.f("ck_offer_decline_has_reason"),
        ),
        sa.CheckConstraint(
            "decline_reason IN ('no_time', 'wrong_fit', 'conflict', 'known_already', 'other_mentor', 'situation_changed', 'other')",
            name=op.f("ck_offer_reason_known"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (mentor_answered_at IS NOT NULL AND img_answered_at IS NOT NULL)",
            name=op.f("ck_offer_confirmed_by_both"),
        ),
        sa.CheckConstraint("length(decline_words) <= 1000", name=op.f("ck_offer_words_short")),
        sa.ForeignKeyConstraint(
            ["img_id"], ["profile.id"], name=op.f("fk_offer_img_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_offer_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pair.id"], name=op.f("fk_offer_pair_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_offer_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("pair_id", name=op.f("uq_offer_pair_id")),
        sa.UniqueConstraint(
            "round_id", "img_id", "mentor_id", name=op.f("uq_offer_round_id_img_id_mentor_id")
        ),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index("ix_offer_img", ["img_id", "state"], unique=False)
        batch_op.create_index("ix_offer_mentor", ["mentor_id", "state"], unique=False)
        batch_op.create_index(
            "uq_offer_live_place",
            ["round_id", "img_id", "place"],
            unique=True,
            sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
            postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        )
    op.create_table(
        "run_seat",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name=op.f("ck_run_seat_seats_sane")),
        sa.CheckConstraint("others >= 0", name=op.f("ck_run_seat_others_count")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_run_seat_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_seat_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "mentor_id", name=op.f("pk_run_seat")),
    )
    freeze()


def downgrade() -> None:
    thaw()
    op.drop_table("run_seat")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_offer_live_place",
            sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
            postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        )
        batch_op.drop_index("ix_offer_mentor")
        batch_op.drop_index("ix_offer_img")

    op.drop_table("offer")
    op.drop_table("unmatched")
    op.drop_table("publication")
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.drop_index("ix_pair_mentor")

    op.drop_table("pair")
    op.drop_table("seat_count")
    op.drop_table("run")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participant_profile_id"))

    op.drop_table("participant")
    op.drop_table("naming")
    op.drop_table("institution_mark")
    op.drop_table("importance")
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_choice_single",
            sqlite_where=sa.text("field IN ('stage', 'career_level', 'school_country', 'state')"),
            postgresql_where=sa.text(
                "field IN ('stage', 'career_level', 'school_country', 'state')"
            ),
        )
        batch_op.drop_index("ix_choice_term")

    op.drop_table("choice")
    op.drop_table("availability")
    op.drop_table("user_role")
    op.drop_table("round")
    op.drop_table("profile")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))

    op.drop_table("membership")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_in_force",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("consent")
    op.drop_table("user")
    op.drop_table("term")
    op.drop_table("section")
    op.drop_table("role")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_waiting")

    op.drop_table("message")
