"""What is past its time goes, what is not stays; 25 months on nothing is left over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mentorship import jobs
from mentorship.accounts import emails
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, first_bad, record
from mentorship.crypto import UnreadableField
from mentorship.extensions import db, transaction
from mentorship.matching import Img
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.privacy import command, copying, retention
from mentorship.profiles.models import Choice, Profile
from mentorship.profiles.service import write_img
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Publication
from mentorship.signins.models import UserSession
from mentorship.signins.service import open_session
from mentorship.throttle.models import Throttle
from mentorship.toolkit.path_models import Situation
from mentorship.toolkit.tracks import Status, Track, keep_track
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.privacy.person import whole_person
from tests.rounds.cast import small_cast

MONTHS_25 = NOW + dt.timedelta(days=761)
DAY = dt.timedelta(days=1)


def past(session: Session, now: dt.datetime) -> dict[str, int]:
    return {each.rule.key: each.past for each in retention.report(session, now=now) if each.past}


@pytest.fixture
def lived(session: Session) -> Session:
    """A finished round, a profile that was never in one, a mail, a copy and an opening."""
    pair = whole_person(session)
    pair.cast.mentor("Vera", topics=("visa_choice",), visas=("e3_visa",), seats=0)
    service.finish_round(session, round_id=pair.round.id, now=NOW)
    alone = pair.cast.img("Sol Alone", visa="e3")
    copying.ask(session, person_id=alone.id, now=NOW)
    track = Track(None, Status.VISA)
    keep_track(session, person_id=alone.id, track=track, now=NOW)
    post(session, person_id=None, recipient=alone.email, subject="Hello", body="", now=NOW)
    emails.ask(session, alone, "sol.alone@example.net", now=NOW)
    return session


def test_25_months_on_nothing_is_past_its_time(lived: Session) -> None:
    kinds = {"profiles", "visas", "records", "situations", "mails", "copies", "addresses"}
    assert kinds <= set(past(lived, MONTHS_25))
    pairs = lived.scalar(sa.select(sa.func.count()).select_from(Pair))
    before = past(lived, MONTHS_25)
    assert retention.run(now=MONTHS_25) == retention.Removed(before, ())
    assert past(lived, MONTHS_25) == {}
    lived.expire_all()
    assert lived.scalar(sa.select(sa.func.count()).select_from(Pair)) == pairs
    runs = lived.scalars(sa.select(Run)).all()
    assert {(run.inputs is None, run.inputs_deleted_at) for run in runs} == {(True, MONTHS_25)}
    assert all(pair.parts == [] for pair in lived.scalars(sa.select(Pair)))
    profiles = lived.scalars(sa.select(Profile)).all()
    assert lived.scalars(sa.select(Situation)).all() == []
    assert not any(each.visa or each.visas for each in profiles)
    told = lived.scalars(sa.select(AuditEntry).where(AuditEntry.action == "privacy.retention"))
    assert {key: past for entry in told for key, past in entry.detail.items()} == before
    assert first_bad(lived)[0] is None
    assert retention.run(now=MONTHS_25).rows == {}


def test_nothing_goes_a_second_early(lived: Session) -> None:
    for key in ("visas", "records", "situations", "mails", "copies", "addresses"):
        limit = next(rule.limit for rule in retention.RULES if rule.key == key)
        assert key not in past(lived, NOW + limit)
        assert key in past(lived, NOW + limit + dt.timedelta(seconds=1))


def test_a_match_and_a_round_that_goes_on_keep_a_profile(session: Session) -> None:
    pair = whole_person(session)  # the round is not finished, and waits for answers
    session.execute(sa.update(Publication).values(answer_by=MONTHS_25))
    assert "profiles" not in past(session, MONTHS_25)
    assert "visas" not in past(session, MONTHS_25)
    service.finish_round(session, round_id=pair.round.id, now=NOW)
    retention.run(now=MONTHS_25)
    kept = session.get_one(Profile, pair.cast.profile("Chi Tanaka"), populate_existing=True)
    assert kept.goals  # she is matched
    ben = session.get_one(Profile, pair.cast.profile("Ben Okafor"), populate_existing=True)
    left = sa.select(sa.func.count()).where(Choice.profile_id == ben.id)
    assert session.scalar(left) == 0  # he was in the run, so his key stays, and nothing else
    assert session.get_one(User, ben.person_id).name == "Ben Okafor"


def test_a_round_that_no_leader_ends_is_over_with_the_last_that_happened(session: Session) -> None:
    cast = small_cast(session)
    visa = sa.update(Profile).where(Profile.id == cast.profile("Ben Okafor"))
    session.execute(visa.values(visa_sealed=b"sealed"))
    round_, _ = cast.reviewed()
    last = NOW + 10 * DAY
    run = service.run_round(session, round_id=round_.id, by=None, now=last)
    limits = {"visas": 90 * DAY, "records": 90 * DAY, "profiles": 730 * DAY}
    for key, limit in limits.items():
        assert key not in past(session, last + limit)
        assert key in past(session, last + limit + dt.timedelta(seconds=1))
    assert past(session, last + 91 * DAY)["records"] == 2
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=None, now=last)
    due = session.get_one(Publication, round_.id).answer_by
    assert not {"visas", "records"} & set(past(session, due + 90 * DAY))
    assert {"visas", "records"} <= set(past(session, due + 91 * DAY))
    assert "visas" not in past(session, last + 90 * DAY)
    left = {"person_id": cast.people["Ben Okafor"].id, "profile_id": cast.profile("Ben Okafor")}
    service.withdraw(session, round_id=round_.id, **left, now=NOW)
    assert "visas" in past(session, last + 90 * DAY)  # for him it was over then


def test_an_answer_given_for_the_next_round_stays(session: Session) -> None:
    """The round before was over long ago when Ben came back and said what holds now."""
    cast = small_cast(session)
    service.finish_round(session, round_id=cast.published().id, now=NOW)
    ben, back = cast.people["Ben Okafor"], NOW + 200 * DAY
    said = Img(key="ben", stage="interviews", topics=("visa_choice",), visa="h1b")
    write_img(session, person_id=ben.id, img=said, now=back)

    def left(now: dt.datetime) -> str | None:
        retention.run(now=now)
        key = cast.profile("Ben Okafor")
        return session.get_one(Profile, key, populate_existing=True).visa

    assert left(back + DAY) == "h1b"
    assert left(back + 90 * DAY) == "h1b"
    assert left(back + 91 * DAY) is None


def test_a_dry_run_says_what_a_run_does(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context():
        with transaction() as session:
            post(
                session,
                person_id=None,
                recipient="a@example.org",
                subject="Hello",
                body="",
                now=NOW,
            )
            old = sa.update(Message).values(created_at=NOW - dt.timedelta(days=900))
            session.execute(old)
        run = app.test_cli_runner().invoke
        dry = run(args=["retention", "run", "--dry-run"])
        assert "1  Mails, sent or given up (30 days)" in dry.output
        assert "Nothing was removed" in dry.output
        assert db.session.scalars(sa.select(Message)).all()
        db.session.rollback()
        assert "Removed: 1" in run(args=["retention", "run"]).output
        assert db.session.scalars(sa.select(Message)).all() == []
        assert "Removed: 0" in run(args=["retention", "run"]).output


def test_administrators_read_what_would_go(
    lived: Session, sign_in: Callable[[User], PageClient]
) -> None:
    page = sign_in(factories.administrator(lived)).get("/admin/retention")
    assert "Visa answers, after somebody's last round and the last change" in page.text
    assert "90 days" in page.text


def test_the_errand_removes_and_the_head_of_the_log_is_mailed(
    lived: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    admin = factories.administrator(lived)
    monkeypatch.setattr(jobs, "utc_now", lambda: MONTHS_25)
    monkeypatch.setattr(jobs, "sweep", lambda: None)  # this test's transaction is open
    jobs.run_retention()
    assert past(lived, MONTHS_25) == {}
    with caplog.at_level("INFO", logger="mentorship"):
        jobs.note_head()
    head = lived.scalars(sa.select(AuditEntry.hash).order_by(AuditEntry.number.desc())).first()
    assert str(head) in caplog.text
    mail = lived.scalars(sa.select(Message).where(Message.recipient == admin.email)).one()
    assert mail.subject.startswith("Log: entry ")


def test_sessions_and_counts_of_tries_do_not_stay(session: Session) -> None:
    person = factories.person(session)
    for key in ("old", "new"):
        at = NOW if key == "old" else MONTHS_25
        open_session(session, person, token=key, browser="Firefox on Linux", now=at)
        session.add(Throttle(key=key, used=1, began_at=at, ends_at=at))
    session.flush()
    assert retention.run(now=MONTHS_25).rows["sessions"] == 1
    assert session.scalars(sa.select(UserSession.opened_at)).all() == [MONTHS_25]
    assert session.scalars(sa.select(Throttle.key)).all() == ["new"]


@pytest.mark.parametrize(
    "trouble",
    [ProgrammingError("DELETE", {}, Exception("permission denied")), UnreadableField("a seal")],
)
def test_a_rule_that_fails_holds_up_no_other(
    new_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise trouble

    bad = [replace(rule, remove=refuse) if rule.key == "log" else rule for rule in retention.RULES]
    monkeypatch.setattr(retention, "RULES", tuple(bad[::-1]))  # the bad one first
    app = new_app()
    with app.app_context():
        with transaction() as session:
            post(
                session,
                person_id=None,
                recipient="a@example.org",
                subject="Hello",
                body="",
                now=NOW,
            )
            record(session, action="x", actor_id=None, about_id=None, now=NOW)
        monkeypatch.setattr(command, "utc_now", lambda: NOW + 2200 * DAY)
        ended = app.test_cli_runner().invoke(args=["retention", "run"])
        assert ended.exit_code == 1
        assert "Removed: 1" in ended.output
        assert "not carried out, see the log: log" in ended.output
        assert db.session.scalars(sa.select(Message)).all() == []
