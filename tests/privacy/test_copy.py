"""A copy of one's data: every table is in it, or listed with the reason why not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship import jobs
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.community.models import Introduction, IntroductionState
from mentorship.extensions import Base
from mentorship.privacy import copying
from mentorship.privacy.holdings import IN_THE_COPY, NOT_IN_THE_COPY
from mentorship.privacy.models import DataExport
from mentorship.privacy.traces import BELOW_PROFILE, OF_PAIR, OF_PERSON, OF_PROFILE, STAYS
from mentorship.rounds.offer_models import OfferState
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.privacy.person import (
    CANARY,
    another_name_and_address,
    plant,
    sealed_attributes,
    whole_person,
)

BY_ADDRESS = {"audit_entry"}  # it names a person without a foreign key


def of_people() -> set[str]:
    """Return the tables from which a chain of foreign keys leads to a person."""
    found, tables = {"user"}, Base.metadata.tables.values()
    while more := {
        table.name
        for table in tables
        if table.name not in found
        and any(key.column.table.name in found for key in table.foreign_keys)
    }:
        found |= more
    return found


def test_every_table_about_people_is_in_the_copy_or_has_a_reason(app: Flask) -> None:
    copied = {each.table.name for each in IN_THE_COPY}
    assert len(copied) == len(IN_THE_COPY)
    assert copied | set(NOT_IN_THE_COPY) == of_people() | BY_ADDRESS
    assert not copied & set(NOT_IN_THE_COPY)
    assert all(NOT_IN_THE_COPY.values())


def test_every_table_about_people_has_its_erasure(app: Flask) -> None:
    goes = {column.class_.__tablename__ for column in (*OF_PERSON, *OF_PROFILE)}
    goes |= {*BELOW_PROFILE, *(kind.__tablename__ for kind in OF_PAIR), "user_role"}
    assert goes | set(STAYS) == of_people()
    assert goes & set(STAYS) == set()


def test_columns_that_are_left_out_exist(app: Flask) -> None:
    for each in IN_THE_COPY:
        assert {*each.without, *each.hide} <= set(each.table.columns.keys())


def unzipped(archive: bytes) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]], str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        tables = {
            name.removeprefix("tables/").removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(zipped.read(name).decode("utf-8-sig")))
            )
            for name in zipped.namelist()
            if name.startswith("tables/")
        }
        return json.loads(zipped.read("data.json")), tables, zipped.read("READ_ME.txt").decode()


def test_the_copy_holds_every_row_and_sealed_answers_in_the_open(session: Session) -> None:
    chi = whole_person(session).img
    plant(session, chi)
    plain, tables, words = unzipped(copying.zipped(session, chi.id, site_name="Here", now=NOW))
    never = {"seat_count", "ending", "unmatched", "news_item", "fact_change", "erasure"}
    never |= {"availability"}  # Chi offered no seat, ended nothing, leads nothing
    never |= {"naming"}  # of one typed address, which stands in the profile
    assert CANARY in plain["profile"][0]["avoid"]
    assert {each.table.name for each in IN_THE_COPY} - set(plain) <= never | BY_ADDRESS
    assert plain["profile"][0]["visa"] == CANARY
    assert plain["note"][0]["text"] == CANARY
    assert plain["user"][0]["phone"] == CANARY
    assert plain["offer"][0]["state"] == "confirmed"
    assert {name: len(rows) for name, rows in plain.items()} == {
        name: len(rows) for name, rows in tables.items()
    }
    assert "note: Your own notes (1)" in words


def test_mails_are_those_of_the_person_whatever_their_address_was(session: Session) -> None:
    chi = whole_person(session).img
    name, before, *_ = another_name_and_address(session, chi)
    next_one = factories.person(session, email=before)  # the address is free now
    plain, _, _ = unzipped(copying.zipped(session, chi.id, site_name="Here", now=NOW))
    to = {row["recipient"] for row in plain["message"]}
    assert to == {before, "zqsecondzq@example.org", "zqneverzq@example.org"}
    theirs, _, _ = unzipped(copying.zipped(session, next_one.id, site_name="Here", now=NOW))
    assert "message" not in theirs
    assert name not in json.dumps(theirs)


def test_nothing_of_others_and_nothing_that_opens_accounts_is_in_it(session: Session) -> None:
    pair = whole_person(session)
    pair.mentor.name, pair.mentor.phone = "zqotherzq", "zqotherzq"
    session.flush()
    archive = copying.zipped(session, pair.img.id, site_name="Here", now=NOW)
    plain, _, _ = unzipped(archive)
    text = json.dumps(plain)
    for other in (pair.mentor, pair.cast.people["Ana Silva"], pair.cast.leader):
        assert str(other.id) not in text
        assert other.email not in text
        assert other.name not in text
    for each in IN_THE_COPY:
        for name in each.without:
            rows = plain.get(each.table.name, [])
            assert not any(name.removesuffix("_sealed") in row for row in rows)


def test_why_a_mentor_declined_is_in_the_mentors_copy_only(session: Session) -> None:
    pair = whole_person(session)
    offer = pair.cast.offer("Ana Silva")
    mentor = session.get_one(
        User,
        next(
            who.id
            for name, who in pair.cast.people.items()
            if pair.cast.profile(name) == offer.mentor_id
        ),
    )
    offer.state, offer.decline_reason = OfferState.DECLINED_BY_MENTOR, "wrong_fit"
    offer.decline_words = "zqwhyzq"
    session.flush()
    own = copying.zipped(session, mentor.id, site_name="Here", now=NOW)
    assert "zqwhyzq" in json.dumps(unzipped(own)[0])
    hers = copying.zipped(session, pair.cast.people["Ana Silva"].id, site_name="Here", now=NOW)
    assert "offer" not in unzipped(hers)[0]  # she is never told who was asked and said no


def test_no_copy_tells_whoever_asked_to_be_put_in_touch_of_a_no(session: Session) -> None:
    asker, asked = factories.person(session), factories.person(session)
    both = {"from_id": asker.id, "to_id": asked.id, "words": "Hello", "asked_at": NOW}
    row = Introduction(section_id=factories.section(session).id, **both)
    row.state = IntroductionState.WAITING
    session.add(row)

    def told(person: User, state: IntroductionState, at: dt.datetime | None) -> dict[str, Any]:
        row.state, row.answered_at = state, at
        session.flush()
        copy = copying.zipped(session, person.id, site_name="Here", now=NOW)
        (found,) = unzipped(copy)[0]["introduction"]
        return dict(found)

    silence = told(asker, IntroductionState.WAITING, None)
    assert told(asker, IntroductionState.DECLINED, NOW) == silence
    assert told(asked, IntroductionState.DECLINED, NOW)["state"] == "declined"
    back = told(asker, IntroductionState.WITHDRAWN, NOW)  # NOW may be when they said no
    assert (back["state"], back["answered_at"]) == ("withdrawn", None)
    agreed = told(asker, IntroductionState.AGREED, NOW)
    assert (agreed["state"], agreed["answered_at"]) == ("agreed", NOW.isoformat())


def test_a_copy_is_fetched_by_its_owner_for_a_day(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    me, other = factories.person(session, "=Me"), factories.person(session)
    mine = sign_in(me)
    page = mine.follow(mine.submit("/account/data"))
    link = next(each for each in page.links() if each.endswith(".zip"))
    answer = mine.client.get(link)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    plain, tables, _ = unzipped(answer.data)
    assert plain["user"][0]["name"] == "=Me"
    assert tables["user"][0]["name"] == "'=Me"
    assert sign_in(other).client.get(link).status_code == 404
    export = session.scalars(sa.select(DataExport)).one()
    told = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.about_id == me.id))
    assert list(told) == ["privacy.ask_for_data", "privacy.data.made"]
    assert export.made_at is not None
    late = export.made_at + copying.LIVES
    with pytest.raises(NoResultFound):
        copying.fetch(session, person_id=me.id, export_id=export.id, now=late)
    mine.submit("/account/data")
    assert mine.client.get(link).status_code == 404  # a new copy takes the place of the old one


def test_more_than_five_copies_an_hour_are_refused(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    mine = sign_in(factories.person(session))
    for _ in range(copying.MOST_AN_HOUR):
        mine.post("/account/data")
    page = mine.post("/account/data", status=429)
    assert 3500 < int(page.response.headers["Retry-After"]) <= 3600
    assert "Wait 60 minutes and try again" in page.text
    assert "forget your password" not in page.text


def test_a_large_copy_is_made_by_the_worker_once(
    session: Session, sign_in: Callable[[User], PageClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    me = factories.person(session)
    monkeypatch.setattr(copying, "SMALL", 0)
    mine = sign_in(me)
    page = mine.follow(mine.submit("/account/data"))
    assert "Your copy is being made" in page.text
    jobs.make_copies()
    jobs.make_copies()
    export = session.scalars(sa.select(DataExport)).one()
    session.refresh(export)
    assert export.archive
    assert "Your copy is ready" in mine.get("/account/data").text
    made = sa.select(sa.func.count()).where(AuditEntry.action == "privacy.data.made")
    assert session.scalar(made) == 1


def test_an_old_sign_in_is_asked_again(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    mine = sign_in(factories.person(session))
    with mine.client.session_transaction() as cookie:
        cookie["fs_paa"] = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()
        cookie["fs_gexp"] = 0
    for path in ("/account/data", "/account/erase"):
        page = mine.post(path, {"sure": "y"}, status=200)
        assert "password" in page.text.casefold()
    assert session.scalars(sa.select(DataExport)).all() == []
    assert mine.client.get(f"/account/data/{uuid.uuid4()}.zip").status_code in {302, 303}


def test_every_sealed_attribute_is_opened_under_its_own_name(app: Flask) -> None:
    for each in IN_THE_COPY:
        for name in sealed_attributes(each.model):
            assert f"{name}_sealed" in each.table.columns
