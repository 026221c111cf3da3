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
from tb.kinds import kinds
from tb.stimulus.laws import LAWS

PROOFS = Path(__file__).with_name("proofs.json")

FINDINGS = {
    "memory": "every byte of the window against the reference model",
    "triggers": "as many triggers reach the device as there are jobs",
    "events": "one pulse a job, after its trigger",
    "event_core": "the event goes to the core that triggered the job",
    "event_after_write": "no write of a job at or after its event",
    "early_request": "no request for a job before its trigger",
    "late_request": "no read after an event with no job queued",
    "queue_gap": "first request of a queued job soon after the last write of the one before",
    "busy": "busy_o against triggers, events and waiting requests",
    "bound": "cycles of each job against its bound with the stalls it met",
    "abort": "memory, events and requests after a job was cut short",
    "abort_cycles": "a job behind a cut one takes the cycles it takes alone",
    "causes_record": "the probe counts each job once",
    "causes_total": "the causes of a job sum to its cycles",
    "causes_working": "slots that worked are the job's steps",
    "causes_padding": "slots of padding are those of the job's size",
    "register": "every access of the register port against the reference model of the register file",
    "register_port": "each job can be programmed: grants, responses, a context when one is free",
    "watchdog": "each job ends in time",
    "second_opinion": (
        "the reference model against exact integers and against FPnew alone, on a sample of each job"
    ),
}
"""Names in findings of the scoreboard, and the statements that must hold."""

BUS_RULES = TCDM_RULES | PERIPH_RULES
"""Rules of both ports: `rule N` is the assertion bound to a port (numbers: `tb/sv/rules_pkg.sv`), `log
rule N` the same over the logs (`tb/scoreboard/protocol.py`), which reports where the two differ."""


@dataclass(frozen=True, slots=True)
class Checker:
    """One thing that the bench can find to be wrong.

    Attributes:
        name: As findings have it.
        kind: comparison, watchdog, opinion, law, assertion, rule (over the logs), or the
            kind of devices (`tb.kinds`) whose rule it is.
        checks: Statement that must hold.
        proofs: Tests that break something so that it fires alone, as pytest names them.
    """

    name: str
    kind: str
    checks: str
    proofs: tuple[str, ...] = ()

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
    for name, checks in FINDINGS.items():
        yield name, {"watchdog": "watchdog", "second_opinion": "opinion"}.get(name, "comparison"), checks
    for name, law in LAWS.items():
        yield name, "law", (inspect.getdoc(law) or "").partition("\n")[0]
    for prefix, kind in (("", "assertion"), ("log ", "rule")):
        for rule, checks in BUS_RULES.items():
            yield f"{prefix}rule {rule:d}", kind, checks
    for device_kind in kinds():
        for name, its_rule in device_kind.rules.items():
            yield name, device_kind.name, its_rule.holds
