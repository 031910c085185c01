"""What others may ask of rounds: set up, run, publish, answer, and say who stands where."""

from __future__ import annotations

from mentorship.rounds.answered import AlreadyAnswered
from mentorship.rounds.answering import (
    AnswersClosed,
    accept_offer,
    confirm_match,
    decline_match,
    decline_offer,
    end_match,
)
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.changing import RequestsWait, edit_round
from mentorship.rounds.closing import finish_round
from mentorship.rounds.enrolment import (
    CannotTakePart,
    NotMeant,
    StaysAway,
    join,
    leave_out,
    open_round,
    put_all_back,
    put_back,
    refresh,
)
from mentorship.rounds.funnel import Funnel, leader_funnels
from mentorship.rounds.going_on import CannotAgree
from mentorship.rounds.img_standing import img_status
from mentorship.rounds.inputs import BadProfile, NobodyToMatch
from mentorship.rounds.lifecycle import (
    RoundChanged,
    RoundNameTaken,
    create_round,
    round_changed,
)
from mentorship.rounds.mentor_standing import MentorOffer, MentorStatus, mentor_status
from mentorship.rounds.parting import offers_follow
from mentorship.rounds.publishing import NothingToPublish, RunOutOfDate, publish_round
from mentorship.rounds.request_pages import rounds_to_ask_in
from mentorship.rounds.requesting import CannotAsk, ask_next, take_back
from mentorship.rounds.round_list import RoundLine, round_lists
from mentorship.rounds.running import ProofFailed, run_round
from mentorship.rounds.scope import Contact
from mentorship.rounds.setup import SetUp
from mentorship.rounds.standing_shapes import ImgMatch, ImgRound, ImgStatus, Standing
from mentorship.rounds.withdrawing import (
    Participation,
    TooLate,
    come_back,
    end_requests,
    kind_of_own,
    let_go,
    participation_of,
    withdraw,
)

__all__ = [
    "AlreadyAnswered",
    "AnswersClosed",
    "BadProfile",
    "Candidate",
    "CannotAgree",
    "CannotAsk",
    "CannotTakePart",
    "Contact",
    "Funnel",
    "ImgMatch",
    "ImgRound",
    "ImgStatus",
    "MentorOffer",
    "MentorStatus",
    "NobodyToMatch",
    "NotMeant",
    "NothingToPublish",
    "Obstacle",
    "Participation",
    "ProofFailed",
    "RequestsWait",
    "RoundChanged",
    "RoundLine",
    "RoundNameTaken",
    "RunOutOfDate",
    "SetUp",
    "Standing",
    "StaysAway",
    "TooLate",
    "accept_offer",
    "ask_next",
    "candidates",
    "come_back",
    "confirm_match",
    "create_round",
    "decline_match",
    "decline_offer",
    "edit_round",
    "end_match",
    "end_requests",
    "finish_round",
    "img_status",
    "join",
    "kind_of_own",
    "leader_funnels",
    "leave_out",
    "let_go",
    "mentor_status",
    "offers_follow",
    "open_round",
    "participation_of",
    "publish_round",
    "put_all_back",
    "put_back",
    "refresh",
    "round_changed",
    "round_lists",
    "rounds_to_ask_in",
    "run_round",
    "take_back",
    "withdraw",
]
