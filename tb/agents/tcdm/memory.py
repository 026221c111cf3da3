# SPDX-License-Identifier: Apache-2.0
"""The memory behind the wide port, seen from the bench: back door, stalls, permissions, watchdog."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import WRITE_RESPONSES, BenchHandle
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import AIMED, StallSpec, Window
from tb.exchange.traits import CONTRACT, Traits
from tb.stimulus.stalls import bank_pattern, grant_pattern

_ALWAYS = np.ones(1, np.uint8)


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

    def load(self, window: Window, image: npt.NDArray[np.uint8]) -> None:
        """Put the memory at `window` and fill it through the back door.

        Args:
            window: Where the memory answers; accesses elsewhere read NaNs and write nothing.
            image: `window.size` bytes.

        Raises:
            ValueError: The image has another size, or the window is larger than the bench's memory.
        """
        shared = self._handle.shared
        if image.size != window.size or window.size > shared.capacity:
            raise ValueError(
                f"an image of {image.size} bytes does not fit a window of {window.size} "
                f"(at most {shared.capacity})"
            )
        shared.base, shared.size = window.base, window.size
        self._handle.memory[: window.size] = image
        self._window = window

    @property
    def window(self) -> Window:
        """Where the memory answers."""
        return self._window

    def view(self) -> npt.NDArray[np.uint8]:
        """The bytes of the window as they are now: a view, not a copy."""
        return self._handle.memory[: self._window.size]

    def set_stalls(self, stall: StallSpec, jobs: Iterable[Job] = ()) -> None:
        """Play the grant pattern of `stall` from its start, and answer writes as it says.

        Kinds in `AIMED` are aimed at operands of `jobs`.
        """
        self._handle.set_grants(stall_pattern(stall))
        self._handle.set_banks(busy_banks(stall))
        operand = AIMED.get(stall.kind)
        self._handle.aim([aim for job in jobs for aim in _targets(job, operand)] if operand else [])
        shared = self._handle.shared
        shared.grant_without_req = int(stall.gnt_without_req)
        answers = self._traits.write_answers
        answer = stall.write_r_valid if stall.write_r_valid in answers else answers[0]
        shared.write_response = WRITE_RESPONSES[answer]
        shared.random_state = (stall.seed & 0xFFFFFFFF) or 1

    def allow(self, jobs: Iterable[Job]) -> None:
        """Let the port touch the memory of these jobs (`job_ranges`), and nothing else."""
        access = 4 * self._handle.shared.lanes
        self._handle.allow([span for job in jobs for span in job_ranges(job, access, self._traits)])


@lru_cache(maxsize=64)
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


def _targets(job: Job, operand: str) -> list[tuple[int, int, bool]]:
    """Where accesses of an operand start, rounded down to a word: (first byte, bytes, whether writes)."""
    first, length = {"X": job.x_range, "W": job.w_range, "Y": job.y_range, "Z": job.z_range}[operand]
    start = first & ~3
    return [(start, first - start + length, operand == "Z")] if length else []


@lru_cache(maxsize=256)
def stall_pattern(stall: StallSpec) -> npt.NDArray[np.uint8]:
    """The grants of a scenario, one entry a cycle; the latest are remembered."""
    return _ALWAYS if stall.kind == "none" else grant_pattern(stall)


@lru_cache(maxsize=64)
def busy_banks(stall: StallSpec) -> npt.NDArray[np.uint64]:
    """The busy banks of a scenario, one entry a cycle; the latest are remembered."""
    return bank_pattern(stall)
