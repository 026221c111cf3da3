# SPDX-License-Identifier: Apache-2.0
"""Directed test that cuts jobs in every state that a device tells of, and in every tile (contract A7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from msgspec.structs import replace

from models.schedule import NONE
from tb.agents.control.access import read
from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.coverage.collector import Cut
from tb.coverage.points import CUT_TILES, cut_tile
from tb.coverage.samples import CutSample
from tb.coverage.stages import PAIRS, Flight, pairs_at
from tb.env.programmer import STYLES
from tb.exchange.scenario import CUT_CAUSES, Abort, Scenario
from tb.registers.abilities import lacking
from tb.registers.own import registers_of
from tb.registers.program import program
from tb.scoreboard.spans import trigger_edges
from tb.sequences.directed import DirectedTest
from tb.stimulus.stream import ScenarioStream

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry
    from tb.exchange.job import Job


_LATE = 8  # cycles by which a reset may come later than asked for
_JOBS: tuple[Mapping[str, Any], ...] = (
    {"m": "5*L", "n": [1, 8], "k": "5*TILE"},
    {"m": [40, 80], "n": 0, "k": 80},
    {"m": "L", "n": "12*H", "k": "2*TILE"},
    {"m": "2*L", "n": 1, "k": "2*TILE"},
    {"m": 0},
    {"m": "L", "n": "4*H", "k": "TILE", "abort_jobs": 2},
)
"""Knobs of the jobs: many tiles, a copy, many steps, hardly any, no element; one such behind another."""
_TWO: Mapping[str, Any] = {"m": "L", "n": "4*H", "k": "TILE", "abort_jobs": 2, "chain": 0.0}
"""Knobs of two jobs in flight."""

Places = frozenset[str]
"""States of the device, the tile that it has come to, and the stages of two jobs in flight."""


class CutStates(DirectedTest):
    """Clears, of both kinds, and resets in every state of the descriptor's `cover`, and in each of 21 tiles.

    On a device that keeps the schedule also in all stages of two jobs in flight (`tb/coverage/stages.py`).
    Each of some jobs first runs to its end, which tells when it is where; without stalls it is so each time.
    """

    jobs: ClassVar[int] = 2 * len(CUT_CAUSES) * len(CUT_TILES)

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return that a device has no soft clear, or a clear of one kind alone."""
        del entry
        return lacking(device, ("clear", "clear_keep", "no_clear_between"))

    async def run(self, env: RedmuleEnv) -> None:
        """Cut each job in each place in which no other was cut in that way."""
        device = env.descriptor
        places = (*device.cut_states, *CUT_TILES, *(PAIRS if device.schedule else ()))
        missing = {(cause, place) for cause in CUT_CAUSES for place in places}
        seen: set[str] = set()
        for scenario in self._scenarios(device):
            if device.cannot(scenario) is not None:
                continue
            course = await self._course(env, scenario)
            there = {place for each in course for place in each}
            seen |= there
            for cause in CUT_CAUSES:
                for place in sorted(there):
                    if (cause, place) in missing:
                        found = [cycle for cycle, places in enumerate(course) if cycle and place in places]
                        hit = await self._cut_in(env, scenario, cause, place, found)
                        missing -= {(cause, each) for each in hit}
        # A state that none of these jobs is in stays an open bin of coverage.
        missing = {(cause, place) for cause, place in missing if place in seen or place in CUT_TILES}
        names = ", ".join(f"{cause} in {place}" for cause, place in sorted(missing)[:5])
        env.recorder.check(not missing, f"run {self.index}: {len(missing)} cuts not made: {names}")

    def _scenarios(self, device: Descriptor) -> Iterator[Scenario]:
        """Make the jobs that are cut, each with one behind."""
        reads_y = [op.name for op in device.operations if op.reads_y]
        table = {"op": reads_y, "max_macs": 2**20, "abort": "clear", "stall": "none"}
        for number, knobs in enumerate(_JOBS):
            stream = ScenarioStream(f"{self.name}/{number}", self.seed, table | dict(knobs), device)
            yield _plain(stream.scenario(self.index))
        if device.schedule:
            two = ScenarioStream(f"{self.name}/two", self.seed, table | dict(_TWO), device)
            yield from _in_flight(two.scenario(self.index))

    async def _course(self, env: RedmuleEnv, scenario: Scenario) -> list[Places]:
        """Run jobs that are to be cut to their ends; returns where they are from the last trigger on."""
        registers, jobs = registers_of(env.descriptor), scenario.jobs[:-1]
        await env.reset()
        env.executor.prepare(scenario)
        end = read(registers["STATUS"].offset, idle=sum(env.descriptor.bound(job) for job in jobs))
        programs = [access for job in jobs for access in program(job, registers=registers)]
        await env.play([*programs, end])
        env.check_registers()
        handle = env.handle
        triggers = trigger_edges(handle.periph_log(), registers)
        start = triggers[-1]
        last = EventLog(handle.event_log()).ends[-1][0]
        beats, states = BeatLog(handle.beat_log()), handle.state_log()
        edges = np.arange(start, last + 2)  # of several jobs only the states count, not the tiles
        events = states["events"][np.searchsorted(states["cycle"], edges, side="right") - 1]
        writes = np.searchsorted(beats.edges[beats.writes], edges, side="right")
        pairs: Sequence[str | None] = [None] * len(edges)
        if len(jobs) > 1 and env.descriptor.schedule:
            pairs = pairs_at(env.descriptor.instance, jobs, Flight(triggers, NONE), edges.tolist())
        course = [
            self._places(env, scenario, Cut(0, 0, int(count), False, bool(ended), False, both, int(bits)))
            for count, ended, both, bits in zip(
                writes, (edges >= last) | (len(jobs) > 1), pairs, events, strict=True
            )
        ]
        await env.reset()
        return course

    async def _cut_in(
        self, env: RedmuleEnv, scenario: Scenario, cause: str, place: str, cycles: list[int]
    ) -> set[str]:
        """Cut the job in a place that it is in at some cycles; returns all places in which it was cut."""
        kind = "reset" if cause == "reset" else "clear"
        cycle, hit = cycles[len(cycles) // 2], set[str]()
        for early in range(1, min(cycle, _LATE if kind == "reset" else 1) + 1):
            core = self.random.randrange(env.descriptor.n_cores)
            abort = Abort(kind, cycle - early, int(cause == "clear"), core)
            await env.run_scenario(replace(scenario, abort=abort))
            if env.coverage.cut is not None:
                hit |= self._places(env, scenario, env.coverage.cut)
            if place in hit:
                break
        return hit

    @staticmethod
    def _places(env: RedmuleEnv, scenario: Scenario, cut: Cut) -> Places:
        device = env.descriptor
        found = {name for at, name in enumerate(device.cover_events) if cut.events >> at & 1}
        sample = CutSample(scenario.jobs[cut.position], scenario, device.instance, *cut[:-1])
        tile = cut_tile(sample)
        return frozenset(
            found & {*device.cut_states} | {each for each in (tile, cut.pair) if each is not None}
        )


def _plain(scenario: Scenario) -> Scenario:
    """The scenario with jobs that `program` programs; of two that are cut the second is empty."""
    jobs = _in_order(scenario)
    if len(jobs) > 2:
        jobs[1] = replace(jobs[1], m=0)
    return replace(scenario, jobs=tuple(jobs))


def _in_order(scenario: Scenario) -> list[Job]:
    """Jobs whose registers are written in order."""
    return [replace(job, data_seed=job.data_seed - job.data_seed % STYLES) for job in scenario.jobs]


def _in_flight(scenario: Scenario) -> Iterator[Scenario]:
    """Two jobs in flight, which together are in all of `PAIRS` on most instances.

    Two alike; a job of one step ahead of a larger one; two with a step for each output; one that reads what
    the other writes.
    """
    first, second, last = _in_order(scenario)
    short = {"n": 1}
    for one, other in (
        (first, second),
        (replace(first, m=1, k=1, **short), second),
        (replace(first, **short), replace(second, **short)),
        (first, replace(second, x_addr=first.z_addr)),
    ):
        yield replace(scenario, jobs=(one, other, last))
