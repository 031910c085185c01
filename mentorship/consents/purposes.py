"""What somebody may agree to: each question in the words that they read, and its version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MATCHING, LISTED, STATISTICS = "matching", "listed", "statistics"
SHARE_VISA, SHARE_GENDER = "share_visa", "share_gender"
# What a leader's file cannot say of who has claimed the account; of a gender it never can.
OWN_YES = frozenset({SHARE_VISA, SHARE_GENDER})


@dataclass(frozen=True, slots=True)
class Purpose:
    """One question; each line of ``text`` is a paragraph.

    Whoever changes what ``text`` or ``without`` say raises ``version``.
    """

    key: str
    version: int
    label: str
    text: str
    without: str
    withdrawing: str


PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        purpose.key: purpose
        for purpose in (
            Purpose(
                key=MATCHING,
                version=1,
                label="Use my profile to find a match",
                text=(
                    "The match program reads your profile and compares it with other profiles in "
                    "your section. The section leaders see who was matched with you and why, and "
                    "how many points each part of your profile gave."
                ),
                without="Without this you are not part of any match round.",
                withdrawing=(
                    "You will not be in any future match round. "
                    "Matches that were already made stay as they are, also those that wait for an "
                    "answer. A request that you sent to a mentor, or that waits for your answer, "
                    "ends now."
                ),
            ),
            Purpose(
                key=SHARE_VISA,
                version=1,
                label="Show my visa situation to my match",
                text=(
                    "The mentor or IMG you are paired with sees your visa situation, or the visa "
                    "paths you have been through, as soon as it is their turn to answer, so that "
                    "you can talk about it from the start."
                ),
                without="Without this your match does not see it. You can still tell them.",
                withdrawing="Your match no longer sees your visa situation or visa paths here.",
            ),
            Purpose(
                key=SHARE_GENDER,
                version=1,
                label="Show my gender to my match",
                text=(
                    "The mentor or IMG you are paired with sees your gender, if you have given it, "
                    "as soon as it is their turn to answer."
                ),
                without=(
                    "Without this your match does not see it. It still counts when somebody wishes "
                    "for a mentor of their own gender."
                ),
                withdrawing="Your match no longer sees your gender here.",
            ),
            Purpose(
                key=LISTED,
                version=2,
                label="Let members of my section look me up",
                text=(
                    "If your section offers it, IMGs can look through a list of mentors, and "
                    "mentors through a list of IMGs.\nOf you they see your name (or a code, if "
                    "your section hides names), specialties, topics, languages, time zone, ways to "
                    "talk, ways of working, and how many meetings a month suit you.\nOf an IMG "
                    "also the stage of the journey and the states they hope for.\nOf a mentor also "
                    "the position, subspecialties, the stages they help with, the state they live "
                    "in, the states they are licensed in, whether they are an IMG themselves, a "
                    "few words about them, the institution (not if your section hides names), and "
                    "whether they have a free seat now: during a break there is none.\nBeside it "
                    "stands how well the two of you fit and why, for example how much free time "
                    "you have in common.\nThey never see your visa answers, gender, goals, which "
                    "hours are free, or how to reach you."
                ),
                without="Without this you are in no list. The match program still considers you.",
                withdrawing="You are in no list any more. Who has asked for you stays as it is.",
            ),
            Purpose(
                key=STATISTICS,
                version=3,
                label="Count me in statistics",
                text=(
                    "Your answers may be counted together with those of others. Your section "
                    "leaders then read numbers and averages of groups, for example how many people "
                    "from each region of the world were matched, and how well their matches fit on "
                    "average. Small groups are put together or left out. Of groups by visa "
                    "situation, visa paths or gender, chance is mixed into each number and each "
                    "average, so that nobody can work out what you answered."
                ),
                without="Without this you are left out of the statistics. Your match is the same.",
                withdrawing="You will be left out of all statistics made from now on.",
            ),
        )
    }
)
