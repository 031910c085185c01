"""What others may ask of mentorships: agree, set goals, meet, take notes, end, worry."""

from __future__ import annotations

from mentorship.mentorships.agreements import (
    AgreementChanged,
    accept_agreement,
    agreement_of,
    write_agreement,
)
from mentorship.mentorships.ending import (
    AlreadyHandled,
    close_concern,
    end_as_leader,
    end_mentorship,
    feedback_of,
    give_feedback,
    raise_concern,
)
from mentorship.mentorships.going import Coming, Going, going_on
from mentorship.mentorships.meetings import (
    BeforePair,
    MeetingChanged,
    NotPlanned,
    Plan,
    cancel_meeting,
    log_meeting,
    mark_of,
    may_log,
    meeting_of,
    move_meeting,
    plan_meeting,
)
from mentorship.mentorships.overlap import Stretch, free_together
from mentorship.mentorships.overview import concerns_in, led_page, listing, met_in
from mentorship.mentorships.page import Page, page_of
from mentorship.mentorships.scope import (
    Mentorship,
    MentorshipEnded,
    mentorship_of,
)
from mentorship.mentorships.work import (
    GoalThere,
    TooMuch,
    add_goal,
    delete_note,
    note_of,
    notes_of,
    set_goal_state,
    write_note,
)

__all__ = [
    "AgreementChanged",
    "AlreadyHandled",
    "BeforePair",
    "Coming",
    "GoalThere",
    "Going",
    "MeetingChanged",
    "Mentorship",
    "MentorshipEnded",
    "NotPlanned",
    "Page",
    "Plan",
    "Stretch",
    "TooMuch",
    "accept_agreement",
    "add_goal",
    "agreement_of",
    "cancel_meeting",
    "close_concern",
    "concerns_in",
    "delete_note",
    "end_as_leader",
    "end_mentorship",
    "feedback_of",
    "free_together",
    "give_feedback",
    "going_on",
    "led_page",
    "listing",
    "log_meeting",
    "mark_of",
    "may_log",
    "meeting_of",
    "mentorship_of",
    "met_in",
    "move_meeting",
    "note_of",
    "notes_of",
    "page_of",
    "plan_meeting",
    "raise_concern",
    "set_goal_state",
    "write_agreement",
    "write_note",
]
