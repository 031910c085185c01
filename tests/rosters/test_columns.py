"""No answer that decides a round may be missing from the roster files."""

from __future__ import annotations

import dataclasses

import pytest

from mentorship.matching import Img, Mentor
from mentorship.matching.criteria import CRITERIA
from mentorship.matching.forbid import HARD_RULES
from mentorship.rosters.columns import IMG_COLUMNS, MENTOR_COLUMNS, OF_THE_ROW
from mentorship.rosters.rows import ImgRow, MentorRow


@pytest.mark.parametrize(
    ("profile", "row", "columns"),
    [(Img, ImgRow, IMG_COLUMNS), (Mentor, MentorRow, MENTOR_COLUMNS)],
)
def test_there_is_one_column_for_each_field(
    profile: type[Img | Mentor],
    row: type[ImgRow | MentorRow],
    columns: dict[str, object],
) -> None:
    fields = {field.name for field in dataclasses.fields(profile)} - {"key"}
    own = {field.name for field in dataclasses.fields(row)} - {"line", "profile"}
    assert columns.keys() == fields | own
    assert own <= set(OF_THE_ROW)


@pytest.mark.parametrize("judge", [*CRITERIA.values(), *HARD_RULES.values()], ids=lambda j: j.key)
def test_what_scoring_and_hard_rules_read_has_a_column(judge: object) -> None:
    known = {"key": "email"}  # a person's key in a roster is the e-mail
    for side, columns in (("img_fields", IMG_COLUMNS), ("mentor_fields", MENTOR_COLUMNS)):
        for field in getattr(judge, side):
            assert known.get(field, field) in columns
