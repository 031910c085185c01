"""The migrations and the models tell the same story, up and down, with rows in the tables."""

from __future__ import annotations

import datetime as dt
import runpy
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.consents.models import Consent
from mentorship.extensions import db, migrate
from mentorship.inbox.models import Notice, NoticeChoice, NoticeKind, Way
from mentorship.inbox.service import choices_of
from mentorship.matching import CRITERIA
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.parts import HEARERS
from mentorship.rounds.snapshot import digest
from tests import factories
from tests.rounds.cast import small_cast

WHEN = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
# Criteria of which every field is for the reader, but whose sentence of then named one that is not.
COUNTRY = {"leader": {"same_country"}, "img": set(), "mentor": set()}


def _revisions(app: Flask) -> list[Any]:
    with app.app_context():
        script = ScriptDirectory.from_config(migrate.get_config(None))
        return list(reversed(list(script.walk_revisions())))


def _sample(column: sa.Column[Any]) -> Any:
    """Make up a value for a column that needs one and says only its type."""
    kind = column.type
    samples: list[tuple[type, Any]] = [
        (sa.Uuid, uuid.uuid4()),
        (sa.JSON, {}),
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.Date, WHEN.date()),
        (sa.DateTime, WHEN.replace(tzinfo=None) if db.engine.dialect.name == "sqlite" else WHEN),
        (sa.LargeBinary, b"x"),
    ]
    return next((value for type_, value in samples if isinstance(kind, type_)), None)


SENSIBLE: dict[tuple[str, str], Any] = {
    ("user", "email"): "somebody@example.org",
    ("profile", "kind"): "img",
    ("profile", "seats"): 0,
    ("profile", "about"): "",
    ("profile", "goals"): "",
    ("profile", "is_img"): None,
    ("profile", "institution"): None,
    ("profile", "visas_sealed"): None,
    ("profile", "paused_until"): None,
    ("profile", "graduation_year"): 2020,
    ("consent", "purpose"): "matching",
    ("membership", "role"): "img",
    ("membership", "state"): "active",
    ("round", "state"): "open",
    ("round", "policy"): "best-total",
    ("section", "slug"): "section",
    ("term", "list"): "language",
}


STARTING = (  # tables, each after those it points to
    *("user", "section", "term", "membership", "profile", "consent", "round"),
    *("participant", "run"),
)


def _fill(connection: sa.Connection) -> dict[str, int]:
    """Put one row into the tables that people's data start from; count the rows of all tables."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    keys: dict[tuple[str, str], Any] = {}
    for name in STARTING:
        table = metadata.tables.get(name)
        if table is None:
            continue
        row = {}
        for column in table.columns:
            if column.foreign_keys:
                (key,) = column.foreign_keys
                value = keys.get((key.column.table.name, key.column.name))
            else:
                value = SENSIBLE.get((name, column.name), _sample(column))
            if value is None and not column.nullable:
                value = uuid.uuid4().hex if column.type.length == 32 else "word"  # type: ignore[attr-defined]  # a column of text has a length
            row[column.name] = value
        connection.execute(table.insert().values(row))
        keys |= {(name, column): value for column, value in row.items()}
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for name, table in metadata.tables.items()
        if name != "alembic_version"
    }


@pytest.fixture
def fresh(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


def test_every_step_goes_up_down_and_up_again(fresh: Flask) -> None:
    with fresh.app_context():
        downgrade(revision="base")
        for step in _revisions(fresh):
            upgrade(revision=step.revision)
            downgrade(revision=step.down_revision or "base")
            upgrade(revision=step.revision)
        check()  # exits with an error if the models ask for anything more


def test_later_steps_keep_the_rows_of_earlier_ones(fresh: Flask) -> None:
    first, *later = _revisions(fresh)
    with fresh.app_context():
        downgrade(revision="base")
        upgrade(revision=first.revision)
        with db.engine.begin() as connection:
            before = _fill(connection)
        assert sum(before.values()) >= 7
        for step in later:
            upgrade(revision=step.revision)
        for step in reversed(later):
            downgrade(revision=step.down_revision)
        upgrade()
        with db.engine.connect() as connection:
            for name, count in before.items():
                rows = sa.select(sa.func.count()).select_from(sa.table(name))
                assert connection.scalar(rows) == count, name


def test_whom_a_mentor_would_gladly_take_goes_with_the_step_that_brought_it(fresh: Flask) -> None:
    with fresh.app_context():
        downgrade(revision="base")
        upgrade(revision="0003")
        with db.engine.begin() as connection:
            _fill(connection)
            person = connection.scalar(sa.text('SELECT id FROM "user"'))
            profile = connection.scalar(sa.text("SELECT id FROM profile"))
        named = sa.text(
            "INSERT INTO naming (profile_id, person_id, use, rank, line)"
            " VALUES (:profile, :person, :use, 0, '')"
        )

        def name(use: str) -> None:
            with db.engine.begin() as connection:
                connection.execute(named, {"profile": profile, "person": person, "use": use})

        def uses() -> list[str]:
            with db.engine.connect() as connection:
                return sorted(connection.scalars(sa.text("SELECT use FROM naming")))

        name("request")
        with pytest.raises(sa.exc.IntegrityError):
            name("welcome")
        upgrade(revision="0004")
        name("welcome")
        with pytest.raises(sa.exc.IntegrityError):
            name("likes")
        assert uses() == ["request", "welcome"]
        downgrade(revision="0003")
        assert uses() == ["request"]
        with pytest.raises(sa.exc.IntegrityError):
            name("welcome")
        upgrade()
        assert uses() == ["request"]


def test_runs_of_before_get_open_scores_and_go_back_to_whole_ones(fresh: Flask) -> None:
    """What is sealed is opened, told anew and sealed again; the proof of a run still holds."""
    with fresh.app_context():
        session = db.session()
        cast = small_cast(session)
        cast.img("Dana Free", visa="j1_physician", topics=("visa_choice",))
        cast.mentor("Vera Path", visas=("conrad30_waiver",), topics=("visa_choice",))
        _, run = cast.reviewed()
        session.commit()
        run_id, total = run.id, run.total
        before = {pair.id: pair.open_score for pair in session.scalars(sa.select(Pair))}
        whole = {
            pair.id: sum(part["points"] for part in pair.parts or [])
            for pair in session.scalars(sa.select(Pair))
        }
        db.session.remove()
        downgrade(revision="0038")
        with db.engine.connect() as connection:
            pairs = sa.table("pair", sa.column("id", sa.Uuid()), sa.column("score", sa.Integer()))
            assert dict(connection.execute(sa.select(pairs)).all()) == whole
        upgrade()
        session = db.session()
        after = {pair.id: pair.open_score for pair in session.scalars(sa.select(Pair))}
        assert after.keys() == before.keys()
        # shares are made anew from rounded ones: a point or two of ten thousand for each criterion
        assert all(abs(after[key] - before[key]) <= 20 for key in before)
        run = session.get_one(Run, run_id)
        assert abs(run.total - total) <= 20 * len(before)
        assert run.proof is not None
        assert "primal" not in run.certificate
        assert digest(run.inputs or {}) == run.inputs_digest
        with pytest.raises(sa.exc.IntegrityError, match="a run never changes"):
            session.execute(sa.update(Pair).values(open_score=1))
        db.session.remove()


def test_reasons_of_before_that_may_not_be_told_now_go_and_points_stay(fresh: Flask) -> None:
    old = {
        "criterion": "location", "points": 300, "of": 400, "open": {"points": 300, "of": 400},
        "why": {"leader": "lives in Texas", "img": "lives in Texas", "mentor": "lives in Texas"},
    }  # fmt: skip
    country = {**old, "criterion": "same_country", "silent": []}
    unanswered = {**old, "criterion": "rhythm", "why": {}, "silent": ["img"]}
    with fresh.app_context():
        session = db.session()
        cast = small_cast(session)
        cast.reviewed()
        kept, forgotten = session.scalars(sa.select(Pair).limit(2)).all()
        keys, points = (kept.id, forgotten.id), [part["points"] for part in kept.parts or []]
        assert points
        kept.parts = [*(kept.parts or []), old, country, unanswered]
        forgotten.parts = []
        session.commit()
        db.session.remove()
        downgrade(revision="0053")
        upgrade()
        session = db.session()
        parts = session.get_one(Pair, keys[0]).parts or []
        assert session.get_one(Pair, keys[1]).parts == []
        assert [part["points"] for part in parts[:-3]] == points
        assert {"topics", "languages"} <= {p["criterion"] for p in parts[:-3] if p["why"]}
        *_, location, wish, silent = parts
        assert location["why"] == {"leader": "lives in Texas", "img": "lives in Texas"}
        assert wish == {**country, "why": {"img": "lives in Texas"}}
        assert silent == unanswered
        db.session.remove()


def test_what_that_step_leaves_rests_on_nothing_that_is_kept_from_the_reader() -> None:
    step = Path("migrations/versions/0055_reasons_of_before.py").resolve()
    told = runpy.run_path(str(step))["TOLD"]
    for side, hearer in HEARERS.items():
        whole = {key for key, each in CRITERIA.items() if not hearer.cuts(each)}
        since = {"availability", "same_gender"}  # a gender has been told, by a switch, since 0064
        assert told[side] == whole - since - ({"same_country"} & COUNTRY[side]), side


def test_mails_of_before_become_those_of_whoever_has_their_address(fresh: Flask) -> None:
    with fresh.app_context():
        session = db.session()
        cast = small_cast(session)
        mina = cast.leader
        for to in (mina.email, "gone@example.org"):
            subject = "You are in touch with Zq Nobody"
            post(session, person_id=None, recipient=to, subject=subject, body="x", now=WHEN)
        kept = {"kind": NoticeKind.SECTION, "path": "/x", "created_at": WHEN}
        session.add(Notice(person_id=mina.id, words="You are in touch with Zq Nobody", **kept))
        session.add(Notice(person_id=mina.id, words="You now lead a section", **kept))
        daily = NoticeChoice(person_id=mina.id, kind=NoticeKind.SECTION, way=Way.DAILY)
        session.add(daily)
        key, email = mina.id, mina.email
        session.commit()
        db.session.remove()
        downgrade(revision="0057")
        upgrade()
        session = db.session()
        mails = session.scalars(sa.select(Message)).all()
        assert {(m.recipient, m.person_id) for m in mails} == {
            (email, key),
            ("gone@example.org", None),
        }
        nameless = "A member agreed to be put in touch"
        assert {m.subject for m in mails} == {nameless}
        words = set(session.scalars(sa.select(Notice.words)))
        assert words == {nameless, "You now lead a section"}
        assert choices_of(session, key)[NoticeKind.LEADING] is Way.DAILY
        db.session.remove()


def test_who_gave_the_consents_of_before_is_worked_out(fresh: Flask) -> None:
    """What was agreed to before somebody could sign in, a leader's file said; no row is lost."""
    later, hour = WHEN + dt.timedelta(days=9), dt.timedelta(hours=1)
    people = {  # when they could sign in, when they agreed, whether they changed their address
        "never": (None, WHEN, False),
        "claimed later": (later, WHEN, False),
        "self": (WHEN, later, False),
        "moved": (later + hour, later, True),
    }
    with fresh.app_context():
        session = db.session()
        for name, (confirmed, given, moved) in people.items():
            who = factories.person(session, name, confirmed_at=confirmed)
            session.add(Consent(person_id=who.id, purpose="matching", version=1, given_at=given))
            if moved:
                action = "account.email.change"
                audit.record(session, action=action, actor_id=who.id, about_id=who.id, now=WHEN)
        session.commit()
        db.session.remove()
        downgrade(revision="0056")
        upgrade()
        session = db.session()
        said = sa.select(User.name, Consent.by_file).join(User, User.id == Consent.person_id)
        assert dict(session.execute(said).all()) == {
            **dict.fromkeys(("never", "claimed later"), True),
            **dict.fromkeys(("self", "moved"), False),
        }
        db.session.remove()


def test_the_log_is_whole_and_only_added_to_where_its_table_was_copied(fresh: Flask) -> None:
    with fresh.app_context():
        for _ in range(3):
            audit.record(db.session(), action="x", actor_id=None, about_id=None, now=WHEN)
        db.session.commit()
        db.session.remove()
        downgrade(revision="0062")
        for step in ("0062", "0063"):
            upgrade(revision=step)
            assert audit.first_bad(db.session())[:2] == (None, 3)
            db.session.remove()
            for change in ("UPDATE audit_entry SET action = 'y'", "DELETE FROM audit_entry"):
                with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
                    connection.exec_driver_sql(change)


def test_there_is_one_head(fresh: Flask) -> None:
    with fresh.app_context():
        assert len(ScriptDirectory.from_config(migrate.get_config(None)).get_heads()) == 1
