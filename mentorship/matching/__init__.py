"""Who should mentor whom: pure values in, pairs with proof and reasons out."""

from __future__ import annotations

from mentorship.matching.assignment import solve
from mentorship.matching.compare import Outcome, compare
from mentorship.matching.compiled import are_compiled
from mentorship.matching.criteria import CRITERIA, SENSITIVE, Criterion
from mentorship.matching.explaining.exporting import GRAPH_FORMS, graph_file
from mentorship.matching.explaining.newcomer import Gain, one_more_mentor
from mentorship.matching.explaining.relief import Change, Relief, smallest_changes
from mentorship.matching.explaining.spoken import said
from mentorship.matching.explaining.unused import UnusedSeats
from mentorship.matching.explaining.worth import GROUPS, Worth, worth_by_group, worth_to_show
from mentorship.matching.forbid import HARD_RULES, HardRule, Verdict
from mentorship.matching.graph import add_parts, outcome
from mentorship.matching.locks import ImpossibleRules
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL
from mentorship.matching.pairing import Progress
from mentorship.matching.people import Img, Mentor, Span
from mentorship.matching.policies import POLICIES, Policy
from mentorship.matching.problem import Problem
from mentorship.matching.reasons import (
    REASONS,
    Explanation,
    NextBest,
    NoPossibleMentor,
    Reason,
    TooFewSeats,
    WorthMoreElsewhere,
    explain,
)
from mentorship.matching.result import ENGINE_VERSION, Result
from mentorship.matching.rules import Rules
from mentorship.matching.scores.tables import Tables
from mentorship.matching.scores.why import TO_IMG, TO_LEADER, TO_MENTOR, Voice
from mentorship.matching.scoring import Part, evidence, forbidden, parts, parts_table
from mentorship.matching.verify import Report, blocking_pairs, verify
from mentorship.matching.warming import warm

__all__ = [
    "CRITERIA",
    "ENGINE_VERSION",
    "FULL",
    "GRAPH_FORMS",
    "GROUPS",
    "HARD_RULES",
    "POLICIES",
    "REASONS",
    "SENSITIVE",
    "TO_IMG",
    "TO_LEADER",
    "TO_MENTOR",
    "Change",
    "Criterion",
    "Explanation",
    "Gain",
    "HardRule",
    "Img",
    "ImpossibleRules",
    "Market",
    "Mentor",
    "NextBest",
    "NoPossibleMentor",
    "Outcome",
    "Part",
    "Policy",
    "Problem",
    "Progress",
    "Reason",
    "Relief",
    "Report",
    "Result",
    "Rules",
    "Span",
    "Tables",
    "TooFewSeats",
    "UnusedSeats",
    "Verdict",
    "Voice",
    "Worth",
    "WorthMoreElsewhere",
    "add_parts",
    "are_compiled",
    "blocking_pairs",
    "compare",
    "evidence",
    "explain",
    "forbidden",
    "graph_file",
    "one_more_mentor",
    "outcome",
    "parts",
    "parts_table",
    "said",
    "smallest_changes",
    "solve",
    "verify",
    "warm",
    "worth_by_group",
    "worth_to_show",
]
