"""Scores are whole points whose parts add up, and silence neither helps nor hurts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorship.matching import (
    CRITERIA,
    FULL,
    TO_IMG,
    TO_LEADER,
    TO_MENTOR,
    Market,
    Problem,
    Rules,
    Voice,
    evidence,
    forbidden,
    parts,
    parts_table,
    solve,
    verify,
)
from mentorship.matching import problem as problems
from mentorship.matching.scoring import mean_marks, scores, shared_out
from tests.matching.people import hours, img, market, mentor, names
from tests.matching.strategies import markets

weights = st.dictionaries(st.sampled_from(list(CRITERIA)), st.integers(0, 10))
rules = st.builds(Rules, weights=weights, minimum_score=st.sampled_from([0, 5_000]))


def only(*keys: str, weight: int = 5) -> Rules:
    """Return rules under which only these criteria count."""
    return Rules(weights={key: weight if key in keys else 0 for key in CRITERIA})


@settings(max_examples=30)
@given(markets(), rules)
def test_the_parts_of_every_pair_add_up_to_its_score(people: Market, rules: Rules) -> None:
    means = mean_marks(people)
    table = scores(people, rules, means, np.arange(len(people.imgs)))
    pairs = [tuple(pair) for pair in np.ndindex(table.shape)]
    many = parts_table(people, rules, pairs, means=means)
    for (i, j), row in zip(pairs, many, strict=True):
        found = parts(people, rules, i, j, means=means)
        assert sum(part.points for part in found) == row.sum() == table[i, j]
        assert all(0 <= part.points <= part.out_of for part in found)
        assert {part.key: part.points for part in found if part.points} == {
            key: points for key, points in zip(CRITERIA, row.tolist(), strict=True) if points
        }


@settings(max_examples=30)
@given(markets(), rules)
def test_everybody_has_ten_thousand_points_to_share_out(people: Market, rules: Rules) -> None:
    shares = shared_out(people, rules, np.arange(len(people.imgs)))
    assert (shares >= 0).all()
    assert set(shares.sum(axis=1).tolist()) <= {0, FULL}
    weightless = [place for place, key in enumerate(CRITERIA) if rules.weights[key] == 0]
    assert not shares[:, weightless].any()


@settings(max_examples=30)
@given(markets(), rules)
def test_a_forbidden_pair_is_one_that_some_rule_forbids(people: Market, rules: Rules) -> None:
    problem = Problem.of(people, rules)
    for i, j in np.ndindex(problem.shape):
        verdicts = {v.rule for v in forbidden(people, rules, i, j, means=problem.means)}
        assert verdicts == {
            rule for rule, out in problem.ruled_out(np.array([i])).items() if out[0, j]
        }
        assert (problem.table()[i, j] < 0) == bool(verdicts)


@settings(max_examples=30)
@given(markets(fewest=1), st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_of_people(people: Market, random: Any) -> None:
    rows, columns = list(range(len(people.imgs))), list(range(len(people.mentors)))
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled = Market.of(
        [people.imgs[row] for row in rows],
        [people.mentors[column] for column in columns],
        people.tables,
        week=people.week,
    )
    one, other = Problem.of(people, Rules()), Problem.of(shuffled, Rules())
    assert one.means == other.means
    assert (one.table()[np.ix_(rows, columns)] == other.table()).all()


@settings(max_examples=30)
@given(markets(fewest=1), st.sampled_from([TO_IMG, TO_MENTOR, TO_LEADER]))
def test_there_is_a_sentence_for_every_part_that_both_answered(
    people: Market, voice: Voice
) -> None:
    told = evidence(people, 0, 0, names=names, voice=voice)
    found = parts(people, Rules(), 0, 0)
    assert set(told) == {part.key for part in found if part.answered}
    for sentence in told.values():
        assert sentence[0].isupper() or not sentence[0].isalpha()
        assert sentence.endswith(".")


def test_a_wrong_mean_for_silence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    people = market(
        [img("asks", topics=("a",)), img("says nothing")],
        [mentor("m", topics=("a",), seats=2)],
    )
    sound = Problem.of(people, Rules())
    assert verify(sound, solve(sound)).ok
    wrong = dict(sound.means or {}) | {"topics": 1}
    monkeypatch.setattr(problems, "mean_marks_of_many", lambda _: wrong)
    broken = Problem.of(people, Rules())
    assert verify(broken, solve(broken)).faults == ("the mean of 'topics' is 10000, not 1",)
    kept = Problem.of(people, Rules(), means=wrong)
    assert verify(kept, solve(kept)).ok


def test_scores_are_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    people = market(
        [img(f"i{k}", topics=("a", "b")[: k % 3]) for k in range(7)],
        [mentor(f"m{k}", topics=("a",) * (k % 2)) for k in range(3)],
    )
    whole = Problem.of(people, Rules()).table()
    monkeypatch.setattr("mentorship.matching.scoring.BLOCK", 2)
    monkeypatch.setattr("mentorship.matching.scoring.PAIRS", 2)
    assert (Problem.of(people, Rules()).table() == whole).all()
    pairs = [tuple(pair) for pair in np.ndindex(whole.shape)]
    assert parts_table(people, Rules(), pairs).sum(axis=1).tolist() == whole.ravel().tolist()


def test_an_answer_that_is_missing_counts_as_the_mean_of_those_given() -> None:
    imgs = [img("a", topics=("t",)), img("b", topics=("u",)), img("silent")]
    mentors = [mentor("x", topics=("t",)), mentor("y", topics=("t",)), mentor("quiet")]
    people = market(imgs, mentors)
    assert mean_marks(people)["topics"] == 5_000
    table = scores(people, only("topics"), mean_marks(people), np.arange(len(people.imgs)))
    assert table.tolist() == [[FULL, FULL, 5_000], [0, 0, 5_000], [5_000, 5_000, 5_000]]
    (part,) = parts(people, only("topics"), 2, 0)
    assert not part.answered


def test_where_nobody_answered_half_marks_stand_in_for_all() -> None:
    people = market([img("a"), img("b")], [mentor("x")])
    assert scores(
        people, only("visa"), mean_marks(people), np.arange(len(people.imgs))
    ).tolist() == [[5_000], [5_000]]


def test_a_wish_nobody_made_leaves_the_mean_alone() -> None:
    imgs = [img("a", gender="woman", wishes=("same_gender",)), img("b", gender="man")]
    people = market(imgs, [mentor("x", gender="woman")])
    assert mean_marks(people)["same_gender"] == FULL


def test_means_kept_with_a_run_score_it_again_as_it_was() -> None:
    people = market([img("silent")], [mentor("x", topics=("t",))])
    problem = Problem.of(people, only("topics"), means={**mean_marks(people), "topics": 1_234})
    assert problem.table().tolist() == [[1_234]]


@pytest.mark.parametrize(
    ("importance", "score"), [("low", 3_333), ("normal", 5_000), ("high", 6_667), ("?", 5_000)]
)
def test_what_matters_more_to_an_img_counts_more(importance: str, score: int) -> None:
    person = img(topics=("t",), languages=("hi",), importance={"topics": importance})
    people = market([person], [mentor(topics=("t",), languages=("es",))])
    table = scores(
        people, only("topics", "languages"), mean_marks(people), np.arange(len(people.imgs))
    )
    assert table.tolist() == [[score]]


def test_full_marks_stay_full_marks_whatever_matters() -> None:
    for level in ("low", "normal", "high"):
        person = img(topics=("t",), channels=("video",), importance={"topics": level})
        people = market([person], [mentor(topics=("t",), channels=("video",))])
        table = scores(
            people, only("topics", "channels"), mean_marks(people), np.arange(len(people.imgs))
        )
        assert table.tolist() == [[FULL]]


def test_points_left_over_go_to_the_largest_remainders() -> None:
    people = market([img()], [mentor()])
    three = only("topics", "specialty", "stage", weight=1)
    shares = shared_out(people, three, np.array([0]))[0]
    assert [share for share in shares if share] == [3_334, 3_333, 3_333]


def test_without_any_weight_everybody_scores_nothing() -> None:
    people = market([img(topics=("t",))], [mentor(topics=("t",))])
    assert scores(people, only(), mean_marks(people), np.arange(len(people.imgs))).tolist() == [[0]]
    assert parts(people, only(), 0, 0) == ()


WHOLE_IMG = img(
    "img",
    stage="usmle_step1",
    specialties=("psychiatry", "internal_medicine"),
    topics=("usmle_planning", "cv_review", "research"),
    visa="outside_us",
    school_country="IN",
    languages=("en", "hi"),
    states=("TX",),
    timezone="UTC",
    availability=(hours(0, 9, 12.75),),
    channels=("video", "phone"),
    formats=("ongoing",),
    meetings_a_month=2,
    gender="woman",
    requests=("z", "mentor"),
    wishes=("same_country", "same_gender", "mentor_is_img"),
    goals="I hope for Cardiology research, and I'm stuck: which visa? My visa tells J-1.",
)
WHOLE_MENTOR = mentor(
    "mentor",
    career_level="early_attending",
    specialties=("internal_medicine",),
    topics=("cv_review", "usmle_planning"),
    stages=("usmle_step1",),
    visas=("h1b_visa",),
    is_img=True,
    school_country="IN",
    languages=("hi",),
    state="NY",
    states_licensed=("TX",),
    timezone="Asia/Kathmandu",
    availability=(hours(0, 15, 18),),
    channels=("video",),
    formats=("ongoing",),
    meetings_a_month=4,
    gender="woman",
    welcomes=("other", "img"),
    about="Cardiologist. Visas, J1 waivers, stuck projects: researching is my secret joy.",
)


def test_an_img_reads_why() -> None:
    people = market([WHOLE_IMG], [WHOLE_MENTOR])
    assert evidence(people, 0, 0, names=names, voice=TO_IMG) == {
        "topics": "You need Usmle Planning and Cv Review; your mentor offers them.",
        "specialty": "Your mentor works in Internal Medicine, your second choice.",
        "stage": "Your mentor helps people at the stage “Usmle Step1” and has gone further.",
        "visa": "Your mentor has lived through H1B Visa, which helps in your situation.",
        "requests": "You asked for this mentor by name, as second choice.",
        "welcomes": "Your mentor would gladly take you.",
        "availability": "3 h of free time in common a week.",
        "languages": "You both speak Hi.",
        "location": "Your mentor lives or holds a license in Tx, where you hope to be.",
        "formats": "Way of working in common: Ongoing.",
        "rhythm": "You would like 2 meetings a month; your mentor can make 4.",
        "channels": "Way to talk in common: Video.",
        "words": "You both write about cardiology, research and stuck.",
        "same_country": "You both went to medical school in In, as you wished.",
        "same_gender": "You both gave the same gender, as you wished.",
        "mentor_is_img": "Your mentor is an IMG, as you wished.",
    }


def test_a_mentor_and_a_leader_read_the_same_in_their_own_person() -> None:
    people = market([WHOLE_IMG], [WHOLE_MENTOR])
    to_mentor = evidence(people, 0, 0, names=names, voice=TO_MENTOR)
    to_leader = evidence(people, 0, 0, names=names)
    assert to_mentor["topics"] == "Your mentee needs Usmle Planning and Cv Review; you offer them."
    assert to_mentor["requests"] == "Your mentee asked for you by name."
    assert to_mentor["welcomes"] == "You would gladly take your mentee."
    assert to_leader["welcomes"] == "The mentor would gladly take the IMG."
    assert to_mentor["words"] == "You both write about cardiology, research and stuck."
    assert to_leader["words"] == "What both wrote has 5 words in common."  # leaders read neither
    assert to_leader["stage"] == (
        "The mentor helps people at the stage “Usmle Step1” and has gone further."
    )
    assert to_leader["languages"] == "Both speak Hi."


@pytest.mark.parametrize(
    ("of_img", "of_mentor", "told"),
    [
        ({"topics": ("a",)}, {"topics": ("b",)},
         "Your mentor does not offer the topics you asked for."),
        ({"topics": ("a",)}, {"topics": ("a",)}, "You need A; your mentor offers it."),
        (
            {"specialties": ("internal_medicine",)},
            {"subspecialties": ("cardiology",)},
            "Your mentor's field, Cardiology, is close to your first choice.",
        ),
        (
            {"specialties": ("obgyn",)},
            {"specialties": ("psychiatry",)},
            "Your mentor works in another field than you hope for.",
        ),
        ({"visa": "outside_us"}, {"visas": ("perm",)},
         "Your mentor has not lived through a visa path that helps in your situation."),
        ({"languages": ("hi",)}, {"languages": ("es",)}, "No language in common."),
        ({"requests": ("z",)}, {}, "You asked for somebody else by name."),
        ({"channels": ("video",)}, {"channels": ("phone",)}, "No way to talk in common."),
        ({"goals": "Visa!"}, {"about": "Choir"}, "What both wrote has no words in common."),
        ({"goals": "A visa"}, {"about": "Visas"}, "You both write about visa."),
        (
            {"state": "NY"},
            {"state": "NY"},
            "Your mentor lives or holds a license in Ny, where you live.",
        ),
        (
            {"states": ("NJ",)},
            {"state": "NY"},
            "Your mentor lives or holds a license in the same region of the country.",
        ),
        (
            {"states": ("TX",)},
            {"state": "NY"},
            "Your mentor lives or holds a license in another region of the country.",
        ),
        (
            {"stage": "residency"},
            {"stages": ("usmle_step1",)},
            "Your mentor does not name the stage “Residency” as one to help at.",
        ),
        (
            {"stage": "usmle_step1"},
            {"career_level": "resident_pgy1"},
            "Your mentor has gone further than the stage “Usmle Step1”.",
        ),
        (
            {"wishes": ("mentor_is_img",)},
            {"is_img": False},
            "You wished for a mentor who is an IMG; this is not so.",
        ),
        (
            {"availability": (hours(0, 9, 10),), "timezone": "UTC"},
            {"availability": (hours(0, 9.25, 12),), "timezone": "UTC"},
            "45 min of free time in common a week.",
        ),
        (
            {"availability": (hours(0, 9, 10),), "timezone": "UTC"},
            {"availability": (hours(3, 9, 12),), "timezone": "UTC"},
            "No free time in common in a usual week.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_as_plainly(
    of_img: dict[str, Any], of_mentor: dict[str, Any], told: str
) -> None:
    people = market([img(**of_img)], [mentor(**of_mentor)])
    assert told in evidence(people, 0, 0, names=names, voice=TO_IMG).values()


def test_an_img_is_never_told_of_others_whom_the_mentor_marked() -> None:
    people = market([img("a"), img("b")], [mentor("m", welcomes=("b",))])
    told = {
        voice.you: evidence(people, 0, 0, names=names, voice=voice)["welcomes"]
        for voice in (TO_IMG, TO_MENTOR, TO_LEADER)
    }
    assert told == {
        "img": "Whom a mentor would gladly take is theirs to say.",
        "mentor": "You marked other IMGs, not this one.",
        "": "The mentor marked other IMGs, not this one.",
    }


def test_no_sentence_holds_more_of_a_text_than_three_words() -> None:
    people = market([WHOLE_IMG], [WHOLE_MENTOR])
    for voice in (TO_IMG, TO_MENTOR, TO_LEADER):
        said = " ".join(evidence(people, 0, 0, names=names, voice=voice).values())
        assert "secret" not in said
        assert "tells" not in said
