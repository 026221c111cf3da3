# SPDX-License-Identifier: Apache-2.0
"""All checkers of the bench, and the tests that prove that each fires.

A proof is a test, or one of its parameters, marked `proves` (tests/proofs.py); `proofs.json` keeps their
places, so that reports show them without pytest. tests/bench/test_checkers.py holds both to the source.
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tb.agents.control.rules import DESCRIPTIONS as PERIPH_RULES
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_RULES
from tb.exchange.checks import CHECKS
from tb.kinds import kinds
from tb.stimulus.laws import LAWS

OWN = "own"
"""Kind of the checkers that a user brings."""

PROOFS = Path(__file__).with_name("proofs.json")

BUS_RULES = TCDM_RULES | PERIPH_RULES
"""Rules of both ports: `rule N` is the assertion bound to a port (numbers: `tb/sv/rules_pkg.sv`), `log
rule N` the same over the logs (`tb/scoreboard/protocol.py`), which reports where the two differ."""


@dataclass(frozen=True, slots=True)
class Checker:
    """One thing that the bench can find to be wrong."""

    name: str  # as findings have it
    # Comparison, watchdog, opinion, law, assertion, rule (over the logs), own, or the kind of devices
    # (`tb.kinds`) whose rule it is.
    kind: str
    checks: str  # statement that must hold
    proofs: tuple[str, ...] = ()  # tests that break something so that it fires alone, as pytest names them

    @property
    def proven(self) -> bool:
        """True if it is known to fire."""
        return bool(self.proofs)


def load_checkers(proofs: Path = PROOFS) -> dict[str, Checker]:
    """All checkers by name, with their proofs."""
    nodes = json.loads(proofs.read_text())
    return {
        name: Checker(name, kind, checks, tuple(nodes.get(name, ()))) for name, kind, checks in _checkers()
    }


def tally(checkers: Mapping[str, Checker]) -> dict[str, int]:
    """Numbers of checkers, and of those that are known to fire."""
    return {"total": len(checkers), "proven": sum(checker.proven for checker in checkers.values())}


def _checkers() -> Iterator[tuple[str, str, str]]:
    """Name, kind, and the statement that must hold."""
    for name, checks in CHECKS.items():
        yield name, {"watchdog": "watchdog", "second_opinion": "opinion"}.get(name, "comparison"), checks
    for name, law in LAWS.items():
        yield name, "law", (inspect.getdoc(law) or "").partition("\n")[0]
    for prefix, kind in (("", "assertion"), ("log ", "rule")):
        for rule, checks in BUS_RULES.items():
            yield f"{prefix}rule {rule:d}", kind, checks
    for device_kind in kinds():
        for name, its_rule in device_kind.rules.items():
            yield name, device_kind.name, its_rule.holds
