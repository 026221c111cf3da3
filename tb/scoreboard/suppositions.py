# SPDX-License-Identifier: Apache-2.0
"""Wrong results that are right ones of another job: another operation or format, other sizes or places."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.agents.tcdm.monitor import BeatLog
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE, MAX_SIZE
from tb.exchange.scenario import Window
from tb.exchange.traits import Traits
from tb.scoreboard.early_reads import read_early
from tb.stimulus.image import predict

_Image = npt.NDArray[np.uint8]
_MOST_STEPS, _MOST_BYTES = 1 << 12, 1 << 14  # of jobs and windows that are looked into: a few milliseconds
_FEW = 3  # different bytes of Z below which nearly anything would fit


def supposed(
    job: Job,
    window: Window,
    before: _Image,
    actual: _Image,
    traits: Traits,
    payload: int,
    beats: BeatLog | None,
) -> str:
    """Tell in words of which other job all of a wrong Z is the result; empty if of none.

    Args:
        job: The job whose Z is wrong.
        window: Place of the memory.
        before: Its bytes before the job; uint8, shape (window.size,).
        actual: Those of the device, after the job; same shape.
        traits: Deviations of the device.
        payload: Bytes of an access of the wide port that hold operands; it has 4 more.
        beats: Cycles with a request, if there is a log of them.
    """
    if job.macs > _MOST_STEPS or window.size > _MOST_BYTES:
        return ""
    first, length = job.z_range
    place = slice(first - window.base, first - window.base + length)
    theirs = actual[place]
    if np.unique(theirs).size < _FEW:
        return ""
    for words, other in _others(replace(job, data=None), payload):
        spans = (other.x_range, other.w_range, other.y_range, other.z_range)
        if not other.macs or not all(map(window.contains, spans)):
            continue
        after = predict(before, (other,), window.base, traits=traits)
        if np.array_equal(after[place], theirs):
            return f"all of Z is the result of {words}"
    if beats is not None and job.macs:
        reads = beats.records["add"][beats.reads].astype(np.int64)
        early = read_early(job, window, before, reads, payload + 4, traits)
        if early is not None and np.array_equal(early[place], theirs):
            return "all of Z is the result of operands read a cycle early"
    return ""


def _others(job: Job, payload: int) -> Iterator[tuple[str, Job]]:
    """Other jobs, and what is different in each; what stands before a comma is the kind."""
    for op in Op:
        if op is not job.op:
            yield f"another operation, {op.name}", replace(job, op=op)
    for fmt in Format:
        yield f"another format, {fmt.name}", replace(job, fmt=fmt)
        if job.x_fmt is job.w_fmt:
            yield f"another format of X and W, {fmt.name}", replace(job, fmt=(fmt, fmt, job.z_fmt))
        for place, name in enumerate("XWZ"):
            formats = (*job.formats[:place], fmt, *job.formats[place + 1 :])
            yield f"another format of {name}, {fmt.name}", replace(job, fmt=formats)
    for one, two in combinations("mnk", 2):
        sizes = {one: getattr(job, two), two: getattr(job, one)}
        yield f"{one.upper()} and {two.upper()} exchanged", replace(job, **sizes)
    yield "X and W exchanged", replace(job, x_addr=job.w_addr, w_addr=job.x_addr)
    for name in "mnk":
        for change, words in ((-1, "less"), (1, "more")):
            size = getattr(job, name) + change
            if 0 < size <= MAX_SIZE:
                yield f"{name.upper()} 1 {words}", replace(job, **{name: size})
    for name, (_, columns), fmt in zip("xwy", job.shapes, job.formats, strict=True):
        size = job.element_bytes(fmt)
        distances = {columns * size: "1 row", size: "1 element", 4: "1 word", payload: "1 access"}
        for distance, words in distances.items():
            yield f"{name.upper()} read {words} further on", _moved(job, distance, name)
            yield f"{name.upper()} read {words} further back", _moved(job, -distance, name)
    for distance, words in {4: "1 word", payload: "1 access"}.items():
        yield f"all operands read {words} further on", _moved(job, distance, "xwy")
        yield f"all operands read {words} further back", _moved(job, -distance, "xwy")


def _moved(job: Job, distance: int, names: str) -> Job:
    """The job with operands some bytes further on."""
    places = {"x": job.x_addr, "w": job.w_addr, "y": job.y_place}
    return replace(job, **{f"{name}_addr": (places[name] + distance) % ADDRESS_SPACE for name in names})
