"""What files and the sentences on a pair tell of two people who have a word in every field."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import read_mentor, write_mentor
from tests.factories import NOW
from tests.page import PageClient
from tests.profiles.canaries import CANARIES, IMG, MENTOR, bring_together
from tests.profiles.canary_pages import FORMS, columns, files, pages
from tests.profiles.canary_reading import looked_for, readers, says
from tests.profiles.canary_states import Reached, accepted, confirmed, open_round, requested
from tests.rounds.cast import Cast


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    with looked_for(session, monkeypatch) as cast:
        yield cast


def test_only_leaders_are_handed_files_and_these_follow_the_table(app: Flask, cast: Cast) -> None:
    reached = confirmed(cast)
    for who, person, _ in readers(cast, reached):
        handed = {path for path, _ in files(app, cast, person, FORMS) if not path.endswith(".zip")}
        assert len(handed) == (10 if who == "leader" else 0), who
    for kind in (IMG, MENTOR):
        told = {field for field, seen in SHOWN[kind].items() if Audience.LEADER in seen}
        file = next(
            text
            for path, text in files(app, cast, cast.leader, FORMS)
            if f"{kind.value} csv" in path
        )
        assert columns(file.split(" ")[0]) == told


# What two have in common, or one asks and the other gives, stands in the sentences for leaders.
IN_COMMON: Mapping[str, Any] = {
    "topics": ("visa_choice",),
    "specialties": ("neurology",),
    "languages": ("en", "ne"),
    "states_licensed": ("AL",),
    "stages": ("interviews",),
    "channels": ("messages",),
    "formats": ("shadowing",),
    "state": "AL",
}


def test_leaders_find_all_that_the_table_gives_them(app: Flask, cast: Cast) -> None:
    session, noor = cast.session, cast.people["Noor"]
    said = read_mentor(session, noor.id).values
    shared = dataclasses.replace(said, **IN_COMMON)
    write_mentor(session, person_id=noor.id, mentor=shared, now=NOW)
    confirmed(cast)
    everything = " ".join(text for _, text in pages(app, cast, cast.leader, every=True))
    sees = {
        word
        for word, field in CANARIES[IMG].items()
        if Audience.LEADER in SHOWN[IMG].get(field, frozenset())
    }
    # the sentence on the first has words of its own, the others stand in files: the test above
    unshared = {"Meetings a month 7", "Mentors wanted 2", "Imghomequokka"}
    assert sorted(word for word in sees - unshared if not says(everything, word)) == []
    assert "7 meetings a month" in everything
    own = {"Noorquokka", "noorquokka@example.org", "Institutionquokka"}
    seen = {word: CANARIES[MENTOR][word] for word in own if word in everything}
    allowed = {w for w in own if Audience.LEADER in SHOWN[MENTOR].get(CANARIES[MENTOR][w], ())}
    assert set(seen) == allowed


# What sentences on a pair could give away: the IMG's home to mentors, what was wished for to
# mentors, gender and country to leaders.
OF_THE_HOME = re.compile(r"where (your mentee|this IMG|the IMG) lives?\b")
OF_A_WISH = re.compile(r"\b(mentee|IMG) wished\b")


@pytest.mark.parametrize(
    "reach", [open_round, requested, accepted, confirmed], ids=lambda r: r.__name__
)
def test_two_whom_everything_brings_together_are_told_what_the_table_says(
    app: Flask,
    cast: Cast,
    reach: Callable[[Cast], Reached],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for where in ("rounds.answer_pages", "finding.lists"):  # so that no reason is left out
        monkeypatch.setattr(f"mentorship.{where}.MOST_REASONS", 99)
    bring_together(cast)
    texts = {}
    for who, person, told in readers(cast, reach(cast)):
        if any(told.values()):
            found = pages(app, cast, person, every=False)
            # the preview says of no pair, in general, what is compared: "if the IMG wished"
            told_of_pairs = [text for path, text in found if not path.endswith("/preview")]
            texts[who] = " ".join(told_of_pairs)
    for who in texts.keys() - {"leader"}:
        assert not OF_THE_HOME.search(texts[who]), who
        assert not OF_A_WISH.search(texts[who]), who
    assert not re.search(r"gave the same gender, as|Imgcountryquokka", texts["leader"])
    if reach in {accepted, confirmed}:  # so there was something to be told
        assert "Imghomequokka, where you live" in texts["img"]
        assert "You both went to medical school in Imgcountryquokka, as you wished" in texts["img"]
        assert "You both gave the same gender, as you wished" in texts["img"]  # both show theirs
        assert "Imghomequokka, where the IMG lives" in texts["leader"]
        assert "medical school in the same country, as the IMG wished" in texts["leader"]


@pytest.mark.parametrize("kind", [IMG, MENTOR])
def test_the_preview_has_each_word_that_the_table_gives_to_an_audience(
    app: Flask, cast: Cast, kind: ProfileKind
) -> None:
    who = cast.people["Ana" if kind is IMG else "Noor"]
    page = PageClient(app, who).get(f"/profile/{kind}/preview")
    panels = [" ".join(" ".join(each.itertext()).split()) for each in page.tree.iterfind(PANELS)]
    for audience, text in zip(Audience, panels, strict=False):
        seen = {word for word, field in CANARIES[kind].items() if audience in shown(kind, field)}
        hours = {word for word in seen if CANARIES[kind][word] == "hours"}  # by another's clock
        assert {word for word in CANARIES[kind] if says(text, word)} - OWN_HOURS == seen - hours
        assert any(word in text for word in OWN_HOURS) is bool(hours)
    if kind is MENTOR:
        told = ["have a free seat now" in each.replace("has", "have") for each in panels[:4]]
        assert told == [True, False, False, True]
        assert "is for a break" in panels[3]


PANELS = ".//main//section"
OWN_HOURS = {"03:07", "04:09"}


def shown(kind: ProfileKind, field: str) -> frozenset[Audience]:
    return SHOWN[kind].get(field, frozenset())
