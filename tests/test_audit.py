"""The log of who did what: it is only added to, and whatever else is done to it shows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, first_bad, record
from mentorship.extensions import db, transaction
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import small_cast

THREADS, EACH = 20, 50


def write(session: Session, count: int = 1) -> list[AuditEntry]:
    about = uuid.uuid4()
    return [
        record(
            session,
            action=f"test.{number}",
            actor_id=uuid.uuid4(),
            about_id=about,
            now=NOW,
            detail={"count": number},
        )
        for number in range(count)
    ]


def test_entries_follow_each_other(session: Session) -> None:
    first, second = write(session, 2)
    assert second.before == first.hash
    bad, count, head = first_bad(session)
    assert (bad, head) == (None, second.hash)
    assert count == second.number


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_rewrite_it(session: Session, statement: str) -> None:
    write(session)
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(sa.text(statement))


def test_two_entries_never_follow_the_same_one(session: Session) -> None:
    (entry,) = write(session)
    again = AuditEntry(
        number=entry.number + 1,
        at=NOW,
        action="forged",
        detail={},
        before=entry.before,
        hash="0" * 64,
    )
    with pytest.raises(DatabaseError), session.begin_nested():
        session.add(again)


@pytest.mark.parametrize("column", ["action", "detail", "actor_id", "at", "hash", "number"])
def test_a_changed_entry_is_named(new_app: Callable[..., Flask], column: str) -> None:
    app = new_app()
    with app.app_context():
        with transaction() as session:
            entries = write(session, 5)
            third = entries[2].number
        with transaction() as session:
            _drop_all(session)
            new = {
                "action": "other",
                "detail": {"count": 99},
                "actor_id": uuid.uuid4(),
                "at": NOW.replace(year=2020),
                "hash": "f" * 64,
                "number": 77,
            }[column]
            session.execute(
                sa.update(AuditEntry).where(AuditEntry.number == third).values({column: new})
            )
        bad, _, _ = first_bad(db.session())
        assert bad == (third + 1 if column == "number" else third)


def _drop_all(session: Session) -> None:
    """Do what only somebody with the keys to the database could."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("DROP TRIGGER audit_kept ON audit_entry"))
        session.execute(sa.text("DROP TRIGGER audit_kept_six_years ON audit_entry"))
    else:
        session.execute(sa.text("DROP TRIGGER audit_no_update"))
        session.execute(sa.text("DROP TRIGGER audit_no_delete"))


def _delete(session: Session, *numbers: int) -> None:
    session.execute(sa.delete(AuditEntry).where(AuditEntry.number.in_(numbers)))


@pytest.mark.parametrize(("gone", "named"), [((3,), 4), ((1, 2), 3), ((2, 3, 4), 5)])
def test_a_removed_entry_is_named_by_the_one_after_it(
    new_app: Callable[..., Flask], gone: tuple[int, ...], named: int
) -> None:
    app = new_app()
    with app.app_context():
        with transaction() as session:
            write(session, 5)
        with transaction() as session:
            _drop_all(session)
            _delete(session, *gone)
        assert first_bad(db.session())[0] == named
        found = app.test_cli_runner().invoke(args=["audit", "verify"])
        assert (found.exit_code, f"entry {named} " in found.output) == (1, True)


def test_a_forged_entry_at_the_end_is_named(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context():
        with transaction() as session:
            last = write(session, 2)[-1]
            forged = AuditEntry(number=3, at=NOW, action="a", detail={}, before=last.hash)
            forged.hash = "0" * 64
            session.add(forged)
        assert first_bad(db.session())[0] == 3


@pytest.mark.parametrize("number", [0, -1])
def test_the_database_takes_no_number_below_one(session: Session, number: int) -> None:
    write(session)
    with pytest.raises(DatabaseError, match="number_counts"), session.begin_nested():
        _put_in(session, number)


@pytest.mark.parametrize("number", [0, -1])
@pytest.mark.parametrize("forgotten", [0, 1])
def test_an_entry_put_in_before_the_first_is_named(
    new_app: Callable[..., Flask], number: int, forgotten: int
) -> None:
    app = new_app()
    now = dt.datetime.now(dt.UTC)
    with app.app_context():
        with transaction() as session:
            for at in (now - dt.timedelta(days=365 * 7), now, now):
                record(session, action="test", actor_id=None, about_id=None, now=at)
        if forgotten:
            with transaction() as session:
                before = now - dt.timedelta(days=365 * 6 + 2)
                assert audit.forget_before(session, before, now=now) == forgotten
        assert first_bad(db.session())[0] is None
        with transaction() as session:
            _take_any_number(session)
            _put_in(session, number)
        assert first_bad(db.session())[0] == number
        found = app.test_cli_runner().invoke(args=["audit", "verify"])
        assert (found.exit_code, f"entry {number} " in found.output) == (1, True)


def _put_in(session: Session, number: int) -> None:
    """Write an entry as somebody would who has the database but not the key."""
    forged = {"number": number, "action": "a", "before": "x" * 64, "hash": "y" * 64}
    session.execute(sa.insert(AuditEntry).values(at=NOW, detail={}, **forged))


def _take_any_number(session: Session) -> None:
    """Do what only the owner of the table could, as with a log from before there was a rule."""
    if session.get_bind().dialect.name == "postgresql":
        name = "ck_audit_entry_number_counts"
        session.execute(sa.text(f"ALTER TABLE audit_entry DROP CONSTRAINT {name}"))
    else:
        session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))


def test_old_entries_go_and_the_chain_still_has_its_beginning(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app()
    now = dt.datetime.now(dt.UTC)
    seven, five = (now - dt.timedelta(days=365 * years) for years in (7, 5))
    with app.app_context():
        with transaction() as session:
            for at in (seven, seven, five, now):
                record(session, action="test", actor_id=None, about_id=None, now=at)
        with transaction() as session:
            assert audit.forget_before(session, now - dt.timedelta(days=365 * 6 + 2), now=now) == 2
        bad, count, _ = first_bad(db.session())
        assert (bad, count) == (None, 3)  # two that stay, and the one that tells
        with pytest.raises(DatabaseError), transaction() as session:
            _delete(session, 3)
        with transaction() as session:
            _drop_all(session)
            _delete(session, 3)
        assert first_bad(db.session())[0] == 4


def test_the_command_says_whether_all_is_well(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context(), transaction() as session:
        entries = write(session, 3)
        head = entries[-1].hash
    run = app.test_cli_runner().invoke
    found = run(args=["audit", "verify", "--head", head])
    assert found.exit_code == 0, found.output
    assert f"3 entries, all as they were written. Head: {head}" in found.output
    cut = run(args=["audit", "verify", "--head", "e" * 64])
    assert cut.exit_code == 1
    assert "its end was cut" in cut.output


def test_many_writers_make_one_chain(new_app: Callable[..., Flask]) -> None:
    app = new_app()

    def writer(_: int) -> None:
        for _turn in range(EACH):
            with app.app_context(), transaction() as session:
                write(session)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(writer, range(THREADS)))
    with app.app_context():
        bad, count, _ = first_bad(db.session())
    assert (bad, count) == (None, THREADS * EACH)


def test_what_leaders_do_is_logged_with_it_or_not_at_all(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast = small_cast(session)
    round_ = cast.draft()
    leader = sign_in(cast.leader)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader.post(f"{home}/open")
    leader.post(f"{home}/open", status=409)  # refused, so not logged
    leader.post(f"{home}/run")
    found = [entry.action for entry in audit.history(session, round_.id)]
    assert found == ["round.close", "round.run", "round.open"]  # the first run closes it
    page = leader.get(f"{home}/history")
    assert "Opened the round" in page.text
    assert cast.leader.name in page.text
