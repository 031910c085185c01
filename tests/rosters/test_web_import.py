"""Bringing people in on the site: columns, a try that writes nothing, then all of it or nothing."""

from __future__ import annotations

import datetime as dt
import io
import time
import uuid
import zipfile
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_security import hash_password
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from mentorship import jobs
from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, give
from mentorship.matching import Mentor
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.profiles.service import write_mentor
from mentorship.pulse import NotMine
from mentorship.rosters import carrying_out, uploads
from mentorship.rosters.format import read_mentors
from mentorship.rosters.import_models import ImportState, RosterImport
from mentorship.rosters.work import WORKED_OUT, Alive, work_on_import
from mentorship.sections.models import Membership, Section, SectionRole
from tests import factories
from tests.accounts.conftest import PASSWORD
from tests.factories import NOW
from tests.page import PageClient
from tests.rosters.damaged import damaged, encrypted

SignIn = Callable[[User], PageClient]
IMGS = (
    "Full name;E-Mail;Stage of journey;Specialty;Shoe size\n"
    "Ana Abara;ana@example.org;interviews;neurology;38\n"
    "Ben Bello;ben@example.org;interviews;;44\n"
)
BAD = IMGS + "Cy Cole;cy@example.org;nowhere;;40\n"


@pytest.fixture
def here(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def leader(session: Session, here: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.leader(session, here))


class Still(Alive):
    """No signs of life: they would come from another thread, which has no part in the test."""

    def _beat(self) -> None:
        return


def work(session: Session) -> None:
    for import_id in carrying_out.due_imports(session, now=NOW):
        work_on_import(str(import_id), lambda: NOW, Still)


def upload(leader: PageClient, here: Section, status: int = 303, **files: bytes) -> str:
    sent = {
        side: (io.BytesIO(data), "people.xlsx" if data.startswith(b"PK") else "people.csv")
        for side, data in files.items()
    }
    page = leader.post(f"/sections/{here.slug}/import", sent, status=status)
    return page.location or page.text


def people(session: Session) -> set[str]:
    return set(session.scalars(sa.select(User.name).join(Profile, Profile.person_id == User.id)))


def sheet(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_from_a_file_of_ones_own_to_members(
    leader: PageClient, here: Section, session: Session
) -> None:
    one = upload(leader, here, img=IMGS.encode())
    columns = leader.get(one)
    assert "For example: Ana Abara; Ben Bello" in columns.text
    leader.submit(
        one, action=f"{one}/columns"
    )  # the guesses are right, and the shoe size stays out
    assert "0%" in leader.get(one).text
    work(session)
    assert people(session) == set()  # a try writes nothing
    page = leader.get(one)
    assert "Import all 2 rows" in page.text
    leader.submit(one, {"invite": True}, action=f"{one}/write")
    work(session)
    assert people(session) == {"Ana Abara", "Ben Bello"}
    assert "The people are in" in leader.get(one).text
    members = sa.select(sa.func.count()).where(Membership.role == SectionRole.IMG)
    assert session.scalar(members) == 2
    assert len(set(session.scalars(sa.select(Message.recipient)))) == 2
    kept = session.scalars(sa.select(RosterImport)).one()
    assert (kept.state, kept.files) == (ImportState.DONE, None)
    leader.post(f"{one}/write", status=409)


def test_a_bad_row_keeps_all_out_until_the_leader_says_so(
    leader: PageClient, here: Section, session: Session
) -> None:
    one = upload(leader, here, img=BAD.encode())
    leader.submit(one, action=f"{one}/columns")
    work(session)
    page = leader.get(one).text
    assert "people.csv, line 4, stage" in page
    assert "nowhere" in page
    assert "Import the other 2 rows" in page
    assert "1 problem " in page
    assert "no rows below" not in page  # of the mentors there was no file
    assert people(session) == set()
    assert "line 4" not in leader.get(f"{one}/problems.csv").text  # a table of cells
    leader.submit(one, action=f"{one}/write")
    work(session)
    assert people(session) == {"Ana Abara", "Ben Bello"}


def test_to_write_asks_who_it_is_and_keeps_what_was_chosen(
    here: Section, session: Session, sign_in: SignIn
) -> None:
    person = factories.leader(session, here)
    person.password = hash_password(PASSWORD)
    leader = sign_in(person)
    one = upload(leader, here, img=BAD.encode())
    leader.submit(one, action=f"{one}/columns")
    work(session)
    with leader.client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 11 * 60
    asked = leader.submit(one, {"invite": True}, action=f"{one}/write", status=200)
    assert asked.h1 == "Show again that it is you"
    work(session)
    assert people(session) == set()
    boxes = asked.form(f"{one}/write").iter("input")
    kept = {str(box.get("name")): box.get("value") or "" for box in boxes if box.get("name")}
    leader.post(f"{one}/write", kept | {"again_password": PASSWORD})
    work(session)
    written = session.scalars(sa.select(RosterImport)).one()
    assert (written.state, written.choices) == (
        ImportState.DONE,
        {"skip_bad": True, "invite": True},
    )
    assert people(session) == {"Ana Abara", "Ben Bello"}


def test_columns_are_checked(leader: PageClient, here: Section) -> None:
    one = upload(leader, here, img=IMGS.encode())
    page = leader.submit(
        one, {"img_0": "", "img_4": "stage"}, action=f"{one}/columns", status=422
    ).text
    assert "Choose the column that holds the name." in page
    assert "Two columns are chosen as stage. Keep one." in page


def test_excel_reads_like_csv_and_names_its_rows(
    leader: PageClient, here: Section, session: Session
) -> None:
    data = sheet(
        ("Email", "Name", "Specialties", "Seats", "About"),
        ("mo@example.org", "Mo Mentor", "neurology", 2, "one\ntwo"),
        (),
        ("om@example.org", "Om Mentor", "nothing", 3.0, None),
        ("=1+1", "Cmd", None, None, None),
    )
    one = upload(leader, here, mentor=data)
    leader.submit(one, action=f"{one}/columns")
    work(session)
    page = leader.get(one).text
    assert "people.xlsx, line 4, specialties" in page
    assert "people.xlsx, line 5" in page
    leader.submit(one, action=f"{one}/write")
    work(session)
    assert session.scalars(sa.select(Profile.seats)).all() == [2]
    assert session.scalars(sa.select(Profile.about)).all() == ["one\ntwo"]


def packed(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty"),
        (packed(("xl/workbook.xml", b"0" * 60_000_000)), "packed in a way"),
        (packed(("xl/workbook.xml", b"0" * 900_000)), "packed in a way"),
        (packed(*((f"xl/{n}", b"x") for n in range(201))), "packed in a way"),
        (packed(("other.txt", b"x")), "no Excel workbook"),
        (packed(("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>')), "can be read"),
        (b"PK\x03\x04rubbish", "can be read"),
        (damaged(sheet(("email", "name")), "xl/worksheets/sheet1.xml"), "can be read"),
        (damaged(sheet(("email", "name")), "xl/workbook.xml"), "can be read"),
        (encrypted(sheet(("email", "name"))), "can be read"),
        ("email\0,name\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_spreadsheet_or_made_to_burst_is_refused(
    leader: PageClient, here: Section, session: Session, data: bytes, told: str
) -> None:
    assert told in upload(leader, here, 422, img=data)
    assert session.scalars(sa.select(RosterImport)).all() == []


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("imgs.pdf", IMGS.encode(), "imgs.pdf is not a spreadsheet"),
        ("imgs", IMGS.encode(), "imgs is not a spreadsheet"),
        ("imgs.csv.exe", IMGS.encode(), "ends in .csv, .tsv, .txt or .xlsx"),
        ("imgs.xls", IMGS.encode(), "imgs.xls is not a spreadsheet"),
        ("imgs.xlsx", IMGS.encode(), "says that it is an Excel file, and its content is not"),
        ("imgs.csv", sheet(("email", "name")), "says that it is a file of plain words, and its"),
    ],
)
def test_a_file_is_what_its_name_says_or_is_refused(  # noqa: PLR0917  fixtures
    leader: PageClient, here: Section, session: Session, name: str, data: bytes, told: str
) -> None:
    sent = {"img": (io.BytesIO(data), name)}
    page = leader.post(f"/sections/{here.slug}/import", sent, status=422)
    assert told in page.text
    assert session.scalars(sa.select(RosterImport)).all() == []


@pytest.mark.parametrize("name", ["IMGS.CSV", "imgs.tsv", "imgs.txt"])
def test_names_of_tables_are_taken_however_they_are_written(
    leader: PageClient, here: Section, name: str
) -> None:
    leader.post(f"/sections/{here.slug}/import", {"img": (io.BytesIO(IMGS.encode()), name)})


def test_a_worker_that_was_taken_for_dead_writes_nothing(
    leader: PageClient, here: Section, session: Session
) -> None:
    one = upload(leader, here, img=IMGS.encode())
    leader.submit(one, action=f"{one}/columns")
    work(session)
    leader.submit(one, action=f"{one}/write")
    import_id = uuid.UUID(one.rsplit("/", 1)[1])
    zombie = carrying_out.claim(session, import_id, now=NOW)
    assert zombie
    rosters = carrying_out.read_files(session, zombie)
    later = NOW + carrying_out.LEASE
    assert carrying_out.claim(session, import_id, now=NOW) is None
    assert carrying_out.due_imports(session, now=later) == [import_id]
    plan = carrying_out.work_out(session, zombie, rosters, now=later)
    with pytest.raises(NotMine):
        carrying_out.finish(session, zombie, plan, now=later)
    work_on_import(str(import_id), lambda: later, Still)
    with pytest.raises(NotMine):
        carrying_out.finish(session, zombie, plan, now=later)
    assert people(session) == {"Ana Abara", "Ben Bello"}


def test_it_is_given_up_in_the_end(leader: PageClient, here: Section, session: Session) -> None:
    one = upload(leader, here, img=IMGS.encode())
    leader.submit(one, action=f"{one}/columns")
    import_id = uuid.UUID(one.rsplit("/", 1)[1])
    for turn in range(4):
        carrying_out.claim(session, import_id, now=NOW + turn * carrying_out.LEASE)
    assert "The import failed" in leader.get(one).text
    leader.submit(f"{one}/columns", action=f"{one}/columns")
    work(session)
    assert "Import all 2 rows" in leader.get(one).text


def test_others_see_no_import_and_old_ones_are_forgotten(
    leader: PageClient, here: Section, session: Session, sign_in: SignIn
) -> None:
    one = upload(leader, here, img=IMGS.encode())
    elsewhere = factories.section(session)
    other = sign_in(factories.leader(session, elsewhere))
    other.get(one, status=404)
    other.get(one.replace(here.slug, elsewhere.slug), status=404)
    leader.post(f"{one}/forget")
    leader.get(one, status=404)


def test_files_go_after_seven_days_and_what_is_done_stays(
    leader: PageClient, here: Section, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = ready_to_write(leader, here, session)
    work(session)
    upload(leader, here, img=IMGS.encode())
    began = session.scalars(sa.select(sa.func.max(RosterImport.asked_at))).one()
    for late, kept in ((dt.timedelta(), 2), (dt.timedelta(seconds=1), 1)):
        monkeypatch.setattr(jobs, "utc_now", lambda late=late: began + uploads.KEPT + late)
        jobs.clear_up()  # each hour
        assert session.scalar(sa.select(sa.func.count(RosterImport.id))) == kept
    assert session.scalars(sa.select(RosterImport.id)).all() == [done]


def test_who_drops_an_import_that_was_done_meanwhile_is_told_so(
    leader: PageClient, here: Section, session: Session
) -> None:
    import_id = ready_to_write(leader, here, session)
    work(session)
    dropped = leader.post(f"/sections/{here.slug}/import/{import_id}/forget")
    assert "done already: its people stay" in leader.follow(dropped).text
    assert people(session) == {"Ana Abara", "Ben Bello"}


def test_what_is_agreed_to_is_the_try_that_was_read(
    leader: PageClient, here: Section, session: Session
) -> None:
    one = upload(leader, here, img=IMGS.encode())
    leader.submit(one, action=f"{one}/columns")
    work(session)
    (old,) = leader.get(one).tree.iterfind(".//input[@name='tried']")
    leader.submit(f"{one}/columns", {"img_3": ""}, action=f"{one}/columns")  # in another tab
    work(session)
    for tried in ({"tried": str(old.get("value"))}, {}, {"tried": "x"}):
        page = leader.post(f"{one}/write", tried, status=409)
    assert "changed" in page.text
    work(session)
    assert people(session) == set()
    leader.submit(one, action=f"{one}/write")
    work(session)
    assert people(session) == {"Ana Abara", "Ben Bello"}


def test_two_files_that_are_too_much_together_are_told_so(
    leader: PageClient, here: Section
) -> None:
    assert "10 MB for both files together" in leader.get(f"/sections/{here.slug}/import").text
    kind = "multipart/form-data; boundary=x"
    large = b"x" * (12 * 1024 * 1024)
    answer = leader.client.post(f"/sections/{here.slug}/import", data=large, content_type=kind)
    assert answer.status_code == 413
    assert "all files together, may be up to 10 MB. Send one file after the other" in answer.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_holds_what_leaders_may_see_and_runs_nowhere(
    leader: PageClient, here: Section, session: Session, form: str
) -> None:
    mentor = factories.member(session, here, SectionRole.MENTOR)
    mentor.name = "=cmd|'/c calc'!A1"
    give(session, mentor.id, MATCHING, NOW)
    said = Mentor(key="x", seats=2, visas=("j1_visa",), specialties=("neurology",), about="+1")
    write_mentor(session, person_id=mentor.id, mentor=said, now=NOW)
    session.flush()
    sent = {"role": "mentor", "form": form, "csrf_token": leader.token()}
    answer = leader.client.post(f"/sections/{here.slug}/export", data=sent)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mentors.{form}"'
    assert b"j1_visa" not in answer.data
    roster = read_mentors(io.BytesIO(answer.data))
    assert [row.name for row in roster.rows] == [mentor.name]
    assert "visas" not in roster.columns
    if form == "xlsx":
        (cell,) = (row[1] for row in load_workbook(io.BytesIO(answer.data)).worksheets[0]["A2:B2"])
        assert (cell.value, cell.data_type) == (f"'{mentor.name}", "s")
        assert cell.quotePrefix
    else:
        assert b"\"'=cmd" in answer.data


def ready_to_write(leader: PageClient, here: Section, session: Session) -> uuid.UUID:
    """Bring an import to where a worker is to write it."""
    one = upload(leader, here, img=IMGS.encode())
    leader.submit(one, action=f"{one}/columns")
    work(session)
    leader.submit(one, action=f"{one}/write")
    return uuid.UUID(one.rsplit("/", 1)[1])


def claimed(session: Session, email: str) -> None:
    """Let somebody of the file come first, with an account of their own."""
    factories.person(session, "Ana of her own", email=email)
    session.commit()


def test_what_changed_since_it_was_worked_out_is_worked_out_again(
    leader: PageClient, here: Section, session: Session
) -> None:
    import_id = ready_to_write(leader, here, session)
    held = carrying_out.claim(session, import_id, now=NOW)
    assert held
    rosters = carrying_out.read_files(session, held)
    old = carrying_out.work_out(session, held, rosters, now=NOW)
    claimed(session, "ana@example.org")
    assert not carrying_out.finish(session, held, old, now=NOW)
    session.rollback()
    assert people(session) == set()
    new = carrying_out.work_out(session, held, rosters, now=NOW)
    assert carrying_out.finish(session, held, new, now=NOW)
    assert people(session) == {"Ben Bello"}, "Ana has an account now, and is asked to join"


@pytest.mark.parametrize("often", [1, 2, 9])
def test_a_worker_goes_on_when_others_come_between(
    leader: PageClient, here: Section, session: Session, often: int
) -> None:
    import_id = ready_to_write(leader, here, session)
    left = often

    def clock() -> dt.datetime:
        """Tell the time. Whenever the worker looks at it to end its work, somebody has joined."""
        nonlocal left
        held = session.scalars(sa.select(RosterImport.percent)).one()
        if held == WORKED_OUT and left:
            left -= 1
            factories.member(session, here, SectionRole.IMG)
        return NOW

    work_on_import(str(import_id), clock, Still)
    assert left < often
    assert people(session) == {"Ana Abara", "Ben Bello"}
    kept = session.get_one(RosterImport, import_id, populate_existing=True)
    assert kept.state is ImportState.DONE
