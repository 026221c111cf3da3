# SPDX-License-Identifier: Apache-2.0
"""Faults of the faulty device, with the checkers that each makes fire: data for `test_checkers_fire.py`."""

import re
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from models.ops import Op
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tb.exchange.job import Job
from tb.exchange.scenario import NO_STALL, Abort, Scenario, StallSpec, Window
from tb.exchange.status import Status

HERE = Path(__file__).resolve().parent
BASE = 0x1000_0000
WINDOW = Window(BASE, 0x1000)
STALLS = StallSpec("burst", rate=0.5, burst=4, seed=3)


def _job(core: int, m: int, n: int, k: int, offset: int) -> Job:
    """A GEMM with operands at odd places, X first and Z last, apart from each other."""
    at = BASE + offset
    return Job(Op.GEMM, m, n, k, at + 0x101, at + 0x203, at + 0x302, core=core, data_seed=offset + core)


# Its last write is number M*K - 1; with N = 1 the port of the serial device is idle every few cycles.
FIRST = _job(1, 3, 4, 5, 0)
LAST_WRITE = FIRST.m * FIRST.k - 1
# The job behind a cut one has no steps, so that the serial device takes less than its bound, and a cycle more
# is found by comparison alone. Its X has no bytes; the pointer stays that of the cut job.
BEHIND = replace(_job(5, 2, 0, 2, 0x800), x_addr=FIRST.x_addr)
SCENARIOS: dict[str, tuple[tuple[Job, ...], StallSpec]] = {
    "one": ((FIRST,), NO_STALL),
    "stalled": ((FIRST,), STALLS),
    "queued": ((_job(1, 4, 1, 6, 0), _job(5, 2, 3, 2, 0x800)), NO_STALL),
    # Without steps, the queued job has cycles to spare before its bound.
    "queued_spare": ((FIRST, _job(5, 6, 0, 8, 0x800)), NO_STALL),
    "clear": ((FIRST, BEHIND), NO_STALL),
    "clear_steps": ((FIRST, _job(5, 2, 3, 2, 0x800)), NO_STALL),
    "reset": ((FIRST, BEHIND), NO_STALL),
    # Z is Y bit for bit, so memory does not tell whether it was written.
    "copy": ((_job(1, 3, 0, 5, 0),), NO_STALL),
    "three": ((_job(1, 4, 1, 6, 0), _job(5, 2, 3, 2, 0x800), _job(0, 1, 1, 1, 0x400)), NO_STALL),
}


_CLEAR = Abort("clear", after=40, core=1)
ABORTS = {"clear": _CLEAR, "clear_steps": _CLEAR, "reset": Abort("reset", after=40)}


def scenario(name: str, index: int) -> Scenario:
    """The scenario of that name, as number `index` of its test."""
    jobs, stall = SCENARIOS[name]
    return Scenario(index, jobs, WINDOW, stall, poison_seed=index, abort=ABORTS.get(name))


@dataclass(frozen=True, slots=True)
class FaultCase:
    """One fault in one scenario."""

    fault: str  # name in fault_pkg.sv
    # Names of the checkers that must fire, and no other may; none when the bench must accept it.
    expects: frozenset[str]
    status: Status  # status of the scenario
    run: str = "one"  # name of the scenario in which the fault acts
    at: int = 0  # on which of its chances the fault acts
    in_reset: bool = False  # the fault acts in the reset before the scenario
    lasts: bool = False  # the fault stays until it is switched off, and is switched off after its scenario

    @property
    def name(self) -> str:
        """Name of the case, and of its test in the plan."""
        return "_".join([self.fault, self.run, *([str(self.at)] if self.at else [])])


def rule(number: TcdmRule | PeriphRule) -> str:
    """Name of the checker that reports a protocol rule."""
    return f"rule {int(number)}"


def _case(
    fault: str, status: Status, *expects: str, run: str = "one", at: int = 0, **more: bool
) -> FaultCase:
    return FaultCase(fault, frozenset(expects), status, run, at, **more)


_WRONG, _RULE, _SLOW, _FINE = Status.MISMATCH, Status.PROTOCOL, Status.TIMEOUT, Status.PASSED

_LATE = (rule(PeriphRule.PERIPH_RESPONSE), rule(PeriphRule.PERIPH_STRAY))

CASES: tuple[FaultCase, ...] = (
    _case("None", _FINE),
    _case("None", _FINE, run="stalled"),
    _case("None", _FINE, run="queued"),
    _case("None", _FINE, run="three"),
    # Results
    _case("WriteFlip", _WRONG, "memory", at=4),
    _case("WriteFlip", _WRONG, "memory", run="queued", at=26),
    _case("WriteDropped", _WRONG, "memory", at=LAST_WRITE),
    _case("WriteDropped", _RULE, "unwritten", run="copy", at=2),
    _case("WriteAddress", _WRONG, "memory"),
    _case("WriteSpill", _WRONG, "memory", rule(TcdmRule.STRAY_WRITE)),
    _case("ReadLane", _WRONG, "memory", at=1),
    _case("ReadAfterStall", _WRONG, "memory", run="stalled"),
    _case("ReadAfterStall", _FINE, lasts=True),
    # Wide port
    _case("Rq3Address", _RULE, rule(TcdmRule.RQ3_STABLE), run="stalled"),
    _case("Rq3Direction", _RULE, rule(TcdmRule.RQ3_STABLE), run="stalled"),
    _case("Rq3Enables", _RULE, rule(TcdmRule.RQ3_STABLE), run="stalled"),
    _case("Rq3Data", _RULE, rule(TcdmRule.RQ3_STABLE), run="stalled"),
    # The cycle it loses counts neither as stalled nor as allowed.
    _case("Rq4Retracted", _RULE, rule(TcdmRule.RQ4_RETRACTED), "bound", run="stalled"),
    _case("Rq4Spurious", _RULE, rule(TcdmRule.RQ4_RETRACTED), run="stalled"),
    _case("Misaligned", _RULE, rule(TcdmRule.ALIGNMENT), at=5),
    _case("ReadEnables", _RULE, rule(TcdmRule.READ_ENABLES), at=2),
    _case("ReadEarly", _RULE, rule(TcdmRule.OVER_READ), at=1),
    _case("ReadFar", _RULE, rule(TcdmRule.OVER_READ)),
    _case("WriteFar", _RULE, rule(TcdmRule.STRAY_WRITE)),
    _case("ReqInReset", _RULE, rule(TcdmRule.REQ_IN_RESET), in_reset=True),
    _case("ReadBeforeTrigger", _RULE, "early_request"),
    _case("ReadBeforeQueued", _RULE, "early_request", run="queued"),
    _case("ReadAfterEvent", _RULE, "late_request"),
    _case("None", _FINE, run="queued_spare"),
    _case("QueuedIdle", _SLOW, "queue_gap", run="queued_spare"),
    # The step that waits for the answer is never done.
    _case("MemoryMute", _WRONG, "memory", "causes_working", rule(TcdmRule.RESPONSE_MISSING), at=1),
    _case("MemoryExtra", _RULE, rule(TcdmRule.RESPONSE_STRAY)),
    # Events and busy_o
    _case("EventBeforeWrite", _RULE, "event_after_write", at=LAST_WRITE),
    _case("EventWithWrite", _RULE, "event_after_write", at=LAST_WRITE),
    _case("EventCore", _RULE, "event_core"),
    _case("EventCore", _RULE, "event_core", run="queued", at=1),
    _case("EventMissing", _SLOW, "watchdog"),
    _case("EventLong", _RULE, "events"),
    _case("EventTwice", _RULE, "events"),
    _case("EventBoth", _RULE, "events"),
    _case("EventReserved", _RULE, rule(TcdmRule.EVENT_LINE)),
    _case("EventLate", _SLOW, "bound"),
    _case("EventsMerged", _RULE, "events", "bound", run="queued"),
    _case("BusyLate", _RULE, "busy"),
    _case("BusyAllowed", _FINE),
    _case("BusyLow", _RULE, "busy", at=5),
    _case("BusyStuck", _RULE, "busy"),
    _case("BusyIdle", _RULE, "busy"),
    # A job cut short
    _case("None", _FINE, run="clear"),
    _case("None", _FINE, run="reset"),
    _case("WriteFlip", _WRONG, "abort", run="clear"),
    _case("WriteFlip", _WRONG, "abort", run="reset"),
    _case("ReqInReset", _RULE, rule(TcdmRule.REQ_IN_RESET), run="reset"),
    _case("EventLate", _RULE, "abort_cycles", run="clear"),
    _case("ClearEvent", _WRONG, "abort", "register", run="clear"),
    _case("ClearEvent", _WRONG, "abort", "register", run="clear_steps"),
    _case("ClearRequest", _RULE, "abort", run="clear"),
    _case("ClearAllowed", _FINE, run="clear"),
    # Probe
    _case("CausesTotal", _RULE, "causes_total"),
    _case("CausesTotal", _RULE, "causes_total", run="queued", at=1),
    _case("CausesWorking", _RULE, "causes_working"),
    _case("CausesPadding", _RULE, "causes_padding", run="stalled"),
    _case("CausesSilent", _RULE, "causes_record"),
    _case("CausesSilent", _RULE, "causes_record", run="queued", at=1),
    _case("CausesTwice", _RULE, "causes_record"),
    _case("CausesTotal", _RULE, "causes_total", run="clear"),
    # Register port; access 0 of a job is ACQUIRE, access 7 TRIGGER
    # Behind the last access nothing else is granted.
    _case("ResponseLate", _RULE, *_LATE, "register_port", at=7),
    _case("ResponseLate", _RULE, rule(PeriphRule.PERIPH_RESPONSE), "register_port", "triggers"),
    _case("ResponseMissing", _RULE, rule(PeriphRule.PERIPH_RESPONSE), "register_port", at=7),
    _case("ResponseSpurious", _RULE, rule(PeriphRule.PERIPH_STRAY)),
    _case("ResponseId", _RULE, rule(PeriphRule.PERIPH_ID), at=3),
    _case("TriggerIgnored", _SLOW, "watchdog"),
    # The first job has 24 outputs, of three reads each.
    _case("Silent", _SLOW, "watchdog", run="three", at=80),
    _case("Deaf", _SLOW, "watchdog", run="three", at=80),
    _case("AcquireRefused", _WRONG, "register_port", "register"),
    _case("AcquireId", _WRONG, "register"),
    _case("GrantNever", _RULE, "register_port", "triggers", lasts=True),
    _case("GrantSlow", _FINE, lasts=True),
)


def fault_numbers() -> dict[str, int]:
    """Numbers of the faults by name, read from fault_pkg.sv."""
    text = (HERE / "fault_pkg.sv").read_text()
    return {name: int(number) for name, number in re.findall(r"^ +(\w+) = 7'd(\d+)", text, re.MULTILINE)}
