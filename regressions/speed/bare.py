# SPDX-License-Identifier: Apache-2.0
"""The bare loop (`bare.cpp`): its job list and its answers."""

import json
import os
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from regressions import orphans
from regressions.errors import UserError
from tb.agents.control.access import Access
from tb.env.programmer import Programmer
from tb.exchange.device import Descriptor
from tb.exchange.scenario import AIMED, BANKS, HELD, Scenario
from tb.registers.own import registers_of
from tb.stimulus.image import initial_image
from tb.stimulus.stalls import grant_pattern

# A loop without a watchdog of its own: far above any bound, stalls included.
_LIMIT_FACTOR = 40
_LIMIT_BASE = 100_000
INPUTS = ("gnt", "r_valid", "r_data")
"""Inputs of the wide port, none of which an output may follow without a clock edge (contract A4.9)."""
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


@dataclass(frozen=True, slots=True)
class BareResult:
    """Measurements of the loop."""

    cycles: int  # clock cycles of the whole list
    seconds: float  # wall time of the loop, without start-up and reading the list
    job_cycles: tuple[int, ...]  # cycles of each job, as the bench counts them (contract A8.1)
    job_stalls: tuple[int, ...]  # of these, cycles with a request and no grant
    digests: tuple[str, ...]  # `digest` of each scenario's memory after its last job
    # Cycles in which an output of the wide port followed an input at once, by input; 0 if nobody looked.
    transparent: dict[str, int] = field(default_factory=dict)


def write_list(path: Path, scenarios: Sequence[Scenario], device: Descriptor) -> None:
    """Writes scenarios as the loop reads them: little-endian 32-bit words, and bytes with their count before.

    Memory contents, grant patterns and register accesses are those of the bench. A scenario that a soft clear
    cuts is one job to the loop: the accesses of the jobs that are cut, the clear, and those of the last.

    Raises:
        ValueError: Stalls are aimed at an operand or at banks, or a cut is a reset: the loop knows none.
    """
    programmer = Programmer(registers_of(device))
    with path.open("wb") as file:
        file.write(_words(len(scenarios)))
        for scenario in scenarios:
            if scenario.stall.kind in (*AIMED, BANKS, *HELD):
                raise ValueError(f"the bare loop has no stalls of the kind {scenario.stall.kind}")
            limit = _LIMIT_BASE + _LIMIT_FACTOR * sum(device.bound(job) for job in scenario.jobs)
            file.write(_words(scenario.window.base, scenario.stall.gnt_without_req, min(limit, 2**32 - 1)))
            file.write(_block(grant_pattern(scenario.stall)))
            lists = _accesses(scenario, programmer)
            file.write(_words(len(lists)))
            for accesses in lists:
                file.write(_words(len(accesses)))
                file.writelines(_access(access) for access in accesses)
            file.write(_block(initial_image(scenario)))


def run_bare(
    executable: Path,
    job_list: Path,
    *,
    transparency: bool = False,
    environment: Mapping[str, str] | None = None,
) -> BareResult:
    """Runs the loop on a job list of `write_list`.

    For `transparency` it looks in each cycle whether an output of the wide port follows an input at once;
    slow. Variables of `environment` are added to its own.

    Raises:
        UserError: It failed; the message has its first line.
    """
    options = ["--transparency"] if transparency else []
    done = orphans.run(
        [executable, job_list, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        first = lines[0].removeprefix("error: ") if lines else f"the bare loop ended with {done.returncode}"
        raise UserError(f"{first} (job list: {job_list})")
    answer = json.loads(done.stdout.splitlines()[-1])
    return BareResult(
        cycles=answer["cycles"],
        seconds=answer["seconds"],
        job_cycles=tuple(answer["jobs"]),
        job_stalls=tuple(answer["stalls"]),
        digests=tuple(answer["digests"]),
        transparent=dict(zip(INPUTS, answer["transparent"], strict=True)),
    )


def digest(memory: NDArray[np.uint8]) -> str:
    """FNV-1a of a memory, 64 bits, as the loop computes it."""
    value = _FNV_START
    for byte in memory.tobytes():
        value = (value ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{value:016x}"


def _accesses(scenario: Scenario, programmer: Programmer) -> list[Sequence[Access]]:
    """Accesses of each job, or all of a scenario with a cut."""
    if scenario.abort is None:
        return [programmer.accesses(job) for job in scenario.jobs]
    *first, last = scenario.jobs
    together = [access for job in first for access in programmer.accesses(job)]
    for cut in scenario.abort.cuts:
        if cut.kind != "clear":
            raise ValueError(f"the bare loop has no cuts of the kind {cut.kind}")
        together.append(programmer.clear(cut.core, cut.value, idle=cut.after))
    return [[*together, *programmer.accesses(last)]]


def _access(access: Access) -> bytes:
    return _words(access.idle, access.address, access.write, access.data, access.be, access.id)


def _block(content: NDArray[np.uint8]) -> bytes:
    return _words(content.size) + content.tobytes()


def _words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)
