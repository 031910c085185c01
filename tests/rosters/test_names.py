"""People named in a roster: a request needs a mentor, and anybody may be avoided."""

from __future__ import annotations

import io

from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.names import check_names

IMGS = (
    "email,name,requests,avoid\n"
    "a@example.org,A,mia@example.org|mai@example.org,b@example.org|who@elsewhere.example.com\n"
    "b@example.org,B,MIA@example.org,\n"
)
MENTORS = "email,name,seats,exclude\nmia@example.org,Mia,2,a@example.org|aa@example.org\n"


def test_a_request_for_nobody_is_a_problem_and_leaves_the_row() -> None:
    imgs, _ = check_names(
        read_imgs(io.BytesIO(IMGS.encode())), read_mentors(io.BytesIO(MENTORS.encode()))
    )
    (problem,) = imgs.problems
    assert str(problem) == (
        'imgs.csv line 2, column requests: "mai@example.org" is no mentor\'s e-mail; '
        'did you mean "mia@example.org"?'
    )
    assert [row.profile.requests for row in imgs.rows] == [("mia@example.org",)] * 2


def test_a_welcome_to_nobody_is_a_problem_and_leaves_the_row() -> None:
    text = "email,name,welcomes\nmia@example.org,Mia,mia@example.org|a@example.org|c@example.com\n"
    _, mentors = check_names(
        read_imgs(io.BytesIO(IMGS.encode())),
        read_mentors(io.BytesIO(text.encode())),
        more_imgs={"c@example.com"},
    )
    (problem,) = mentors.problems
    assert str(problem) == (
        'mentors.csv line 2, column welcomes: "mia@example.org" is no IMG\'s e-mail; '
        'did you mean "a@example.org"?'
    )
    assert mentors.rows[0].profile.welcomes == ("a@example.org", "c@example.com")


def test_somebody_unknown_to_avoid_is_kept_and_noted() -> None:
    imgs, mentors = check_names(
        read_imgs(io.BytesIO(IMGS.encode())), read_mentors(io.BytesIO(MENTORS.encode()))
    )
    assert imgs.rows[0].profile.avoid == ("b@example.org", "who@elsewhere.example.com")
    assert imgs.notes == (
        'imgs.csv line 2, column avoid: "who@elsewhere.example.com" is nobody\'s e-mail here; kept',
    )
    assert mentors.rows[0].profile.exclude == ("a@example.org", "aa@example.org")
    (note,) = mentors.notes
    assert note == (
        'mentors.csv line 2, column exclude: "aa@example.org" is nobody\'s e-mail here; kept; '
        'did you mean "a@example.org"?'
    )
    assert mentors.problems == ()


def test_people_known_from_elsewhere_may_be_named() -> None:
    imgs, mentors = check_names(
        read_imgs(io.BytesIO(IMGS.encode())),
        read_mentors(io.BytesIO(MENTORS.encode())),
        more_imgs={"aa@example.org", "who@elsewhere.example.com"},
        more_mentors={"mai@example.org"},
    )
    assert (imgs.problems, imgs.notes, mentors.notes) == ((), (), ())
    assert imgs.rows[0].profile.requests == ("mia@example.org", "mai@example.org")


def test_a_mentor_whose_own_row_is_bad_may_be_asked_for() -> None:
    bad = "email,name,seats\nmia@example.org,Mia,many\n"
    imgs, _ = check_names(
        read_imgs(io.BytesIO(b"email,name,requests\na@example.org,A,mia@example.org\n")),
        read_mentors(io.BytesIO(bad.encode())),
    )
    assert imgs.problems == ()
