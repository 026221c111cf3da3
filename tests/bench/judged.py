# SPDX-License-Identifier: Apache-2.0
"""Scenarios with clean logs, made without a simulator, and what both judges say of them.

Logs are plain data here: `Logs`, which are put into a bench instance's buffers before it is judged.
"""

import ctypes as ct
import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from msgspec.structs import replace
from pyuvm import ConfigDB

from models import schedule
from models.timing import Instance, padding
from tb.agents.control.monitor import ControlMonitor
from tb.agents.tcdm.monitor import TcdmMonitor
from tb.dpi.bindings import BUSY_FALL, BUSY_RISE, EVENT_END, GRANTED, READ
from tb.dpi.deputy import TASK_BYTES
from tb.env.preparation import prepare
from tb.env.programmer import Programmer
from tb.exchange.bound import Bound
from tb.exchange.device import Descriptor, Probe
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.registers.generate import register_map
from tb.registers.predictor import RegisterPredictor
from tb.registers.state import PlainState
from tb.scoreboard import deputy
from tb.scoreboard.deputy import Deputy
from tb.scoreboard.prediction import Prediction
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import initial_image
from tests.bench.bench_library import BenchInstance
from tests.bench.logs import ACCESS
from tests.registers.device import FakeDevice
from tests.registers.harness import logged
from tests.stimulus.devices import device

CAUSES = ("OTHER", "WORKING", "PAD_M", "PAD_N", "PAD_K")
LONGEST = 150  # cycles of a job without stalls
SHORTEST = 130
_INSTANCE = Instance(2, 2, 0, 256)
DEVICE: Descriptor = replace(
    device(instance=_INSTANCE),
    cycle_bound=Bound(kind="linear", base=LONGEST, per_output=0, per_step=0, stall_factor=1),
    probe=Probe(path="i_probe", causes=CAUSES),
)
KNOBS = {
    "m": [1, 5],
    "n": [1, 5],
    "k": [1, 5],
    "jobs": [1, 2, 3],
    "chain": 0.3,
    "z_overlap": 0.0,
    "corners": 0,
    "stall": "none",
}
ON_SCHEDULE: Descriptor = replace(DEVICE, schedule=True, probe=Probe(path="i_probe", causes=schedule.CAUSES))
"""The same with all causes of a schedule, which it promises to keep (`KeptSchedule`)."""
_ALL = (1 << ACCESS) - 1
_NAMES = (str(number) for number in itertools.count())


@dataclass
class Logs:
    """Everything that is seen of a scenario."""

    beats: list[list[int]] = field(default_factory=list)  # edge, address, flags, byte enables
    accesses: list[list[int]] = field(default_factory=list)  # rows of the access log
    events: list[list[int]] = field(default_factory=list)  # edge, core, line
    counted: list[list[int]] = field(default_factory=list)  # edge and slots of the probe's records
    memory: bytearray = field(default_factory=bytearray)  # the window's bytes afterwards


class Recorded:
    """A device in plain Python, of which clean logs are made."""

    def __init__(self, seed: int) -> None:
        self._device = FakeDevice(seed, duration=(SHORTEST, LONGEST))
        self._programmer = Programmer(register_map())

    def run(self, scenario: Scenario, rng: random.Random, expected: bytes) -> Logs:
        """Run a scenario whose jobs are programmed one behind the other."""
        fake, logs, taken = self._device, Logs(memory=bytearray(expected)), len(self._device.events)
        fake.idle(rng.randrange(9, 20))
        for burst in self._programmer.bursts(scenario.jobs):
            while len(fake.events) - taken < burst.after_ends:
                fake.idle(1)
            logs.accesses += [list(row) for row in logged(map(fake.access, burst.accesses))]
        fake.idle(len(scenario.jobs) * (LONGEST + 9))
        ends = fake.events[taken:]
        triggers = [row[0] for row in logs.accesses if row[1] == 0 and not row[5]]
        previous = 0
        for job, trigger, (end, core) in zip(scenario.jobs, triggers, ends, strict=True):
            start = max(trigger, previous)
            logs.beats += _requests(job, start, end, rng)
            logs.events.append([end, core, 0])
            pads = padding(_INSTANCE, job.m, job.n, job.k)
            own = [job.m * job.n * job.k, *pads]
            logs.counted.append([end + 1, (end - start) * 4 - sum(own), *own])
            previous = end
        logs.events += _busy(triggers, [end for end, _ in ends])
        logs.events.sort()
        return logs


def _requests(job: Job, start: int, end: int, rng: random.Random) -> Iterator[list[int]]:
    """Some reads soon after the start, then writes of Z, the last shortly before the end; some wait."""
    reads = [job.x_range, job.w_range, *([job.z_range] if job.op.reads_y else [])]
    for edge in sorted(rng.sample(range(start + 2, start + 15), 6)):
        first, length = rng.choice(reads)
        yield [edge, (first & ~3) + rng.randrange(0, length, 4), READ | rng.choice((0, GRANTED)), _ALL]
    first, length = job.z_range
    pieces = [*range(first & ~3, first + length, ACCESS)]
    waits = sorted(rng.choices(pieces, k=3))
    for edge, (low, granted) in enumerate(
        sorted([*((low, GRANTED) for low in pieces), *((low, 0) for low in waits)]), end - 4 - len(pieces)
    ):
        enables = sum(1 << byte for byte in range(ACCESS) if first <= low + byte < first + length)
        yield [edge, low, granted, enables]


def _busy(triggers: list[int], ends: list[int]) -> Iterator[list[int]]:
    """Changes of busy_o: a cycle after a trigger, and after the last event before the next trigger."""
    high = False
    for position, trigger in enumerate(triggers):
        if not high:
            yield [trigger + 1, 0, BUSY_RISE]
        high = position + 1 < len(triggers) and triggers[position + 1] <= ends[position]
        if not high:
            yield [ends[position] + 1, 0, BUSY_FALL]


class KeptSchedule:
    """A schedule that clean logs keep, for both judges; other requests that wait make other cycles of it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._courses: dict[int, tuple[int, list[int]]] = {}
        self._usual = 0
        list_of = ct.c_void_p, ct.c_size_t
        kind = ct.CFUNCTYPE(None, *list_of, *list_of, ct.c_int64, *[ct.c_void_p] * 2)
        self._compiled = kind(self._run)
        for module in (schedule, deputy):
            patch.setattr(module, "compiled_schedule", lambda: self._compiled)
        patch.setattr(schedule, "_alone", schedule.course)  # nothing is remembered

    def keep(self, logs: Logs) -> None:
        """Make it that of clean logs, whose causes become those of a schedule."""
        triggers = [row[0] for row in logs.accesses if row[1] == 0 and not row[5]]
        ends = [row[0] for row in logs.events if row[2] == EVENT_END]
        for number, counted in enumerate(logs.counted):
            edge, other, *known = counted
            logs.counted[number] = [edge, other, 0, *known, *[0] * 5]
        begin = triggers[0]
        self._courses = {
            trigger - begin: (end - begin, counted[1:])
            for trigger, end, counted in zip(triggers, ends, logs.counted, strict=True)
        }
        self._usual = _sum(
            row[0] - begin for row in logs.beats if begin < row[0] <= ends[-1] and not row[2] & GRANTED
        )

    def _run(
        self, tasks: int, jobs: int, waiting: int, count: int, last: int, events: int, slots: int
    ) -> None:
        del last
        fields = TASK_BYTES // 8
        numbers = (ct.c_int64 * (fields * jobs)).from_address(tasks)
        waits = (ct.c_int64 * count).from_address(waiting) if count else ()
        late = _sum(waits) - self._usual
        for number in range(jobs):
            event, own = self._courses.get(numbers[fields * (number + 1) - 1], (0, [0] * 11))
            (ct.c_int64 * jobs).from_address(events)[number] = event + late
            (ct.c_int64 * (11 * jobs)).from_address(slots)[11 * number : 11 * number + 11] = own


def _sum(waits: Iterable[int]) -> int:
    return sum(place * wait for place, wait in enumerate(waits, 1)) % 97


class Court:
    """Both judges over one bench instance."""

    def __init__(self, bench: BenchInstance, descriptor: Descriptor = DEVICE) -> None:
        name = next(_NAMES)
        self.handle = bench.handle
        self.scoreboard = Scoreboard(f"judged{name}", None)
        ConfigDB().set(None, self.scoreboard.get_full_name(), "descriptor", descriptor)
        self.scoreboard.build_phase()
        self.predictor = RegisterPredictor(f"registers{name}", None, report=self.scoreboard.note_register)
        self.predictor.model.traces = []
        self._wide = TcdmMonitor(f"tcdm{name}", None, bench.handle)
        self._control = ControlMonitor(f"control{name}", None, bench.handle)
        for monitor in (self._wide, self._control):
            monitor.build_phase()
        self._wide.log_port.connect(self.scoreboard.tcdm)
        self._control.access_port.connect(self.scoreboard.accesses)
        self._control.records_port.connect(self.predictor.analysis_export)
        self.deputy = Deputy(bench.handle.deputy, self.scoreboard, self.predictor, lambda: True)

    def check(self, scenario: Scenario, expected: Prediction) -> Verdict:
        """Have the checks judge the logs in the bench."""
        self._control._last_access = self._control._last_event = -1
        self._wide.collect()
        self._control.collect()
        memory = self.handle.memory[: scenario.window.size]
        return self.scoreboard.check(
            scenario, initial_image(scenario), memory, {}, watchdog=False, expected=lambda: expected
        )

    def both(self, scenario: Scenario, logs: Logs, expected: Prediction) -> tuple[bool, Verdict]:
        """Have both judge; returns whether that in C++ was certain, and the verdict, differences included."""
        self.enter(scenario, logs)
        own = self.judge(scenario, expected, alone=False)
        verdict = self.check(scenario, expected)
        if own is not None:
            verdict.findings += self.deputy.compare(own, verdict, len(logs.accesses))
        self.predictor.model.take_traces()
        return own is not None, verdict

    def judge(self, scenario: Scenario, expected: Prediction, *, alone: bool) -> Verdict | None:
        """Have the deputy judge the logs in the bench."""
        ready = prepare(scenario, self.scoreboard.descriptor)
        return self.deputy.verdict(scenario, ready.rows, ready.results, lambda: expected, alone=alone)

    def restore(self, state: PlainState) -> None:
        """Take the register file back to a state."""
        self.predictor.model.reset()
        self.predictor.model.follow(state, {})
        self.scoreboard.take_notes()

    def enter(self, scenario: Scenario, logs: Logs) -> None:
        """Put logs into the bench."""
        handle, shared = self.handle, self.handle.shared
        handle.clear_logs()
        shared.base, shared.size = scenario.window.base, scenario.window.size
        handle.memory[: scenario.window.size] = np.frombuffer(logs.memory, np.uint8)
        words = [
            [edge, address, flags, 0, [be & 0xFFFFFFFF, be >> 32]] for edge, address, flags, be in logs.beats
        ]
        for name, rows in (("beat", words), ("access", logs.accesses), ("event", logs.events)):
            setattr(shared, f"{name}_count", len(rows))
        shared.probe_count = len(logs.counted)
        beats = handle.beat_log()
        for record, row in zip(beats, words, strict=True):
            record["cycle"], record["add"], record["flags"], record["answered"], record["be"] = row
        handle.periph_log()[:] = [tuple(row) for row in logs.accesses]
        handle.event_log()[:] = [tuple(row) for row in logs.events]
        for record, (edge, *slots) in zip(handle.probe_log(), logs.counted, strict=True):
            record["cycle"], record["slots"] = edge, 0
            record["slots"][: len(slots)] = slots
