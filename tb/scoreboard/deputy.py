# SPDX-License-Identifier: Apache-2.0
"""The scoreboard's deputy in C++: most scenarios are clean, and it says so of them in a few microseconds.

`tb/dpi/deputy.h` goes by the same rules as the checks of this package, which are the definition. Of what is
anything but plain it says nothing, and Python judges as if it were not there. In one of `SHARE` scenarios
both judge, and must agree.
"""

from collections.abc import Callable
from ctypes import addressof, memmove

from msgspec.structs import replace

from models.schedule import CAUSES, compiled_schedule, task
from tb.dpi.deputy import JOB_ROW, KINDS, MOST_CONTEXTS, MOST_JOBS, NO_CAUSE, TASK_BYTES, WORDS, DeputyHandle
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.registers import CONTRACT_REGISTERS
from tb.exchange.results import Finding, JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT
from tb.registers.map import CONTEXTS, Register, RegisterMap
from tb.registers.predictor import RegisterPredictor
from tb.registers.state import AccessTrace, PlainState
from tb.scoreboard.causes import PADDING, WORKING
from tb.scoreboard.prediction import Prediction
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.verdict import Verdict

_READ = range(KINDS.index("ACQUIRE"), KINDS.index("TRIGGER"))  # kinds of which the last read is kept


class Deputy:
    """Tells which scenarios are clean.

    Args:
        handle: The deputy of the bench.
        scoreboard: Whose deputy it is.
        predictor: Whose model of the register file it shares: each lets the other follow when it is used.
        untouched: Tells whether nobody else wants the logs of a scenario, or had a part of them.
    """

    def __init__(
        self,
        handle: DeputyHandle,
        scoreboard: Scoreboard,
        predictor: RegisterPredictor,
        untouched: Callable[[], bool],
    ) -> None:
        self._handle = handle
        self._scoreboard = scoreboard
        self._predictor = predictor
        self._untouched = untouched
        descriptor = scoreboard.descriptor
        self._registers: RegisterMap = predictor.registers
        self._ahead = False
        # What deviates from the contract, by design or not, is Python's business from the start.
        rules = descriptor.registers
        own = descriptor.known or descriptor.traits != CONTRACT
        own = own or not CONTEXTS <= rules.contexts <= MOST_CONTEXTS
        own = own or replace(CONTRACT_REGISTERS, queue=rules.queue) != rules
        # So are the checkers that a user brings.
        self._able = not (own or scoreboard.own)
        predictor.ahead = self._let_follow
        by_offset = {register.offset: register for register in self._registers.values()}
        words = [_word(by_offset.get(4 * place)) for place in range(WORDS)]
        instance, causes = descriptor.instance, descriptor.probe.causes if descriptor.probe else ()
        places = [causes.index(name) if name in causes else NO_CAUSE for name in (WORKING, *PADDING)]
        # The schedule's own order of causes tells how many slots each has.
        control = causes.index("CONTROL") if descriptor.schedule and causes == CAUSES else NO_CAUSE
        numbers = [instance.h, instance.l, instance.tile_cols, len(causes), *places, control, rules.contexts]
        handle.describe(words, numbers, compiled_schedule() if descriptor.schedule else None)

    def verdict(
        self,
        scenario: Scenario,
        rows: bytes,
        results: list[JobResult],
        expected: Callable[[], Prediction],
        *,
        alone: bool,
    ) -> Verdict | None:
        """Judge a scenario whose jobs all ended, with no rule broken.

        Args:
            scenario: Scenario that ran.
            rows: Its `job_rows`.
            results: Of its jobs, with their bounds; what is measured is noted there.
            expected: Gives what the model predicts.
            alone: False if the checks will judge it too.

        Returns:
            The verdict; None if anything may be wrong.
        """
        if not self._able or len(scenario.jobs) > MOST_JOBS or self._scoreboard.noted:
            return None
        if not alone:
            self._let_follow()
        if not self._untouched() or not (self._ahead or self._follow()):
            return None
        predicted = expected()
        if predicted.findings:
            return None
        state = bytes(self._handle.state)
        measured = self._handle.clean(rows, len(scenario.jobs), predicted.memory)
        if measured is None:
            return None
        verdict = self._scoreboard.passed(scenario, measured, results)
        if verdict is None:
            # The checks will judge, and take the same accesses: the register file is as it was before them.
            memmove(addressof(self._handle.state), state, len(state))
        return verdict

    def adopt(self, verdict: Verdict) -> None:
        """Let a verdict stand alone; the model of the predictor follows when it is needed."""
        self._ahead = True
        self._scoreboard.jobs += len(verdict.jobs)

    def compare(self, own: Verdict, other: Verdict, accesses: int) -> list[Finding]:
        """Hold a verdict of this deputy against that of the checks; the logs of the scenario are there.

        Args:
            own: A clean one.
            other: That of the checks.
            accesses: Accesses of the scenario.
        """
        self._predictor.settle()
        model = self._predictor.model
        pairs = {
            "the scenario is clean": (own.findings, other.findings),
            "results": (own.jobs, other.jobs),
            "registers": (self._state(), model.plain()),
            "accesses": (self.traces(accesses), (model.traces or [])[-accesses:] if accesses else []),
        }
        differing = [name for name, (mine, theirs) in pairs.items() if mine != theirs]
        if not differing:
            return []
        text = f"the deputy and the checks differ: {', '.join(differing)}"
        return [Finding(Status.MISMATCH, "deputy", text)]

    def traces(self, count: int) -> list[AccessTrace]:
        """The accesses of the scenario judged last, which was clean; `count` of them."""
        return self._handle.traces(count)

    def _follow(self) -> bool:
        """Take over the state of the predictor's model; False if it is not plain."""
        self._predictor.settle()
        plain = self._predictor.model.plain()
        if plain is None:
            return False
        state = self._handle.state
        for name, value in plain.values.items():
            state.values[self._registers[name].offset // 4] = value
        state.holder = plain.holder or 0
        for name in _SAME:
            setattr(state, name, getattr(plain, name))
        state.queued = state.was_read = 0
        return True

    def _let_follow(self) -> None:
        """Bring the predictor's model up to date."""
        if not self._ahead:
            return
        self._ahead = False
        state = self._handle.state
        reads = {KINDS[kind]: state.last_reads[kind] for kind in _READ if state.was_read >> kind & 1}
        self._predictor.model.follow(self._state(), reads)

    def _state(self) -> PlainState:
        state = self._handle.state
        values = {each.name: state.values[each.offset // 4] for each in self._registers.job_registers}
        return PlainState(values, state.holder or None, *(getattr(state, name) for name in _SAME))


_SAME = ("held_id", "next_id", "next_context", "finished", "shown_before", "turn_since")


def _word(register: Register | None) -> tuple[int, int]:
    """Kind and writable bits of a word of the register file."""
    if register is None:
        return 0, 0
    kind = "job register" if register.writable_mask else register.name
    return KINDS.index(kind if kind in KINDS else "unknown"), register.writable_mask


def job_rows(scenario: Scenario, device: Descriptor) -> bytes:
    """Return the jobs of a scenario as `deputy.h` takes them on a device."""
    return b"".join([_row(job, device) for job in scenario.jobs])


def _row(job: Job, device: Descriptor) -> bytes:
    ranges = job.x_range, job.w_range, job.z_range
    firsts, lengths = zip(*ranges, strict=True)
    row = JOB_ROW.pack(*firsts, *lengths, job.m, job.n, job.k, job.core, job.op.reads_y, job.fault_tolerant)
    if not device.schedule:
        return row + bytes(TASK_BYTES)
    addresses = job.x_addr, job.w_addr, job.z_addr
    return row + bytes(task(device.shape(job), job.op, job.m, job.n, job.k, job.fmt, addresses=addresses))
