"""What others offer for the same task: what they need, and how large a round they are given.

Each is a script of ``players/`` that says what it is given. Those with packages of their own get
an environment of their own, made when first asked for, under ``benchmarks/.peers``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
HOMES = HERE / ".peers"


class NotInstalled(Exception):
    """The packages of a peer could not be installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One tool that pairs people.

    Attributes
    ----------
    script : of ``players``, with arguments that follow the file of the round
    packages : pinned; none if it plays in our environment
    beside : the policy of ours that looks for the same
    largest : most IMGs it is given

    """

    script: str
    arguments: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    beside: str = "best-total"
    largest: int


PEERS: Mapping[str, Peer] = MappingProxyType(
    {
        "scipy-assignment": Peer(script="scipy_assignment", largest=10_000),
        "scipy-sparse": Peer(script="scipy_sparse", largest=10_000),
        "ortools-flow": Peer(
            script="ortools_flow", packages=("ortools==9.15.6755", "numpy==2.4.6"), largest=10_000
        ),
        "networkx-matching": Peer(script="networkx_matching", largest=1_000),
        "networkx-simplex": Peer(script="networkx_simplex", largest=1_000),
        "mentor-match": Peer(
            script="mentor_match",
            packages=("mentor-match==7.0.1", "munkres==1.1.4", "numpy==2.4.6"),
            largest=1_000,
        ),
        "hospital-resident": Peer(
            script="stable_games",
            arguments=("hospital-resident",),
            packages=("matching==1.4.3", "numpy==2.4.6"),
            beside="stable",
            largest=1_000,
        ),
        "student-allocation": Peer(
            script="stable_games",
            arguments=("student-allocation",),
            packages=("matching==1.4.3", "numpy==2.4.6"),
            beside="stable",
            largest=1_000,
        ),
    }
)


def command(peer: Peer, file: Path) -> list[str]:
    """Return how to start a peer on a round's file; its environment is made if need be."""
    python = _home(peer) if peer.packages else Path(sys.executable)
    return [str(python), str(HERE / "players" / f"{peer.script}.py"), str(file), *peer.arguments]


def _home(peer: Peer) -> Path:
    """Return the Python of a peer's own environment.

    Raises ``NotInstalled`` with the last words of pip.
    """
    home = HOMES / peer.script
    python, done = home / "bin" / "python", home / "packages.txt"
    wanted = "\n".join(peer.packages)
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return python
    install = [str(python), "-m", "pip", "install", "--quiet", *peer.packages]
    for step in ([sys.executable, "-m", "venv", "--clear", str(home)], install):
        made = subprocess.run(step, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if made.returncode:
            raise NotInstalled(made.stderr.strip()[-200:])
    done.write_text(wanted, encoding="utf-8")
    return python
