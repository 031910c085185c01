"""Profiles: what a person says as an IMG or as a mentor, in the words of the vocabulary.

Words of the vocabulary live in ``choice``, one row a word, with a foreign key to the reference
table of words, so that the database itself refuses a word it does not know or of the wrong list.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model, one_of

# field of a profile -> list of the vocabulary its words come from
CHOICE_LISTS = MappingProxyType(
    {
        "stage": ("stage",),
        "career_level": ("career_level",),
        "school_country": ("country",),
        "state": ("state",),
        "specialties": ("specialty", "subspecialty"),
        "subspecialties": ("subspecialty",),
        "topics": ("topic",),
        "stages": ("stage",),
        "languages": ("language",),
        "states": ("state",),
        "states_licensed": ("state",),
        "channels": ("channel",),
        "formats": ("format",),
        "wishes": ("wish",),
        "accepts_specialties": ("specialty", "subspecialty"),
        "accepts_stages": ("stage",),
        "accepts_languages": ("language",),
    }
)
SINGLE_CHOICES = ("stage", "career_level", "school_country", "state")  # one word, not a list
INSTITUTION_USES = ("conflicts", "exclude_institutions", "selects_at")


class ProfileKind(enum.StrEnum):
    IMG = "img"
    MENTOR = "mentor"


class Term(Model):
    """One word of one closed list; filled from ``vocabulary.yaml``, never edited by hand."""

    __tablename__ = "term"

    list: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)


class Profile(Model):
    __tablename__ = "profile"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "kind"),
        sa.CheckConstraint("meetings_a_month BETWEEN 1 AND 8", name="meetings_sane"),
        sa.CheckConstraint(
            "kind = 'img' OR (visa_sealed IS NULL AND graduation_year IS NULL"
            " AND mentors_wanted = 1 AND goals = '')",
            name="img_fields",
        ),
        sa.CheckConstraint(
            "kind = 'mentor' OR (visas_sealed IS NULL AND is_img IS NULL"
            " AND institution IS NULL AND seats = 0 AND paused_until IS NULL AND about = '')",
            name="mentor_fields",
        ),
        sa.CheckConstraint("graduation_year BETWEEN 1950 AND 2100", name="graduation_year_sane"),
        sa.CheckConstraint("mentors_wanted IN (1, 2)", name="mentors_wanted_one_or_two"),
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name="seats_sane"),
        sa.CheckConstraint("length(goals) <= 2000 AND length(about) <= 2000", name="words_short"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    kind: Mapped[ProfileKind] = mapped_column(one_of(ProfileKind, "kind_known"))
    updated_at: Mapped[dt.datetime]

    # asked of both
    timezone: Mapped[str | None] = mapped_column(sa.String(64))
    meetings_a_month: Mapped[int | None]
    gender_sealed: Mapped[bytes | None]
    avoid_sealed: Mapped[bytes | None]  # addresses to avoid that belong to nobody we know

    # asked of IMGs
    graduation_year: Mapped[int | None]
    visa_sealed: Mapped[bytes | None]
    mentors_wanted: Mapped[int] = mapped_column(default=1, server_default="1")
    goals: Mapped[str] = mapped_column(sa.Text, default="")

    # asked of mentors
    visas_sealed: Mapped[bytes | None]
    is_img: Mapped[bool | None]
    institution: Mapped[str | None] = mapped_column(sa.String(200))
    seats: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_until: Mapped[dt.date | None]
    about: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[User] = relationship(lazy="raise")
    choices: Mapped[list[Choice]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True, order_by="Choice.rank"
    )
    availability: Mapped[list[Availability]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    namings: Mapped[list[Naming]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True, order_by="Naming.rank"
    )
    institutions: Mapped[list[InstitutionMark]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    importances: Mapped[list[Importance]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    gender = Sealed[str | None]()
    avoid = Sealed[list[str] | None]()
    visa = Sealed[str | None]()
    visas = Sealed[list[str] | None]()

    def __init__(self, **values: object) -> None:
        super().__init__(**({"id": uuid.uuid4()} | values))  # first, for what is sealed under it


class _OfProfile:
    """The key that the rows below a profile share."""

    profile_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"),
        primary_key=True,
        sort_order=-1,  # first in each key, so that the key finds all rows of a profile
    )


_SINGLE = f"field IN ({', '.join(map(repr, SINGLE_CHOICES))})"


class Choice(_OfProfile, Model):
    """One word chosen in one field, with its rank where the field is ranked (else 0)."""

    __tablename__ = "choice"
    __table_args__ = (
        sa.ForeignKeyConstraint(["list", "term"], [Term.list, Term.id]),
        sa.CheckConstraint(
            " OR ".join(
                f"(field = '{field}' AND list IN ({', '.join(map(repr, lists))}))"
                for field, lists in CHOICE_LISTS.items()
            ),
            name="list_fits_field",
        ),
        sa.CheckConstraint("rank >= 0", name="rank_counts"),
        sa.Index("ix_choice_term", "list", "term"),
        sa.Index(
            "uq_choice_single",
            "profile_id",
            "field",
            unique=True,
            sqlite_where=sa.text(_SINGLE),
            postgresql_where=sa.text(_SINGLE),
        ),
    )

    field: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    list: Mapped[str] = mapped_column(sa.String(20))
    term: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)


class Availability(_OfProfile, Model):
    """A weekly stretch in the person's own zone, minutes after midnight."""

    __tablename__ = "availability"
    __table_args__ = (
        sa.CheckConstraint("day BETWEEN 0 AND 6", name="day_of_week"),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name="stretch_of_a_day",
        ),
    )

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start_minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    end_minute: Mapped[int]


class NamingUse(enum.StrEnum):
    REQUEST = "request"  # an IMG asks for this mentor
    WELCOME = "welcome"  # a mentor would gladly take this IMG
    AVOID = "avoid"  # never pair with this person


class Naming(_OfProfile, Model):
    """Another person named: asked for (ranked, with a line on why), welcome or avoided.

    For somebody avoided by e-mail, ``line`` keeps the address as it was typed: it is what the
    author sees again, and never becomes a way to learn somebody's new address.
    """

    __tablename__ = "naming"
    __table_args__ = (
        sa.CheckConstraint("rank >= 0", name="rank_counts"),
        sa.CheckConstraint("length(line) <= 300", name="line_short"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    use: Mapped[NamingUse] = mapped_column(one_of(NamingUse, "use_known"), primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)
    line: Mapped[str] = mapped_column(sa.String(300), default="")


class InstitutionMark(_OfProfile, Model):
    """An institution in one of the uses of ``INSTITUTION_USES``; compared without case."""

    __tablename__ = "institution_mark"
    __table_args__ = (
        sa.CheckConstraint(f"use IN ({', '.join(map(repr, INSTITUTION_USES))})", name="use_known"),
        sa.CheckConstraint("length(name) > 0", name="name_given"),
    )

    use: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), primary_key=True)


class Importance(_OfProfile, Model):
    """How much one criterion matters to an IMG; a criterion without a row is normal."""

    __tablename__ = "importance"
    __table_args__ = (sa.CheckConstraint("level IN ('low', 'high')", name="level_known"),)

    criterion: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    level: Mapped[str] = mapped_column(sa.String(10))
