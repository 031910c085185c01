"""Writes the demo's two roster files: ``python -m mentorship.demo.generate``.

One seed, one pair of files, byte for byte; a test holds the files to it.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path

from mentorship.demo.dice import Dice
from mentorship.demo.imgs import make_hard_cases, make_imgs, mentor_as_img
from mentorship.demo.mentors import TRAINEES, make_mentors, welcoming
from mentorship.demo.world import World
from mentorship.rosters.format import write_imgs, write_mentors
from mentorship.rosters.rows import ImgRow, MentorRow

FOLDER = Path(__file__).parent
SEED = 20261122
_IMGS, _MENTORS, _BOTH = 145, 60, 2


def people() -> tuple[list[ImgRow], list[MentorRow]]:
    """Return everybody in the demo section; two people are both, with one address."""
    world = World(Dice(SEED))
    mentors = make_mentors(world, _MENTORS)
    imgs = make_imgs(world, _IMGS, mentors)
    trainees = [row for row in mentors if row.profile.career_level in TRAINEES]
    imgs += [mentor_as_img(world, row) for row in trainees[:_BOTH]]
    imgs += make_hard_cases(world)
    refused = dataclasses.replace(mentors[20].profile, exclude=(imgs[33].email,))
    mentors[20] = dataclasses.replace(mentors[20], profile=refused)
    mentors[52] = dataclasses.replace(mentors[52], consents=("statistics",))
    return imgs, welcoming(world, mentors, imgs)


def files() -> Mapping[str, bytes]:
    """Return the content of both files by their names."""
    imgs, mentors = people()
    img_text, mentor_text = io.StringIO(newline=""), io.StringIO(newline="")
    write_imgs(img_text, imgs)
    write_mentors(mentor_text, mentors)
    texts = {"imgs.csv": img_text, "mentors.csv": mentor_text}
    return {name: text.getvalue().encode() for name, text in texts.items()}


def main() -> None:
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
