"""The pages of the log: who reads what of it, under which names, and as a file."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.audit import record
from mentorship.oversight.words import UNTOLD
from tests import factories
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.cast import Cast, counted, small_cast

SignIn = Callable[[User], PageClient]


@pytest.fixture
def cast(session: Session) -> Cast:
    made = small_cast(session)
    made.leader.name = "=Lena Leader"
    ana = made.people["Ana Silva"]
    for actor, section_id, action in (
        (made.leader, made.section.id, "sections.approve"),
        (ana, made.section.id, "rounds.confirm"),
        (ana, None, "consents.save"),
        (made.leader, factories.section(session).id, "news_desk.create"),
    ):
        record(
            session,
            action=action,
            actor_id=actor.id,
            about_id=uuid.uuid4(),
            section_id=section_id,
            now=NOW,
        )
    return made


def test_leaders_read_their_own_section_with_names(cast: Cast, sign_in: SignIn) -> None:
    text = sign_in(cast.leader).get(f"/sections/{cast.section.slug}/log").text
    assert "2 entries" in text
    assert "Ana Silva" in text
    assert "Said yes as the IMG" in text
    assert "Changed a privacy choice" not in text  # no leader's business
    assert "Wrote a news post" not in text  # of another section


def test_administrators_read_all_and_members_are_codes(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    ana = cast.people["Ana Silva"]
    admin = sign_in(factories.administrator(session))
    text = admin.get("/admin/log").text
    assert "Changed a privacy choice" in text
    assert "=Lena Leader" in text
    assert "Ana Silva" not in text
    code = audit.key.code(ana.id)
    assert f"Member {code}" in text
    assert ana.id.hex[:8] not in text, "the key, which stands in addresses, finds nobody here"
    assert "2 entries" not in look(admin, "/admin/log", who=ana.id.hex[:8]).text
    for who in (ana.email, f"member {code}"):
        found = look(admin, "/admin/log", who=who).text
        assert "2 entries" in found
        assert "Lena" not in found


@pytest.mark.parametrize("action", UNTOLD)
def test_what_older_versions_noted_of_being_put_in_touch_is_shown_to_nobody(
    cast: Cast, session: Session, sign_in: SignIn, action: str
) -> None:
    ana, here = cast.people["Ana Silva"], f"/sections/{cast.section.slug}/log"
    for who, path in ((cast.leader, here), (factories.administrator(session), "/admin/log")):
        reader = sign_in(who)
        pages = (path, f"{path}.csv", f"{path}?room=people")
        reader.get(path)
        before = [len(reader.client.get(page).get_data(as_text=True)) for page in pages]
        record(
            session,
            action=action,
            actor_id=ana.id,
            about_id=cast.leader.id,
            section_id=cast.section.id,
            now=NOW,
        )
        after = [reader.client.get(page).get_data(as_text=True) for page in pages]
        assert [len(text) for text in after] == before
        assert not [text for text in after if action in text]


def look(client: PageClient, path: str, **asked: str) -> Page:
    """Send the form of the log; the address it leads to names nobody."""
    sent = client.post(path, asked)
    assert "who" not in (sent.location or "")
    assert asked.get("who", "?") not in (sent.location or "")
    return client.follow(sent)


def test_who_is_looked_for_stands_in_no_address(cast: Cast, sign_in: SignIn) -> None:
    leader, path = sign_in(cast.leader), f"/sections/{cast.section.slug}/log"
    for who, found in (("ana", "1 entry"), ("%", "Nothing found")):
        page = look(leader, path, who=who)
        assert found in page.text
        assert not [link for link in page.links() if "who=" in link]
    both = look(leader, path, who="ana", since="2026-11-02")
    assert "1 entry" in both.text
    (file,) = [link for link in both.links() if ".csv" in link]
    assert "named=yes" in file
    lines = leader.client.get(file).get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "2 entries" in leader.get(path).text  # cleared
    assert "2 entries" in leader.get(f"{path}?who=ana").text  # an address says nothing


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("room=people", 1),
        ("room=nothing", 2),
        ("since=2026-11-03", 0),
        ("since=2026-11-02&until=2026-11-02", 2),
        ("until=9999-12-31&since=0001-01-01", 2),
        ("page=99999999999", 2),
        ("page=-1&since=junk", 2),
    ],
)
def test_the_log_is_filtered(cast: Cast, sign_in: SignIn, asked: str, found: int) -> None:
    leader = sign_in(cast.leader)
    text = leader.get(f"/sections/{cast.section.slug}/log?{asked}").text
    words = "Nothing found" if not found else f"{found} entr{'y' if found == 1 else 'ies'}"
    assert words in text
    answer = leader.client.get(f"/sections/{cast.section.slug}/log.csv?{asked}")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == found + 1


def test_an_import_is_told_with_its_counts(cast: Cast, session: Session, sign_in: SignIn) -> None:
    counts = {"created": 7, "updated": 2, "import": str(uuid.uuid4())}
    said = {"actor_id": cast.leader.id, "about_id": cast.section.id, "section_id": cast.section.id}
    record(session, action="roster.import.done", now=NOW, detail=counts, **said)
    leader, path = sign_in(cast.leader), f"/sections/{cast.section.slug}/log"
    for text in (leader.get(path).text, leader.client.get(f"{path}.csv").get_data(as_text=True)):
        assert "(7 new, 2 changed)" in text


def test_the_file_runs_nothing_and_is_not_kept(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.leader).client.get(f"/sections/{cast.section.slug}/log.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="log.csv"'
    assert '"\'=Lena Leader"' in answer.get_data(as_text=True)


def test_ten_times_the_entries_take_no_more_statements(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    client = sign_in(cast.leader)
    client.get(f"/sections/{cast.section.slug}/log")  # the test's own rows are read once
    numbers = []
    for _ in range(2):
        with counted(session) as statements:
            client.get(f"/sections/{cast.section.slug}/log")
        numbers.append(len(statements))
        for _turn in range(30):
            record(
                session,
                action="sections.approve",
                actor_id=cast.leader.id,
                about_id=cast.people["Ana Silva"].id,
                section_id=cast.section.id,
                now=NOW,
            )
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 12
