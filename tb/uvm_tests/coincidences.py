# SPDX-License-Identifier: Apache-2.0
"""Directed test of accesses around the end of a job, and around each other (contract A5, A7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from msgspec.structs import replace

from models.ops import Op
from tb.agents.control.access import Access, read, write
from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.coverage.meetings import ACTS, REACH, unreachable
from tb.coverage.samples import MeetingSample
from tb.exchange.job import Job
from tb.exchange.registers import CONTRACT_REGISTERS
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT
from tb.registers.own import registers_of
from tb.registers.program import program
from tb.sequences.directed import DirectedTest
from tb.stimulus.image import initial_image, predict
from tb.stimulus.placement import DEFAULT_BASE, lay_out

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

Moment = tuple[int, Access]
"""Access with its cycle, counted from the first job's trigger, or from the start of a case without one."""

_SIZES = (5, 8, 7)  # of jobs that take some tens of cycles on any instance
_CORES = (1, 2, 6)  # that program the jobs
_CORE, _RIVAL = 3, 4  # that make the accesses
_AHEAD = 16  # cycles before the first of two accesses; a second job is programmed in them
_STATES = ("idle", "running", "full")


class Coincidences(DirectedTest):
    """Each access that changes a state at each distance from the last grant and the event of a job.

    The job is alone, or another one waits behind it. Then each two of these accesses at each distance from
    each other, while no job, one and two are there. All is judged by the model of the register file, and by
    the memory that is left.
    """

    jobs: ClassVar[int] = 0

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return what makes accesses meet otherwise, or that no job of the device can be repeated."""
        del entry
        if device.operations == (Op.GEMM,):
            return f"{device.name} has GEMM alone, whose repetition changes Z"
        if device.n_cores <= max(*_CORES, _RIVAL):
            return f"{device.name} has too few cores"
        if device.registers == CONTRACT_REGISTERS and device.traits == CONTRACT:
            return ""
        return f"{device.name} has registers or traits of its own"

    async def run(self, env: RedmuleEnv) -> None:
        """Learn when the job ends, then try everything."""
        self._env, self._registers = env, registers_of(env.descriptor)
        self._offsets = self._registers.offsets()
        self._scenario = self._draw()
        self._image = initial_image(self._scenario)
        self._grant = self._event = 0
        await env.reset()
        await self._case("alone", [], [0])
        # An ACQUIRE comes a cycle before its trigger.
        reach = range(self._grant - REACH, self._event + REACH + 2)
        for queued, at in product((False, True), reach):
            await self._around_the_end(queued, at)
        for first, second, gap, state in product(ACTS, ACTS, range(1, REACH + 1), _STATES):
            if not unreachable(first, second, gap, state):
                await self._pair(first, second, gap, state)
        await env.reset()

    def _draw(self) -> Scenario:
        """Three jobs that share no memory, of an operation whose repetition changes nothing."""
        rng, device = self.random, self._env.descriptor
        op = rng.choice([op for op in device.operations if op is not Op.GEMM])
        jobs = [
            Job(op, *_SIZES, 0, 0, 0, rng.choice(device.job_formats), core, data_seed=8 * rng.getrandbits(40))
            for core in _CORES
        ]
        spans = [span for job in jobs for span in (job.x_range, job.w_range, job.z_range)]
        window, places = lay_out([length for _, length in spans], [0] * len(spans), DEFAULT_BASE)
        placed = [
            replace(job, x_addr=x, w_addr=w, z_addr=z)
            for job, x, w, z in zip(jobs, places[::3], places[1::3], places[2::3], strict=True)
        ]
        return Scenario(0, tuple(placed), window)

    # ---- cases

    async def _around_the_end(self, queued: bool, at: int) -> None:
        """Each access in a cycle near the end of the first job; a trigger comes right behind an ACQUIRE."""
        side, jobs = ("queued", [0, 1]) if queued else ("alone", [0])
        behind = self._program(1, 1) if queued else []
        for act in ("finished", "clear"):
            again = self._program(2, at + 1) if act == "clear" else []
            whole = [2] if act == "clear" else jobs
            moments = [*behind, (at, self._act(act)), *again]
            if await self._case(f"{act} at {at}, {side}", moments, whole, jobs):
                self._met(act, at, side)
        moments = [*behind, (at - 1, self._act("acquire")), (at, self._act("trigger"))]
        if await self._case(f"acquire at {at - 1}, {side}", moments, jobs):
            self._met("acquire", at - 1, side)
            if not queued or at > self._event + 1:
                self._met("trigger", at, side)

    async def _pair(self, first: str, second: str, gap: int, state: str) -> None:
        """Two accesses, a number of cycles from each other."""
        jobs = list(range(_STATES.index(state)))
        moments: list[Moment] = self._program(1, 1) if state == "full" else []
        locked = first == "trigger" or (second == "trigger" and first == "finished")
        if state == "idle":
            # The registers of the first job, with the lock or without it.
            *moments, _ = self._program(0, 1)
            moments = [(cycle, access._replace(id=1 << _CORE)) for cycle, access in moments]
            moments += [] if locked else [(len(moments) + 1, self._act("clear"))]
        elif locked:
            moments.append((_AHEAD - 1, self._act("acquire")))
        moments += [(_AHEAD, self._act(first)), (_AHEAD + gap, self._act(second, rival=first == second))]
        if second == "trigger" and first in ("clear", "trigger"):
            moments.insert(-1, (_AHEAD + gap - 1, self._act("acquire")))
        if second == first == "trigger":
            moments[-1] = (_AHEAD + gap, self._act("trigger"))
        # What runs when TRIGGER is written, and what was triggered before a clear, which may be left in part.
        last = max(_STATES.index(state) - 1, 0)
        cleared = "clear" in (first, second)
        whole = [] if cleared else jobs
        if second == "trigger" or (first == "trigger" and not cleared):
            whole = sorted({*whole, last})
        touched = sorted({*jobs, *([last] if "trigger" in (first, second) else [])})
        name = f"{second} {gap} behind {first}, {state}"
        if await self._case(name, moments, whole, touched, running=state != "idle"):
            self._env.coverage.meeting(MeetingSample(first, second, gap, state))

    def _met(self, act: str, at: int, side: str) -> None:
        for other, edge in (("last_grant", self._grant), ("event", self._event)):
            if abs(at - edge) <= REACH:
                self._env.coverage.meeting(MeetingSample(act, other, at - edge, side))

    # ---- accesses

    def _act(self, name: str, *, rival: bool = False) -> Access:
        """An access that changes a state, by its bin."""
        core = _RIVAL if rival else _CORE
        if name in ("acquire", "finished"):
            return read(self._offsets[name.upper()], core)
        return write(
            self._offsets["TRIGGER" if name == "trigger" else "SOFT_CLEAR"], int(name == "clear"), core
        )

    def _program(self, job: int, at: int) -> list[Moment]:
        """The accesses that program one of the jobs, one a cycle."""
        accesses = program(self._scenario.jobs[job], registers=self._registers)
        return list(enumerate(accesses, at))

    async def _case(
        self,
        name: str,
        moments: Sequence[Moment],
        whole: Iterable[int],
        touched: Iterable[int] | None = None,
        *,
        running: bool = True,
    ) -> bool:
        """Run accesses, behind the programming of the first job if that is to run, and judge them.

        Args:
            name: The case, for people.
            moments: Accesses in order.
            whole: Jobs that run to their ends.
            touched: Jobs that may have written some of Z; those that run by default.
            running: False if the first job is not programmed.

        Returns:
            False if something was wrong.
        """
        env, scenario = self._env, self._scenario
        env.executor.prepare(scenario, self._image)
        env.handle.clear_logs()
        jobs = scenario.jobs
        first = program(jobs[0], registers=self._registers) if running else [read(self._offsets["STATUS"])]
        accesses, last = list(first), 0
        for cycle, access in moments:
            accesses.append(access._replace(idle=cycle - last - 1))
            last = cycle
        ending = sum(env.descriptor.bound(job) for job in jobs)
        reads = ("STATUS", "RUNNING_JOB", "FINISHED", "ACQUIRE")
        accesses += [
            read(self._offsets[each], _RIVAL, idle=0 if at else ending) for at, each in enumerate(reads)
        ]
        accesses.append(self._act("clear"))
        await env.play(accesses)
        edges = [int(edge) for edge in env.handle.periph_log()["cycle"]]
        start = edges[len(first) - 1]
        problems = env.judge_registers() + env.judge_idle()
        seen = [edge - start for edge in edges[len(first) : len(first) + len(moments)]]
        if seen != [cycle for cycle, _ in moments]:
            problems.append(f"accesses were granted in cycles {seen}")
        problems += self._memory(whole, touched)
        if running and not moments:
            self._learn(start)
        env.recorder.check(not problems, f"{name}: {'; '.join(problems[:2])}")
        return not problems

    def _memory(self, whole: Iterable[int], touched: Iterable[int] | None) -> list[str]:
        """Compare the window: each byte of a job that ran to its end is final, of others old or final."""
        scenario, memory = self._scenario, self._env.tcdm.memory.view()
        base, sure = scenario.window.base, set(whole)
        ran = sorted(sure if touched is None else {*sure, *touched})
        final = predict(self._image, [scenario.jobs[number] for number in ran], base)
        wrong = memory != final
        for number in set(ran) - sure:
            first, length = scenario.jobs[number].z_range
            mine = slice(first - base, first - base + length)
            wrong[mine] &= memory[mine] != self._image[mine]
        return [f"{np.count_nonzero(wrong)} bytes of memory are wrong"] if wrong.any() else []

    def _learn(self, start: int) -> None:
        """Keep the cycles of the first job's last grant and event, which are the same each time (A7.5)."""
        handle = self._env.handle
        beats = BeatLog(handle.beat_log())
        self._grant = int(beats.edges[beats.writes][-1]) - start
        self._event = EventLog(handle.event_log()).ends[0][0] - start
