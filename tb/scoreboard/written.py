# SPDX-License-Identifier: Apache-2.0
"""Check that each byte of Z is written, which memory does not tell where it held the result before."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import GRANTED
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Observation, Span

_WORD = 2**32


def check_written(scenario: Scenario, jobs: Sequence[Span], seen: Observation) -> list[Finding]:
    """Each byte of a job's Z is written behind its trigger (contract A6.5).

    A write behind the event is another check's finding.

    Args:
        scenario: Scenario that ran.
        jobs: The jobs that ended.
        seen: The logs.
    """
    findings: list[Finding] = []
    beats = seen.beats
    for position, (job, span) in enumerate(zip(scenario.jobs, jobs, strict=False)):
        behind = beats.until(span.trigger)
        missing = _elements(job) & ~_touched(beats.records[behind:][beats.flags[behind:] == GRANTED], job)
        if missing.any():
            text = (
                f"{np.count_nonzero(missing)} bytes of Z are not written, "
                f"the first at {(job.z_addr + int(missing.argmax())) % _WORD:#010x}"
            )
            findings.append(Finding(Status.PROTOCOL, "unwritten", text, position))
    return findings


def _elements(job: Job) -> npt.NDArray[np.bool_]:
    """Mark the bytes of Z's elements; shape (bytes of Z,)."""
    places = np.arange(job.z_range[1])
    marks: npt.NDArray[np.bool_] = places % job.element_bytes(job.z_fmt) < job.z_fmt.itemsize
    return marks


def _touched(writes: npt.NDArray[np.void], job: Job) -> npt.NDArray[np.bool_]:
    """Mark the bytes of Z that writes touch; shape (bytes of Z,)."""
    first, length = job.z_range
    marks = np.zeros(length, np.bool_)
    offsets = (writes["add"].astype(np.int64) - first) % _WORD
    enables = np.ascontiguousarray(writes["be"]).view(np.uint8)
    for byte in range(4 * writes["data"].shape[1]):
        enabled = (enables[:, byte // 8] >> byte % 8 & 1) != 0
        places = (offsets[enabled] + byte) % _WORD
        marks[places[places < length]] = True
    return marks
