"""Erasure: asked for, taken back, and done, so that nothing of the person is left anywhere."""

from __future__ import annotations

import base64
import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import Workbook
from sqlalchemy.orm import Session

from mentorship import audit, jobs
from mentorship.accounts.models import User
from mentorship.community import service as community
from mentorship.community.models import CouncilSeat
from mentorship.consents.models import Erasure
from mentorship.consents.service import MATCHING, agrees_to, give, in_force
from mentorship.extensions import Base, db, transaction
from mentorship.mentorships.models import Meeting
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.oversight import glass
from mentorship.privacy import erasing, wishes
from mentorship.privacy.holdings import IN_THE_COPY
from mentorship.privacy.mails import NAMELESS
from mentorship.profiles.models import Profile
from mentorship.rosters.import_models import ImportState, RosterImport
from mentorship.rounds import board
from mentorship.rounds.declined import Reading
from mentorship.rounds.inputs import InputsForgotten
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.paging import Wanted
from mentorship.rounds.priority import ENDED, priority_of
from mentorship.rounds.proving import prove_again
from mentorship.search.misses import note_miss
from mentorship.search.models import SearchEntry, SearchMiss
from mentorship.sections import leading
from mentorship.sections.models import Membership
from mentorship.sections.table_models import SavedView
from mentorship.signins import people
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.privacy.person import (
    CANARY,
    CODED,
    another_name_and_address,
    plant,
    sealed_attributes,
    whole_person,
)
from tests.rosters.damaged import PICTURE, damaged, encrypted, with_a_picture
from tests.rounds.asking import accept, again, ask, direct
from tests.rounds.cast import small_cast
from tests.sections.test_races import at_once

DUE = NOW + wishes.GRACE
SignIn = Callable[[User], PageClient]


def asked_and_done(session: Session, person: User) -> None:
    wishes.ask(session, person=person, now=NOW)
    assert erasing.erase(session, person_id=person.id, now=DUE)


def everything(session: Session) -> Iterator[tuple[str, str]]:
    """Yield every value of every table as text, and what every sealed value says."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(sa.select(table)).mappings():
            for name, value in row.items():
                yield f"{table.name}.{name}", str(value)
    known = set(Base.metadata.tables)  # the full text has tables of the database's own making
    for name in set(sa.inspect(session.connection()).get_table_names()) - known:
        found = session.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
        yield from ((name, str(values)) for values in found)
    for mapper in Base.registry.mappers:
        names = list(sealed_attributes(mapper.class_))
        for row in session.scalars(sa.select(mapper.class_)) if names else ():
            for name in names:
                yield f"{mapper.class_.__tablename__}.{name} sealed", str(getattr(row, name))


def hits(session: Session, *words: str) -> list[str]:
    session.expire_all()
    return [where for where, text in everything(session) if any(word in text for word in words)]


def texts_of_people() -> set[str]:
    """Return every column of the person's tables that may hold words, sealed ones too."""
    return {
        f"{each.table.name}.{column.name.removesuffix('_sealed')}"
        for each in IN_THE_COPY
        for column in each.table.columns
        if (type(column.type) in {sa.String, sa.Text} or column.name.endswith("_sealed"))
        and not column.foreign_keys
        and column.name not in CODED.get(each.table.name, ())
    }


def test_nothing_of_an_erased_person_is_left_in_any_table(session: Session) -> None:
    pair = whole_person(session)
    chi, key = pair.img, str(pair.cast.profile("Chi Tanaka"))
    naming_her = sa.select(Message.body).where(Message.body.contains("Chi Tanaka"))
    assert session.scalars(naming_her).all()  # mails to others wait, and one names her
    plant(session, chi)
    chi.name = "Chi Tanaka"
    wishes.ask(session, person=chi, now=NOW)
    found = {where.removesuffix(" sealed") for where in hits(session, CANARY)}
    assert {"search_entry.title", "search_entry.note"} < found, "the search finds the letter"
    assert any(where.startswith("search_fts") for where in found)
    unplanted = {where for where in texts_of_people() if where not in found | {"user.name"}}
    # what only the other one writes, what is a score, and a profile of a mentor
    assert (
        unplanted
        == {
            *("pair.parts", "offer.decline_words", "ending.words", "concern.outcome"),
            *("profile.visas", "message.body"),
            # secrets, hashes and kinds, into which nobody writes words
            *("user.totp", "email_change.token_hash", "recovery_code.hash", "passkey.transports"),
            *("user_session.token_hash", "user_session.key"),
            *("user.reset_link_hash", "user.confirm_link_hash", "sign_in_identity.issuer"),
        }
        - found
    )
    assert erasing.erase(session, person_id=chi.id, now=DUE)
    assert hits(session, CANARY, "Chi Tanaka") == []
    for run in session.scalars(sa.select(Run)):
        assert run.inputs is not None
        assert run.inputs["erased"] == [key]
        assert key not in {plain["key"] for plain in run.inputs["imgs"]}
    assert audit.first_bad(session)[0] is None


def test_names_and_addresses_of_before_go_too(session: Session) -> None:
    pair = whole_person(session)
    words = another_name_and_address(session, pair.img)
    told = {where for word in words for where in hits(session, word)}
    assert {"message.recipient", "message.body"} <= told
    for word in words:
        assert hits(session, word), word
    asked_and_done(session, pair.img)
    assert hits(session, *words) == []


@pytest.mark.parametrize(
    ("name", "words", "left"),
    [
        (
            "Zo\u00eb van Dyke",
            "ZO\u00cb VAN\nDYKE, Zoe\u0308 van Dyke (zvd@Example.org); not Zo\u00eb van Dykeman.",
            f"{NAMELESS}, {NAMELESS} ({NAMELESS}); not Zo\u00eb van Dykeman.",
        ),
        (
            "May",
            "You may ask May. Maya is not MAY.",
            f"You may ask {NAMELESS}. Maya is not {NAMELESS}.",
        ),
        ("Erased member", "An erased member.", f"An {NAMELESS}."),
        ("Li", "Listen to the list.", "Listen to the list."),
    ],
)
def test_a_name_goes_out_of_leaders_words_in_mails_to_others(
    session: Session, name: str, words: str, left: str
) -> None:
    """However it is written, and never out of the middle of another word."""
    gone = factories.person(session, name, email="zvd@example.org")
    other = factories.person(session, "Somebody Else")
    mail = post(
        session, person_id=other.id, recipient=other.email, subject=words, body=words, now=NOW
    )
    asked_and_done(session, gone)
    session.refresh(mail)
    assert mail.body == left
    assert mail.subject == " ".join(left.split())


def test_no_file_of_the_database_holds_the_person(
    new_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = new_app(instance=tmp_path)
    with app.app_context():
        with transaction() as session:
            pair = whole_person(session)
            plant(session, pair.img)
            wishes.ask(session, person=pair.img, now=NOW)
            who = pair.img.id
        assert _files_with(app, CANARY) or db.engine.dialect.name != "sqlite"
        jobs.erase_due()
        assert db.session.get(Erasure, who) is None
        assert hits(db.session(), CANARY) == []
        db.session.remove()
        assert _files_with(app, CANARY) == []


def _files_with(app: Flask, word: str) -> list[str]:
    url = db.engine.url
    files = [path for path in Path(app.instance_path).rglob("*") if path.is_file()]
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        files += list(file.parent.glob(f"{file.name}*"))
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_the_round_still_stands_and_the_other_one_is_told(session: Session) -> None:
    pair = whole_person(session)
    offers = session.scalar(sa.select(sa.func.count()).select_from(Offer))
    pairs = set(session.execute(sa.select(Pair.id, Pair.open_score)).all())
    before = session.scalars(
        sa.select(SeatCount.taken).where(SeatCount.mentor_id == pair.cast.profile("Omar Aziz"))
    ).one()
    asked_and_done(session, pair.img)
    offer = session.get_one(Offer, pair.id)
    assert offer.state is OfferState.ENDED
    assert session.scalar(sa.select(sa.func.count()).select_from(Offer)) == offers
    assert set(session.execute(sa.select(Pair.id, Pair.open_score)).all()) == pairs
    after = session.scalars(
        sa.select(SeatCount.taken).where(SeatCount.mentor_id == offer.mentor_id)
    ).one()
    assert after == before - 1
    to_mentor = sa.select(Message.subject).where(Message.recipient == pair.mentor.email)
    assert "A mentorship has ended" in session.scalars(to_mentor).all()
    meeting = session.scalars(sa.select(Meeting)).one()
    assert (set(meeting.words.values()), meeting.starts_at) == ({""}, NOW)
    shown = board.board(
        session,
        pair.round.id,
        Wanted(),
        reading=Reading.by(session, pair.cast.leader.id),
        now=DUE,
        finished=False,
    )
    assert shown is not None
    run = session.scalars(sa.select(Run)).one()
    with pytest.raises(InputsForgotten):
        prove_again(session, run_id=run.id)


def test_pages_of_the_round_and_the_pair_still_open(session: Session, sign_in: SignIn) -> None:
    pair = whole_person(session)
    asked_and_done(session, pair.img)
    leader = sign_in(pair.cast.leader)
    home = f"/sections/{pair.cast.section.slug}/rounds/{pair.round.id}"
    assert NAMELESS in leader.get(f"{home}/review").text
    for path in ("", "/report", "/history", "/finish"):
        assert leader.client.get(f"{home}{path}").status_code == 200
    assert leader.client.get(f"/sections/{pair.cast.section.slug}/log").status_code == 200
    sign_in(pair.mentor).get(f"/mentorships/{pair.id}")


def test_whoever_was_in_no_run_is_gone_altogether(session: Session) -> None:
    cast = small_cast(session)
    new = cast.img("Nia New")
    asked_and_done(session, new)
    assert session.get(User, new.id, populate_existing=True) is None
    assert session.scalars(sa.select(Profile).where(Profile.person_id == new.id)).all() == []


def test_a_mentorship_by_request_before_any_run_stays_with_the_other_one(
    session: Session, sign_in: SignIn
) -> None:
    cast = small_cast(session)
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    offer = ask(cast, direct(cast), "Ana Silva")
    assert accept(cast, offer, "Noor Haddad") is OfferState.CONFIRMED
    note = "She knows a good book."
    here = f"/mentorships/{offer.id}"
    sign_in(ana).submit(here, {"note-text": note}, action=f"{here}/notes")
    asked_and_done(session, noor)
    assert again(cast, offer).state is OfferState.ENDED
    page = sign_in(ana).get(here)
    assert NAMELESS in page.text
    assert note in page.text
    mine = cast.profile("Ana Silva")
    assert priority_of(session, [mine]) == {mine: ENDED}
    left = session.get_one(User, noor.id, populate_existing=True)
    assert (left.active, left.name) == (False, NAMELESS)


def test_a_shell_can_do_nothing(session: Session, sign_in: SignIn) -> None:
    chi = whole_person(session).img
    old = chi.fs_uniquifier
    client = sign_in(chi)
    asked_and_done(session, chi)
    left = session.get_one(User, chi.id, populate_existing=True)
    assert (left.active, left.password, left.roles, left.confirmed_at) == (False, None, [], None)
    assert left.fs_uniquifier != old
    assert client.client.get("/account").status_code in {302, 303}


def test_until_the_day_it_can_be_taken_back(session: Session, sign_in: SignIn) -> None:
    me = factories.person(session)
    give(session, me.id, MATCHING, NOW)
    mine = sign_in(me)
    page = mine.follow(mine.submit("/account/erase", {"sure": "y"}))
    assert "You asked to be erased" in page.text
    mail = session.scalars(sa.select(Message).where(Message.recipient == me.email)).one()
    assert mail.subject.startswith("Your data will be erased on ")
    assert in_force(session, [me.id])[me.id] == frozenset()  # no consent counts meanwhile
    agreed = sa.select(User.id).where(User.id == me.id, agrees_to(MATCHING, User.id))
    assert session.scalars(agreed).all() == []
    mine.submit("/account/erase", action="/account/erase/undo")
    assert in_force(session, [me.id])[me.id] == {MATCHING}
    assert not erasing.erase(session, person_id=me.id, now=NOW + dt.timedelta(days=400))
    assert session.get(User, me.id, populate_existing=True) is not None


def test_a_day_early_nothing_is_done(session: Session) -> None:
    me = factories.person(session)
    wishes.ask(session, person=me, now=NOW)
    assert wishes.due(session, now=DUE - dt.timedelta(seconds=1)) == []
    assert not erasing.erase(session, person_id=me.id, now=DUE - dt.timedelta(seconds=1))
    assert wishes.due(session, now=DUE) == [me.id]


def test_without_the_box_nothing_is_asked(session: Session, sign_in: SignIn) -> None:
    me = factories.person(session)
    sign_in(me).submit("/account/erase", status=422)
    assert wishes.wish_of(session, me.id) is None


def test_nobody_whom_others_need_leaves_them_without(session: Session, sign_in: SignIn) -> None:
    cast = small_cast(session)
    leader = sign_in(cast.leader)
    page = leader.get("/account/erase")
    assert cast.section.name in page.text
    assert cast.section.name in leader.post("/account/erase", {"sure": "y"}, status=409).text
    factories.leader(session, cast.section)
    leader.submit("/account/erase", {"sure": "y"})
    admin = factories.administrator(session)
    with pytest.raises(wishes.Needed, match="the site itself"):
        wishes.ask(session, person=admin, now=NOW)


@pytest.mark.parametrize("gone", ["wish", "off"])
def test_whoever_goes_or_is_switched_off_is_nobody_to_count_on(session: Session, gone: str) -> None:
    section, admin = factories.section(session), factories.administrator(session)
    leader, other = (factories.leader(session, section) for _ in range(2))
    second = factories.administrator(session)
    for person in (other, second):
        if gone == "wish":
            wishes.ask(session, person=person, now=NOW)
        person.active = gone == "wish"
    session.flush()
    with pytest.raises(wishes.Needed, match=section.name):
        wishes.ask(session, person=leader, now=NOW)
    with pytest.raises(wishes.Needed, match=wishes.SITE):
        wishes.ask(session, person=admin, now=NOW)
    theirs = sa.select(Membership.id).where(Membership.person_id == leader.id)
    membership = session.scalars(theirs).one()
    with pytest.raises(leading.LastLeader):
        leading.dismiss_leader(session, membership_id=membership, by=admin.id, now=NOW)


def test_two_leaders_who_ask_at_once_do_not_both_go(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    for _ in range(5):
        with app.app_context(), transaction() as session:
            section = factories.section(session)
            ids = [factories.leader(session, section).id for _ in range(2)]

        def ask_for(who: uuid.UUID) -> Callable[[Session], bool]:
            def act(session: Session) -> bool:
                person = session.get_one(User, who)
                try:
                    wishes.ask(session, person=person, now=NOW)
                except wishes.Needed:
                    return False
                return True

            return act

        assert sorted(map(str, at_once(app, *map(ask_for, ids)))) == ["False", "True"]


def test_the_last_administrator_stays_until_there_is_another(session: Session) -> None:
    """On the day it is looked at again: others may have gone meanwhile."""
    admin, other = (factories.administrator(session) for _ in range(2))
    wishes.ask(session, person=admin, now=NOW)
    other.active = False
    session.flush()
    with pytest.raises(wishes.Needed, match=wishes.SITE):
        erasing.erase(session, person_id=admin.id, now=DUE)
    other.active = True
    session.flush()
    assert erasing.erase(session, person_id=admin.id, now=DUE)


def test_the_page_says_that_an_erasure_waits_for_another_administrator(
    session: Session, sign_in: SignIn
) -> None:
    admin, other = (factories.administrator(session) for _ in range(2))
    wishes.ask(session, person=admin, now=dt.datetime.now(dt.UTC))
    page = sign_in(admin)
    assert "Your data is erased on " in page.get("/account/erase").text
    other.active = False
    session.flush()
    said = page.get("/account/erase").text
    assert "Your data is erased once somebody else does, and not before" in said
    assert "Your data is erased on " not in said


def test_two_administrators_who_switch_each_other_off_do_not_both_go(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app()
    for _ in range(5):
        with app.app_context(), transaction() as session:
            session.execute(sa.update(User).values(active=False))
            ids = [factories.administrator(session).id for _ in range(2)]

        def switch_off(who: uuid.UUID, by: uuid.UUID) -> Callable[[Session], bool]:
            def act(session: Session) -> bool:
                try:
                    people.switch_off(session, session.get_one(User, who), by=by, now=NOW)
                except people.LastAdministrator:
                    return False
                return True

            return act

        each = switch_off(ids[0], ids[1]), switch_off(ids[1], ids[0])
        assert sorted(map(str, at_once(app, *each))) == ["False", "True"]


def test_administrators_are_told_of_a_section_that_lost_its_last_leader(session: Session) -> None:
    section, admin = factories.section(session), factories.administrator(session)
    leader, other = (factories.leader(session, section) for _ in range(2))
    wishes.ask(session, person=leader, now=NOW)
    other.active = False
    session.flush()
    assert erasing.erase(session, person_id=leader.id, now=DUE)
    mail = session.scalars(sa.select(Message).where(Message.recipient == admin.email)).one()
    assert mail.subject == "A section has no leader any more"
    assert f"- {section.name}\n" in mail.body


def test_a_seat_of_the_council_under_their_name_is_emptied(session: Session) -> None:
    pair = whole_person(session)
    chi, section = pair.img, pair.cast.section
    elsewhere = factories.section(session)
    for place, name in (
        *((section, name) for name in ("Dr. CHI Tanaka", "Omar Aziz", "Chi Tanakamura")),
        (elsewhere, chi.name),
    ):
        values = {"position": 1, "office": "Chair", "name": name, "until": None}
        community.save_row(session, CouncilSeat, place.id, None, values)
    wishes.ask(session, person=chi, now=NOW)
    erasing.erase(session, person_id=chi.id, now=DUE)
    names = sorted(session.scalars(sa.select(CouncilSeat.name)))
    assert names == ["", "Chi Tanaka", "Chi Tanakamura", "Omar Aziz"], "others, of like names, stay"
    told = sorted(session.scalars(sa.select(SearchEntry.note)))
    assert told == ["Chi Tanaka", "Chi Tanakamura", "Omar Aziz", "Vacant"], (
        "as the search shows them"
    )


def test_what_was_looked_for_under_their_name_is_forgotten(session: Session) -> None:
    pair = whole_person(session)
    section, elsewhere = pair.cast.section, factories.section(session)
    for place, name, words in (
        *((section, "Chi Tanaka", ""), (section, "Mine", "chi tanaka"), (section, "All", "psych")),
        (elsewhere, "Chi Tanaka", ""),
    ):
        wanted = {"q": words}
        session.add(SavedView(section_id=place.id, name=name, wanted=wanted, made_at=NOW))
    for words in ("Chi Tanaka visa", "tanaka"):
        note_miss(session, words, sections=[section.id], by="a", now=NOW)
    wishes.ask(session, person=pair.img, now=NOW)
    erasing.erase(session, person_id=pair.img.id, now=DUE)
    views = session.execute(sa.select(SavedView.section_id, SavedView.name)).all()
    assert set(views) == {(section.id, "All"), (elsewhere.id, "Chi Tanaka")}
    assert session.scalars(sa.select(SearchMiss.text)).all() == ["tanaka"]


def test_who_comes_back_with_a_backup_is_erased_again(session: Session) -> None:
    back, stayed = factories.person(session), factories.person(session)
    now = dt.datetime.now(dt.UTC)
    assert erasing.erase_again(session, person_id=back.id, now=now)
    assert not erasing.erase_again(session, person_id=back.id, now=now)
    assert erasing.erased(session) == [back.id]
    assert session.scalars(sa.select(User.id)).all() == [stayed.id]
    assert audit.first_bad(session)[0] is None


def test_who_alone_administers_what_came_back_is_erased_again(session: Session) -> None:
    admin = factories.administrator(session)
    assert erasing.erase_again(session, person_id=admin.id, now=dt.datetime.now(dt.UTC))
    assert erasing.erased(session) == [admin.id]
    assert session.scalars(sa.select(User.id)).all() == []


def test_the_home_says_that_one_is_erased_soon_and_offers_to_stay(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    pair = whole_person(session)
    client = sign_in(pair.img)
    assert "Your data is erased" not in client.get("/home/img").text
    wishes.ask(session, person=pair.img, now=dt.datetime.now(dt.UTC))
    assert "Your data is erased on" in client.get("/home/img").text
    client.submit("/home/img", action="/account/erase/undo")
    assert "Your data is erased" not in client.get("/home/img").text


def test_that_sealed_answers_were_opened_outlives_who_opened_them(session: Session) -> None:
    admin, other = factories.administrator(session), factories.administrator(session)
    person = factories.person(session)
    opening = glass.open_glass(session, by=admin.id, person=person, reason="A court asked", now=NOW)
    asked_and_done(session, admin)
    session.refresh(opening)
    assert (opening.by_id, opening.about_id, opening.reason) == (None, person.id, "A court asked")
    assert other.is_administrator


@pytest.mark.parametrize("written", ["xlsx", "utf-16", "cp1252"])
def test_imports_that_name_them_go_however_they_are_written(session: Session, written: str) -> None:
    person = factories.person(session, "Zoë Núñez & Co")
    rows = [["email", "name"], ["other@example.org", person.name.upper()]]
    data = "\n".join(map(",".join, rows)).encode(written) if written != "xlsx" else _book(rows)
    other = _book([["email", "name"], ["other@example.org", "Azoë Núñez & Company"]])
    _waiting(session, data)
    stays = _waiting(session, other).id
    asked_and_done(session, person)
    assert session.scalars(sa.select(RosterImport.id)).all() == [stays]


@pytest.mark.parametrize("how", ["a part", "all parts", "the seal"])
def test_an_import_that_does_not_open_goes_too(session: Session, how: str) -> None:
    """It may name whoever is erased, and its leaders have the file."""
    book = with_a_picture(_book([["email", "name"], ["other@example.org", "Somebody Else"]]))
    data = {"a part": damaged(book, PICTURE), "all parts": encrypted(book), "the seal": book}[how]
    waiting = _waiting(session, data)
    if how == "the seal":
        waiting.files_sealed = _of_another_row(session, book)
        session.flush()
    asked_and_done(session, factories.person(session))
    assert session.get(RosterImport, waiting.id, populate_existing=True) is None


def test_one_who_cannot_be_erased_holds_up_no_other(
    new_app: Callable[..., Flask], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = new_app()
    with app.app_context():
        with transaction() as session:
            stuck = whole_person(session).img
            others = [factories.person(session) for _ in range(2)]
            now = dt.datetime.now(dt.UTC) - wishes.GRACE
            for number, person in enumerate((stuck, *others)):
                wishes.ask(session, person=person, now=now - dt.timedelta(days=3 - number))
            meeting = session.scalars(sa.select(Meeting)).one()
            whole, meeting.words_sealed = meeting.words_sealed, b"no seal"
            ids, named = [each.id for each in (stuck, *others)], (stuck.name, stuck.email)
        jobs.erase_due()
        assert [db.session.get(User, key) is not None for key in ids] == [True, False, False]
        assert wishes.due(db.session(), now=dt.datetime.now(dt.UTC)) == [ids[0]]
        assert f"not done: erasure of {audit.key.code(ids[0])}" in caplog.text
        assert not any(word in caplog.text for word in (*named, str(ids[0])))
        again = [str(key) for key in (ids[0], uuid.uuid4())]
        (tmp_path / "keys").write_text("\n".join(again))
        said = app.test_cli_runner().invoke(args=["erased", "again", str(tmp_path / "keys")])
        assert said.exit_code == 1
        assert f"these are not: {ids[0]}" in said.output
        db.session.scalars(sa.select(Meeting)).one().words_sealed = whole
        db.session.commit()
        jobs.erase_due()
        assert wishes.due(db.session(), now=dt.datetime.now(dt.UTC)) == []
        assert hits(db.session(), *named) == []
        db.session.remove()


def _waiting(session: Session, data: bytes) -> RosterImport:
    section = factories.section(session)
    row = RosterImport(
        section_id=section.id,
        asked_by_id=factories.leader(session, section).id,
        asked_at=NOW,
        state=ImportState.MAPPING,
        mapping={},
        choices={},
    )
    row.files = {"img": {"name": "imgs", "data": base64.b64encode(data).decode()}}
    session.add(row)
    session.flush()
    return row


def _of_another_row(session: Session, data: bytes) -> bytes:
    """Return a sealed value that opens elsewhere only."""
    sealed = _waiting(session, data).files_sealed
    assert sealed
    return sealed


def _book(rows: list[list[str]]) -> bytes:
    out, book = io.BytesIO(), Workbook()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()
