"""What leaders note about pairs and IMGs: written, changed with its history, removed, reported."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.rounds import board, notes, paging, service
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.note_models import RoundNote, RoundNoteBefore
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.report import COLUMNS, report_listing, report_rows
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
LATER = NOW + dt.timedelta(hours=1)


def noted(
    cast: Cast, run: Run, img: str, mentor: str | None, words: str, *, minute: int = 0
) -> RoundNote:
    return notes.write_note(
        cast.session,
        run.round_id,
        img_id=cast.profile(img),
        mentor_id=cast.profile(mentor) if mentor else None,
        words=words,
        by=cast.leader.id,
        now=NOW + dt.timedelta(minutes=minute),
    )


def test_a_note_is_marked_in_the_list_changed_and_removed(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    pair_id = session.scalars(sa.select(Pair.id).where(Pair.run_id == run.id)).first()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    here, leader = f"{home}/review/pairs/{pair_id}", sign_in(cast.leader)
    assert "1 note" not in leader.get(f"{home}/review").text
    leader.submit(here, {"words": "Ask them first"}, action=f"{here}/note")
    assert leader.get(f"{home}/review").text.count("1 note") == 1
    note = session.scalars(sa.select(RoundNote.id)).one()
    own = f"{home}/notes/{note}"
    page = leader.follow(leader.submit(own, {"words": "They were asked"}, action=own))
    assert page.h1 == leader.get(here).h1
    text = leader.get(here).text
    assert "They were asked" in text
    assert "What it said before Ask them first" in text
    leader.submit(own, action=f"{own}/remove")
    text = leader.get(here).text
    assert "They were asked" not in text
    assert "Ask them first" not in text
    assert session.scalars(sa.select(RoundNoteBefore)).all() == []
    history = leader.get(f"{home}/history").text
    for words in ("Wrote a note about a pair", "Changed a note", "Removed a note"):
        assert words in history
    kept = session.scalars(sa.select(AuditEntry).where(AuditEntry.action.like("round.note%"))).all()
    assert len(kept) == 3
    assert "asked" not in " ".join(str(entry.detail) for entry in kept), "no words in the log"


@pytest.mark.parametrize("about", ["a pair", "an IMG"])
def test_a_note_that_is_too_long_is_still_there_to_be_cut(
    cast: Cast, session: Session, sign_in: SignIn, about: str
) -> None:
    round_, run = cast.reviewed()
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    pair_id = session.scalars(sa.select(Pair.id).where(Pair.run_id == run.id)).first()
    person = f"{home}/people/{cast.profile('Ana Silva')}"
    here = f"{home}/review/pairs/{pair_id}" if about == "a pair" else person
    long = "Ask them first. " * 75
    page = leader.post(f"{here}/note", {"words": long}, status=422)
    assert long.strip() in page.text
    assert "cannot be longer than 1000 characters" in page.text
    assert page.h1 == leader.get(here).h1
    assert session.scalars(sa.select(RoundNote)).all() == []
    kept = sa.select(AuditEntry).where(AuditEntry.action.like("round.note%"))
    assert session.scalars(kept).all() == [], "nothing was done"


def test_an_img_without_a_mentor_has_a_page_with_notes(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    cast.img(
        "Dina Farouk", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz"))
    )
    round_, run = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    here = f"{home}/people/{cast.profile('Dina Farouk')}"
    assert here in leader.get(f"{home}/unmatched").html
    assert "Why without a mentor" in leader.get(here).text
    leader.submit(here, {"words": "Call her"}, action=f"{here}/note")
    assert "Call her" in leader.get(here).text
    assert "1 note" in leader.get(f"{home}/unmatched").text
    noted(cast, run, "Ana Silva", "Noor Haddad", "A good pair")
    paired = leader.get(f"{home}/people/{cast.profile('Ana Silva')}").text
    assert "With Noor Haddad: A good pair" in paired
    mentor = leader.get(f"{home}/people/{cast.profile('Noor Haddad')}").text
    assert "With Ana Silva: A good pair" in mentor
    assert "0 of 1 seat is free" in mentor
    leader.get(f"{home}/people/{uuid.uuid4()}", status=404)
    leader.post(f"{home}/people/{cast.profile('Omar Aziz')}/note", {"words": "No"}, status=404)
    assert session.scalar(sa.select(sa.func.count()).select_from(RoundNote)) == 2


def test_who_changes_a_note_second_is_told_what_it_says_now(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    note = noted(cast, run, "Ana Silva", None, "One")
    address = f"/sections/{cast.section.slug}/rounds/{round_.id}/notes/{note.id}"
    leader, seen = sign_in(cast.leader), notes.mark_of(note)
    notes.change_note(session, note, words="Two", seen=seen, by=cast.leader.id, now=LATER)
    page = leader.post(address, {"words": "Three", "seen": seen}, status=409)
    assert "It now says: “Two”" in page.text
    session.refresh(note)
    assert note.words == "Two"
    with pytest.raises(notes.NoteChanged):
        notes.change_note(session, note, words="Three", seen=seen, by=cast.leader.id, now=LATER)


def test_a_note_of_another_round_is_not_found(cast: Cast, sign_in: SignIn) -> None:
    _, run = cast.reviewed()
    other, _ = cast.reviewed("Summer")
    note = noted(cast, run, "Ana Silva", None, "One")
    leader = sign_in(cast.leader)
    address = f"/sections/{cast.section.slug}/rounds/{other.id}/notes/{note.id}"
    leader.get(address, status=404)
    leader.post(address, {"words": "Two", "seen": notes.mark_of(note)}, status=404)
    leader.post(f"{address}/remove", status=404)


def test_every_note_stands_in_the_report_once(cast: Cast, sign_in: SignIn) -> None:
    cast.img(
        "Dina Farouk", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz"))
    )
    round_, run = cast.reviewed()
    noted(cast, run, "Ana Silva", "Noor Haddad", "=A good pair")
    noted(cast, run, "Ana Silva", "Omar Aziz", "Not him", minute=1)
    noted(cast, run, "Ana Silva", None, "Two\nlines", minute=2)
    noted(cast, run, "Dina Farouk", None, "Call her")
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    told = [
        dict(zip(COLUMNS, row, strict=True))
        for row in report_rows(cast.session, round_, cast.leader.id)
    ]
    by_img = {row["img"]: row["notes"] for row in told}
    assert by_img["Ana Silva"] == "=A good pair\nWith Omar Aziz: Not him\nTwo\nlines"
    assert by_img["Dina Farouk"] == "Call her"
    assert by_img["Ben Okafor"] == by_img["Chi Tanaka"] == ""
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    assert "Call her" in leader.get(f"{home}/report").text
    form = {"csrf_token": leader.token(), "form": "csv"}
    content = leader.client.post(f"{home}/report", data=form).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    ana = next(row for row in rows if row["img"] == "Ana Silva")
    assert ana["notes"].startswith("'=A good pair"), "no cell that a spreadsheet would run"


def test_a_page_that_begins_among_the_offers_of_an_img_tells_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.img(
        "Dina Farouk", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz"))
    )
    round_, run = cast.reviewed()
    noted(cast, run, "Ana Silva", "Omar Aziz", "Not him")
    noted(cast, run, "Ana Silva", None, "Call her")
    noted(cast, run, "Dina Farouk", None, "Call her, too")
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    asked = {"state": OfferState.EXPIRED, "offered_at": LATER, "answer_by": LATER, "place": 1}
    ana, omar = cast.profile("Ana Silva"), cast.profile("Omar Aziz")
    cast.session.add(Offer(round_id=round_.id, img_id=ana, mentor_id=omar, **asked))
    cast.session.flush()
    rows = [*report_rows(cast.session, round_, cast.leader.id)]
    assert [(row[0], row[1], row[-1]) for row in rows[:2]] == [
        ("Ana Silva", "Noor Haddad", "Call her"),
        ("Ana Silva", "Omar Aziz", "Not him"),
    ]
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)
    offers = board.sums(cast.session, round_.id, finished=False).asked
    pages = [
        report_listing(
            cast.session,
            round_,
            cast.leader.id,
            wanted=paging.Wanted(page=page),
            most=0,
            offers=offers,
        )
        for page in range(1, len(rows) + 2)  # beyond the last comes the last
    ]
    assert [[*page.rows] for page in pages] == [[row] for row in [*rows, rows[-1]]]
    assert {(page.found, page.last) for page in pages} == {(len(rows), len(rows))}
