# SPDX-License-Identifier: Apache-2.0
"""The memory behind the wide port, seen from the bench: back door, stalls, permissions, watchdog."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import WRITE_RESPONSES, BenchHandle
from tb.dpi.setting import ALWAYS, NO_LIMITS, Answers, Hold, Limits, Span, packed_setting
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import AIMED, HELD, Scenario, StallSpec, Window
from tb.exchange.traits import CONTRACT, Traits
from tb.stimulus.stalls import bank_pattern, grant_pattern


class TcdmMemory:
    """Back door and behaviour of a TCDM.

    The contents lie in C++, where the simulated port reads and writes them; everything here works on them in
    place and takes no simulated time.

    Args:
        handle: The bench instance that serves the port.
        traits: Deviations of the device: memory it may touch, answers to writes that it can do with.
    """

    def __init__(self, handle: BenchHandle, traits: Traits = CONTRACT) -> None:
        self._handle = handle
        self._traits = traits
        self._window = Window(0, 4)

    def set(self, setting: bytes, image: npt.NDArray[np.uint8], window: Window) -> None:
        """Get ready for a scenario.

        Args:
            setting: Result of `memory_setting` for it.
            image: Bytes of its window.
            window: Where the memory answers; accesses elsewhere read NaNs and write nothing.

        Raises:
            ValueError: The image has another size, or the window is larger than the bench's memory.
        """
        self._handle.set(setting, image)
        self._window = window

    @property
    def window(self) -> Window:
        """Where the memory answers."""
        return self._window

    def view(self) -> npt.NDArray[np.uint8]:
        """The bytes of the window as they are now: a view, not a copy."""
        return self._handle.memory[: self._window.size]

    def allow(self, jobs: Iterable[Job]) -> None:
        """Let the port touch the memory of these jobs (`job_ranges`), and nothing else."""
        access = 4 * self._handle.shared.lanes
        self._handle.allow([span for job in jobs for span in job_ranges(job, access, self._traits)])


def memory_setting(
    scenario: Scenario, access: int, traits: Traits = CONTRACT, limits: Limits = NO_LIMITS
) -> bytes:
    """Return what a scenario asks of the bench: window, memory that may be touched, stalls, watchdog.

    Args:
        scenario: The scenario; kinds of stalls in `AIMED` and `HELD` are aimed at operands of its jobs.
        access: Bytes of an access.
        traits: Deviations of the device: memory it may touch, answers to writes that it can do with.
        limits: Of the watchdog.

    Raises:
        ValueError: More jobs than the bench has ranges for.
    """
    stall, jobs, operand = scenario.stall, scenario.jobs, (AIMED | HELD).get(scenario.stall.kind)
    targets = [aim for job in jobs for aim in _targets(job, operand)] if operand else []
    answer = stall.write_r_valid if stall.write_r_valid in traits.write_answers else traits.write_answers[0]
    return packed_setting(
        scenario.window.base,
        scenario.window.size,
        ranges=[span for job in jobs for span in job_ranges(job, access, traits)],
        targets=targets,
        grants=ALWAYS if stall.kind == "none" else grant_pattern(stall),
        banks=bank_pattern(stall),
        hold=_hold(stall, targets, access),
        answers=Answers(stall.gnt_without_req, WRITE_RESPONSES[answer], stall.seed & 0xFFFFFFFF or 1),
        limits=limits,
    )


@lru_cache(maxsize=256)
def job_ranges(job: Job, access: int, traits: Traits = CONTRACT) -> Sequence[tuple[int, int, bool]]:
    """Memory that a job may touch (contract A6.5, A6.6): (first byte, bytes, writable) each.

    Reads start at most 3 bytes before the first byte of an operand, rounded down to 4, and end at most one
    access (of `access` bytes) after its last; writes touch bytes of Z alone. A device with traits may touch
    more. The latest are remembered.
    """
    if job.empty:
        return []
    before, beyond = traits.read_before, access + traits.read_beyond
    reads = [(first, length) for first, length in traits.reads(job) if length]
    starts = [(first, -(-(first - before) // 4) * 4, length) for first, length in reads]
    return [
        *((start % ADDRESS_SPACE, first - start + length + beyond, False) for first, start, length in starts),
        (job.z_addr, traits.written(job), True),
    ]


def _hold(stall: StallSpec, targets: Sequence[Span], access: int) -> Hold:
    """Which of the targeted accesses, of `access` bytes at most, is held; none where there is none."""
    if not targets:
        return Hold()
    least = -(-sum(length for _, length, _ in targets) // access)
    return Hold(stall.seed % least, stall.held)


def _targets(job: Job, operand: str) -> list[tuple[int, int, bool]]:
    """Where accesses of an operand start, rounded down to a word: (first byte, bytes, whether writes)."""
    first, length = {"X": job.x_range, "W": job.w_range, "Y": job.y_range, "Z": job.z_range}[operand]
    start = first & ~3
    return [(start, first - start + length, operand == "Z")] if length else []
