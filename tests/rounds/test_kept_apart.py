"""What keeps two people apart is read by whom the table names, and by nobody else.

Four IMGs cannot be paired with a mentor: one asked not to be, one is not wanted, one is outside the
mentor's limits, and one applies where the mentor selects. A fifth named where the mentor works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give
from mentorship.matching.forbid import HARD_RULES
from mentorship.profiles.audience import COMPARED, SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.telling import ABOUT_A_MENTOR, COMPARISONS, LEADING
from mentorship.rounds.request_rules import NOT_POSSIBLE, SENTENCES
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Browsing
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.asking import alter, rank
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
IMG, MENTOR = ProfileKind.IMG, ProfileKind.MENTOR
# IMG -> the rule that keeps Noor from them
APART: Mapping[str, str] = {
    "Ana Silva": "avoid",
    "Ben Okafor": "exclude",
    "Chi Tanaka": "limit_stages",
    "Dia Rao": "selection",
    "Eve Park": "institutions",
}
VERDICTS = frozenset(HARD_RULES[rule].verdict for rule in APART.values())
# rule -> the fields, and whose they are, that its verdict tells of beyond what leaders are shown
TOLD_OF: Mapping[str, Mapping[ProfileKind, tuple[str, ...]]] = {
    "avoid": {IMG: ("avoid",)},
    "exclude": {MENTOR: ("exclude",)},
    "limit_stages": {MENTOR: ("accepts_stages",)},
    "selection": {IMG: ("conflicts",), MENTOR: ("selects_at",)},
    "institutions": {IMG: ("conflicts",), MENTOR: ("institution", "exclude_institutions")},
}


@pytest.fixture
def apart(cast: Cast) -> Cast:
    """Return the cast, each IMG but Fay kept from Noor by a rule, and none of them from Omar."""
    noor = str(cast.people["Noor Haddad"].id)
    cast.section.browsing = Browsing.BOTH
    cast.img("Dia Rao", conflicts=("Hidden Memorial",))
    cast.img("Eve Park", conflicts=("Harbor Hospital",))
    cast.img("Fay Lund")
    for person in cast.people.values():
        give(cast.session, person.id, LISTED, NOW)
    alter(cast, "Ana Silva", avoid=(noor,))
    alter(cast, "Chi Tanaka", stage="residency")
    alter(
        cast,
        "Noor Haddad",
        exclude=(str(cast.people["Ben Okafor"].id),),
        accepts_stages=("interviews",),
        selects_at=("Hidden Memorial",),
        institution="Harbor Hospital",
    )
    return cast


def by_hand(leader: PageClient, cast: Cast, round_id: object, img: str) -> str:
    """Return what a leader reads who tries to pair an IMG with Noor."""
    page = f"/sections/{cast.section.slug}/rounds/{round_id}/review/by-hand?run=1"
    chosen = f"&img={cast.profile(img)}&mentor={cast.profile('Noor Haddad')}"
    return leader.get(page + chosen).text


def test_leaders_read_the_rule_and_the_table_says_so(apart: Cast, sign_in: SignIn) -> None:
    round_, _ = apart.reviewed()
    leader = sign_in(apart.leader)
    assert not [each for each in VERDICTS if each in by_hand(leader, apart, round_.id, "Fay Lund")]
    for img, rule in APART.items():
        text = by_hand(leader, apart, round_.id, img)
        assert {each for each in VERDICTS if each in text} == {HARD_RULES[rule].verdict}, img
        for kind, fields in TOLD_OF[rule].items():
            for field in fields:
                assert COMPARED[kind][field] == {Audience.LEADER}, field
        assert "Please keep the reason to yourself" in text
        for word in ("Hidden Memorial", "Harbor Hospital"):  # the rule is told, and no words
            assert word not in text


def test_no_rule_tells_leaders_of_what_the_table_does_not_have() -> None:
    """Rules are told of one by one by hand, and counted where somebody is without a mentor."""
    assert [rule.key for rule in HARD_RULES.values() if LEADING.cuts(rule)] == []


def test_an_img_who_asks_is_told_that_it_cannot_be_and_no_more(
    apart: Cast, sign_in: SignIn
) -> None:
    asking = [img for img in APART if img != "Ana Silva"]  # nobody ranks whom they leave out
    for img in (*asking, "Fay Lund"):
        rank(apart, img, "Noor Haddad")
    round_ = apart.open(set_up=SetUp(direct_requests=True))
    for img in (*asking, "Fay Lund"):
        text = sign_in(apart.people[img]).get(f"/rounds/{round_.id}/request").text
        assert (f"Noor Haddad {NOT_POSSIBLE}" in text) is (img in APART), img
        assert not [word for word in (*VERDICTS, "conflict", "stages") if word in text], img


def test_no_sentence_to_an_img_rests_on_what_they_may_not_know() -> None:
    assert [rule for rule in SENTENCES if ABOUT_A_MENTOR.cuts(HARD_RULES[rule])] == []


def test_neither_finds_the_other_in_the_list(apart: Cast, sign_in: SignIn) -> None:
    noor = sign_in(apart.people["Noor Haddad"]).get("/find/imgs").text
    assert [img for img in (*APART, "Fay Lund") if img in noor] == ["Fay Lund"]
    for img in (*APART, "Fay Lund"):
        page = sign_in(apart.people[img]).get("/find/mentors").text
        assert ("Noor Haddad" in page) is (img not in APART), img
        assert "Omar Aziz" in page


def panels(page: Page) -> list[str]:
    return [" ".join("".join(s.itertext()).split()) for s in page.tree.iterfind(".//main//section")]


def test_the_preview_says_it_of_leaders_and_of_nobody_else(apart: Cast, sign_in: SignIn) -> None:
    for who, road, kind in (("Ana Silva", "img", IMG), ("Noor Haddad", "mentor", MENTOR)):
        shown = panels(sign_in(apart.people[who]).get(f"/profile/{road}/preview"))
        fields = {f for told in TOLD_OF.values() for f in told.get(kind, ())}
        for field in fields - {f for f in fields if Audience.LEADER in SHOWN[kind].get(f, ())}:
            says = [COMPARISONS[field] in panel for panel in shown]
            assert says == [False, False, False, True, False], field
        assert "they read which rule keeps them apart" in shown[4]
        assert "match program" not in shown[4]


def test_whoever_leaves_somebody_out_reads_who_is_told(apart: Cast, sign_in: SignIn) -> None:
    leader_reads = "They are not told, unless they lead your section: its leaders can read it"
    img, mentor = sign_in(apart.people["Eve Park"]), sign_in(apart.people["Noor Haddad"])
    fay = sign_in(apart.people["Fay Lund"])
    for page in (
        img.get("/profile/img/names"),
        mentor.get("/profile/mentor/limits"),
        mentor.get("/find/imgs/avoided"),
        mentor.get(f"/find/imgs/{apart.profile('Fay Lund')}/avoid"),
        fay.get(f"/find/mentors/{apart.profile('Noor Haddad')}/avoid"),
    ):
        assert leader_reads in page.text
        assert "Nobody is told" not in page.text
        assert "Nobody you name" not in page.text
    assert "your section leaders can read that it does" in mentor.get("/profile/mentor/work").text
    assert "your section leaders can read that it does" in img.get("/profile/img/names").text
