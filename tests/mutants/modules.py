"""Which tests must notice a fault in which module of ``mentorship.matching``, quickest first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LISTS = (
    "test_large::test_neither_the_length_of_lists_nor_the_size_of_blocks_changes_anything",
    "test_large::test_the_length_of_lists_changes_nothing",
    "test_large::test_the_number_of_threads_changes_nothing",
)
COMPILED = ("test_large::test_compiled_scores_are_those_of_the_criteria",)
ASSIGNMENT = ("test_assignment", "test_certificate", "test_compare", *LISTS)
SOLVER = ("test_problem", "test_placing", *ASSIGNMENT, "test_cancelling")
PROOF = ("test_certificate", "test_assignment")
SCORES = ("test_criteria", "test_scoring", "test_rules", "test_problem", *COMPILED)
MARKS = ("test_documented", "test_criteria", "test_words", "test_week", "test_scoring")
REASONS = ("test_reasons", "test_relief", "test_worth")
LOOPS = (
    "test_placing",
    "test_pricing",
    "test_certificate",
    "test_assignment",
    "test_compare",
    *LISTS,
)

# Modules that decide who is paired, what a pair is worth, and what is said of it.
DECIDING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "solver/heaviest": SOLVER,
        "solver/candidates": SOLVER,
        "solver/placing": SOLVER,
        "solver/face": SOLVER,
        "solver/fairest": ("test_fairest", "test_compare", *SOLVER),
        "solver/stable": ("test_compare", *SOLVER),
        "assignment": SOLVER,
        "policies": ("test_reproducible", "test_documented", *SOLVER),
        "scores/blocks": SOLVER,
        "weights": SOLVER,
        "lottery": ("test_reproducible", *SOLVER),
        "certificate": (*PROOF, "test_reasons"),
        "verify": (*PROOF, "test_compare"),
        "checks/proof": (*PROOF, "test_compare"),
        "checks/allowed": PROOF,
        "problem": ("test_problem", "test_rules", "test_relief", *ASSIGNMENT),
        "marks": (*MARKS, *SCORES),
        "criteria": (*MARKS, *SCORES),
        "scores/closeness": (*MARKS, *SCORES),
        "scoring": (*SCORES, "test_documented", "test_reasons"),
        "scores/recipe": SCORES,
        "scores/added": SCORES,
        "scores/chosen": SCORES,
        "scores/answered": SCORES,
        "scores/ingredients": SCORES,
        "scores/compressed": SCORES,
        "scores/arrays": (*MARKS, *SCORES),
        "scores/named": SCORES,
        "forbid": ("test_rules", *SCORES, "test_relief"),
        "rules": ("test_rules", "test_problem", "test_scoring"),
        "scores/week": ("test_week", "test_criteria", *COMPILED),
        "scores/words": ("test_words", "test_criteria", *COMPILED),
        "reasons": REASONS,
        "explaining/rivals": REASONS,
        "explaining/unused": REASONS,
        "explaining/relief": ("test_relief", "test_reasons"),
        "explaining/changes": ("test_relief", "test_reasons"),
        "explaining/newcomer": ("test_newcomer", "test_reasons"),
        "checking": ("test_problem", "test_rules"),
        "scores/coding": (*MARKS, *SCORES),
        "kernels/assign": LOOPS,
        "kernels/undo": LOOPS,
        "kernels/prices": LOOPS,
        "kernels/seats": LOOPS,
        "kernels/heap": LOOPS,
        "kernels/lists": LOOPS,
        "kernels/pricing": LOOPS,
        "kernels/propose": ("test_compare", *LOOPS),
        "kernels/draws": LOOPS,
        "kernels/rows": (*COMPILED, "test_scoring"),
    }
)

TELLING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "compare": ("test_compare",),
        "fairness": ("test_compare",),
        "explaining/worth": ("test_worth",),
        "graph": ("test_reasons", "test_relief"),
        "explaining/exporting": ("test_reasons",),
        "explaining/spoken": REASONS,
        "scores/why": ("test_scoring", "test_reasons", "test_documented", "test_year"),
        "scores/voices": ("test_scoring", "test_reasons", "test_documented"),
        "scores/year": ("test_year", "test_scoring"),
        "market": ("test_problem", "test_scoring", *COMPILED),
        "people": ("test_week", "test_criteria", "test_problem"),
        "scores/tables": ("test_criteria", "test_scoring"),
        "result": ("test_reproducible", "test_compare", "test_certificate", "test_reasons"),
    }
)

TESTS = {**DECIDING, **TELLING}
MANY = {**dict.fromkeys(DECIDING, 16), **dict.fromkeys(TELLING, 8)}

# For ``pytest -k``: what starts Python anew, or solves the largest rounds again and again.
NOT_RUN = (
    "test_neither_the_matcher_nor_the_site_loads_the_compiler",
    "test_nothing_is_compiled_while_somebody_waits",
    "test_a_compiled_stemmer_on_the_machine_is_not_used",
    "test_two_hash_seeds_give_the_same_pairs",
    "(test_cancelling and fairest)",
)
# What takes minutes where loops are not compiled, or scores a market, for which they must be.
NOT_RUN_PLAIN = (
    "test_groups_and_load_are_counted",
    "test_compiled_scores_are_those_of_the_criteria",
    "test_a_market_has_the_answer_of_its_matrix",
    "test_the_number_of_threads_changes_nothing",
    "alike",
    "equal-",
    "different-",
)


def runs_plain(module: str) -> bool:
    """Tell whether a module is tried without the compiler: ``rows`` multiplies as it alone can."""
    return module.startswith("kernels/") and module != "kernels/rows"
