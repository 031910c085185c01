"""mentor-match: people as its own objects, a seat each, and one of its rules that knows the scores.

Its rules add up points of a pair, so ours is one rule that looks the score up and disqualifies
pairs that must not be made. A mentor of its takes one person an exercise: each seat is a mentor
with an address of its own. To prepare is to score every pair (``generate_match_matrix``), to solve
is to hand them out (``match_and_assign_participants``, which runs munkres).

It asks for any munkres; 1.1.4 is pinned, the last release of the author it links to.
"""

from __future__ import annotations

from typing import Any

from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import generate_match_matrix, match_and_assign_participants
from turns import each_seat, play_matrix


class ByScore:
    """A rule of mentor-match: points from a table, by the numbers people carry as grades."""

    def __init__(self, scores: list[list[int]]) -> None:
        self.scores = scores

    def evaluate(self, match: Any) -> bool:
        return self.scores[match.mentee.grade][match.mentor.grade] >= 0

    def apply(self, match: Any) -> int:
        score = self.scores[match.mentee.grade][match.mentor.grade]
        match.disallowed = score < 0
        return max(score, 0)


def prepare(scores: Any, seats: Any) -> Any:
    mentees = [Mentee(grade=i, email=f"img {i}") for i in range(len(scores))]
    mentors = [
        Mentor(grade=int(j), email=f"seat {seat}") for seat, j in enumerate(each_seat(seats))
    ]
    return mentees, generate_match_matrix(mentors, mentees, [ByScore(scores.tolist())])


def solve(model: Any) -> Any:
    mentees, matches = model
    match_and_assign_participants(matches)
    return [(mentee.grade, mentor.grade) for mentee in mentees for mentor in mentee.mentors]


play_matrix(prepare, solve)
