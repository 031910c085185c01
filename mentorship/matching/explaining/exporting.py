"""The outcome graph as a file other programs read: GraphML, or networkx node-link JSON."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import networkx as nx

from mentorship.matching.graph import Outcome, add_parts, outcome
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

ALTERNATIVES = 3  # as many as are looked at before a pair is changed by hand
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graph_file(problem: Problem, result: Result, form: str) -> bytes:
    """Return the outcome as a file, with the next best ``ALTERNATIVES`` of everybody.

    Where the scores come from people and not from a matrix, edges carry their parts.

    Raises
    ------
    ValueError
        ``form`` is no key of ``GRAPH_FORMS``.

    """
    if form not in GRAPH_FORMS:
        raise ValueError(f"form: there is no {form!r}; choose from {', '.join(GRAPH_FORMS)}")
    graph = outcome(problem, result, alternatives=ALTERNATIVES)
    add_parts(graph, problem)
    return GRAPH_FORMS[form](graph)


def _json(graph: Outcome) -> bytes:
    data = nx.node_link_data(graph, name="node", edges="edges")
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def _graphml(graph: Outcome) -> bytes:
    flat: Outcome = nx.Graph()
    flat.add_nodes_from((node, _scalars(held)) for node, held in graph.nodes(data=True))
    flat.add_edges_from((one, other, _scalars(held)) for one, other, held in graph.edges(data=True))
    out = io.BytesIO()
    nx.write_graphml_xml(flat, out)
    return out.getvalue() + b"\n"


def _scalars(held: Mapping[str, Any]) -> dict[str, int | str]:
    """Return what GraphML can hold: no None, lists as text, no characters XML forbids."""
    return {key: _scalar(value) for key, value in held.items() if value is not None}


def _scalar(value: Any) -> int | str:
    if isinstance(value, int):
        return value
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return _NOT_IN_XML.sub("\ufffd", text)


GRAPH_FORMS: Mapping[str, Callable[[Outcome], bytes]] = MappingProxyType(
    {"graphml": _graphml, "json": _json}
)
