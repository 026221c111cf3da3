# SPDX-License-Identifier: Apache-2.0
"""The whole memory after a scenario against the reference model, bit for bit."""

import numpy as np
import numpy.typing as npt

from models.formats import widen
from models.layout import load
from tb.agents.tcdm.monitor import BeatLog
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import Traits
from tb.scoreboard.leeway import open_bytes
from tb.scoreboard.misplaced import misplaced
from tb.scoreboard.products import MatrixProduct
from tb.scoreboard.suppositions import supposed
from tb.stimulus.image import factors, initial_image, predict

CHECKER = "memory"
_NO_STEPS = "first wrong step not searched: min and max are not the contract's"


def compare(
    scenario: Scenario,
    expected: npt.NDArray[np.uint8],
    actual: npt.NDArray[np.uint8],
    descriptor: Descriptor,
    beats: BeatLog | None = None,
) -> list[Finding]:
    """Compare all bytes of the window.

    Args:
        scenario: Scenario that ran.
        expected: Memory that the model predicts; uint8, shape (window.size,).
        actual: Memory of the device after the last event; same shape.
        descriptor: The device, for its tiles and traits.
        beats: Cycles with a request, if there is a log of them: a wrong result may follow from the reads.

    Returns:
        One finding for each job with wrong results, one for bytes outside every Z.
    """
    # As bytes: a comparison of arrays takes many times as long for a small window.
    if expected.tobytes() == actual.tobytes():
        return []
    differs = expected != actual
    free = open_bytes(scenario, actual, descriptor.traits)
    if free is not None:
        differs &= ~free
    wrong = np.flatnonzero(differs)
    base = scenario.window.base
    findings: list[Finding] = []
    # The last job that writes a byte answers for it.
    for position in range(len(scenario.jobs) - 1, -1, -1):
        job = scenario.jobs[position]
        first, length = job.z_range
        inside = (wrong >= first - base) & (wrong < first - base + length)
        if inside.any():
            findings.append(_job_finding(scenario, position, wrong[inside], actual, descriptor, beats))
            wrong = wrong[~inside]
    if wrong.size:
        at = int(wrong[0])
        text = (
            f"{wrong.size} bytes outside every Z changed, the first at {base + at:#010x}: "
            f"{int(actual[at]):#04x} instead of {int(expected[at]):#04x}"
        )
        findings.append(Finding(Status.MISMATCH, CHECKER, text))
    return findings[::-1]


def compare_ended(
    scenario: Scenario,
    before: npt.NDArray[np.uint8],
    actual: npt.NDArray[np.uint8],
    ended: int,
    descriptor: Descriptor,
) -> list[Finding]:
    """Compare all bytes but those of Z of jobs that did not end, which may have any value.

    Args:
        scenario: Scenario that was given up.
        before: The window's bytes before the first trigger; uint8, shape (window.size,).
        actual: Those of the device when it was given up; same shape.
        ended: Number of jobs that ended, the first ones.
        descriptor: The device, for tiles.
    """
    base = scenario.window.base
    expected = predict(before, scenario.jobs[:ended], base, traits=descriptor.traits)
    for job in scenario.jobs[ended:]:
        first, length = job.z_range
        expected[first - base :][:length] = actual[first - base :][:length]
    return compare(scenario, expected, actual, descriptor)


def _job_finding(
    scenario: Scenario,
    position: int,
    wrong: npt.NDArray[np.intp],
    actual: npt.NDArray[np.uint8],
    descriptor: Descriptor,
    beats: BeatLog | None,
) -> Finding:
    """Name the first wrong element, its tile, and the first step at which it can have gone wrong."""
    job, base = scenario.jobs[position], scenario.window.base
    traits = descriptor.traits
    before = predict(initial_image(scenario), scenario.jobs[:position], base, traits=traits)
    after = predict(before, (job,), base, traits=traits)
    fmt = job.z_fmt
    elements = np.unique((wrong - (job.z_addr - base)) // job.element_bytes(fmt))
    row, column = divmod(int(elements[0]), job.k)
    place = job.z_addr - base, job.m, job.k, fmt, job.spread(fmt)
    theirs, right = load(actual, *place), load(after, *place)
    got, want = int(theirs[row, column]), int(right[row, column])
    digits = 2 * fmt.itemsize
    instance = descriptor.shape(job)
    text = (
        f"Z[{row},{column}] is 0x{got:0{digits}x} instead of 0x{want:0{digits}x} "
        f"({job.format_name}, tile {row // instance.tile_rows},{column // instance.tile_cols}; "
        f"{elements.size} of {job.m * job.k} elements wrong)"
    )
    step = misplaced(theirs, right)
    product = _product(job, before, base, traits)
    if not step and (theirs != right).any():
        step = supposed(job, scenario.window, before, actual, traits, instance.dw // 8, beats)
        step = step or (product.fault(theirs) if product else "")
    if not step:
        step = product.first_step(row, column, got) if product else _NO_STEPS
    return Finding(Status.MISMATCH, CHECKER, f"{text}; {step}", position)


def _product(job: Job, before: npt.NDArray[np.uint8], base: int, traits: Traits) -> MatrixProduct | None:
    """The job with its operands; None where its steps are not the contract's."""
    if job.n and traits.minmax_nan != "number" and not job.op.is_fma:
        return None
    x, w = factors(before, job, base, traits)
    fmt = job.z_fmt
    y = widen(load(before, job.y_place - base, job.m, job.k, fmt, job.spread(fmt)), fmt)
    return MatrixProduct(job.op, x, w, y, fmt)
