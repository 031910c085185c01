"""How every mentor suits one IMG is worked out without the answers of all others."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from mentorship.matching.forbid import ruled_out
from mentorship.matching.scoring import open_scores
from mentorship.rounds.inputs import kept
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.suiting import LIFTED, suits
from tests.rounds.cast import Cast

WORDS = ("ultrasound in the clinic", "ultrasound and chess", "research on stroke", "chess")


def test_one_img_scores_as_in_the_whole_round(cast: Cast, session: Session) -> None:
    for number, words in enumerate(WORDS * 3):
        said = {"goals": words, "importance": {"topics": "high"} if number % 2 else {}}
        cast.img(f"Img {number}", state="TX" if number % 3 else "NY", **said)
    cast.img("Img 99")  # without goals
    for number, words in enumerate(WORDS):
        stages = ("residency",) if number == 1 else ()
        cast.mentor(f"Mentor {number}", about=words, accepts_stages=stages)
    cast.mentor("Mentor 9", about="chess", exclude=(str(cast.people["Img 1"].id),))
    session.flush()
    _, run = cast.reviewed()
    whole, rules = kept(run), RunRules.from_json(run.rules)
    rows = np.arange(len(whole.market.imgs))
    table = open_scores(whole.market, rules, whole.means or {}, rows)
    out = ruled_out(whole.market, rules, rows)
    assert len({tuple(scores) for scores in table.tolist()}) > len(WORDS)
    for row, img in enumerate(whole.market.imgs):
        found = suits(run, img.key)
        for column, mentor in enumerate(whole.market.mentors):
            told = found[mentor.key]
            assert told.score == table[row, column]
            rules_here = {key for key, flags in out.items() if flags[row, column]} - {LIFTED}
            assert set(told.rules) == rules_here
            assert suits(run, img.key, mentor.key) == {mentor.key: told}
