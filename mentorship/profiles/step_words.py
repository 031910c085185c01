"""What somebody who fills in their profile is told when they save a step."""

from __future__ import annotations

_ELSEWHERE = (
    "You saved this step somewhere else since you opened this page. What you see here is not saved."
)
CONFLICT = (
    f"{_ELSEWHERE} Save again to keep it in place of the other, or open the step again to see that."
)
# The page holds the old version until it is sent by hand: one save more would be refused, too.
NOT_AUTOSAVED = f"{_ELSEWHERE} Use a button below: the next page asks which of the two to keep."


def zone_elsewhere(shown: str | None, said: str | None) -> str:
    """Say in which zone other pages are shown, where it is not that of the profile."""
    if shown is None or said is None or shown == said:
        return ""
    return f"Deadlines are shown to you in the zone of your account, {shown.replace('_', ' ')}."
