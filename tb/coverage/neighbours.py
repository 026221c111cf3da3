# SPDX-License-Identifier: Apache-2.0
"""Coverpoints of two jobs that are queued one behind the other."""

from tb.coverage.coverpoint import FORMATS, MIXED, OPERATIONS, coverpoint
from tb.coverage.samples import CutSample, JobSample
from tb.coverage.stages import PAIRS, STAGES
from tb.exchange.job import Job, overlap

WORKS = ("empty", "no_steps", "tile", "tiles")
"""A job's work: no outputs, no steps, one tile, several."""

SHARED = ("apart", "x", "w", "y", "overwrites")
"""Matrix that a job reads of the Z of the one before, the first of these; or its Z overwrites its X or W."""


def before(sample: JobSample) -> Job | None:
    """Return the job that was queued right before; None for a scenario's first, and behind a cut."""
    if sample.position == 0 or sample.scenario.abort is not None:
        return None
    return sample.scenario.jobs[sample.position - 1]


def work(job: Job, rows: int, columns: int) -> str:
    """Return the work of a job on an array whose tiles have so many rows and columns."""
    if job.empty:
        return "empty"
    if job.n == 0:
        return "no_steps"
    return "tile" if job.m <= rows and job.k <= columns else "tiles"


@coverpoint("job", OPERATIONS, needs="operation")
def op_before(sample: JobSample) -> str | None:
    """Operation of the job queued right before."""
    earlier = before(sample)
    return None if earlier is None else earlier.op.name


@coverpoint("job", (*FORMATS, MIXED), needs="format")
def format_before(sample: JobSample) -> str | None:
    """Format of the job queued right before, or that its operands' differ."""
    earlier = before(sample)
    return None if earlier is None else MIXED if earlier.mixed else earlier.x_fmt.name


@coverpoint("job", WORKS)
def work_before(sample: JobSample) -> str | None:
    """Work of the job queued right before: no outputs, no steps, one tile, several."""
    earlier = before(sample)
    return None if earlier is None else work(earlier, sample.instance.tile_rows, sample.instance.tile_cols)


@coverpoint("job", WORKS)
def work_behind(sample: JobSample) -> str | None:
    """Work of a job that is queued behind another: no outputs, no steps, one tile, several."""
    if before(sample) is None:
        return None
    return work(sample.job, sample.instance.tile_rows, sample.instance.tile_cols)


@coverpoint("job", WORKS[2:])
def tiles_before(sample: JobSample) -> str | None:
    """Tiles of the job queued right before: one or several."""
    found = work_before(sample)
    return found if found in WORKS[2:] else None


@coverpoint("job", WORKS[2:])
def tiles_behind(sample: JobSample) -> str | None:
    """Tiles of a job that is queued behind another: one or several."""
    found = work_behind(sample)
    return found if found in WORKS[2:] else None


@coverpoint("job", SHARED)
def shared(sample: JobSample) -> str | None:
    """Memory that a job shares with the one queued right before: what it reads of its Z, or overwrites."""
    earlier, job = before(sample), sample.job
    if earlier is None:
        return None
    y_range = job.y_range if job.op.reads_y else (0, 0)
    for name, span in (("x", job.x_range), ("w", job.w_range), ("y", y_range)):
        if overlap(span, earlier.z_range):
            return name
    over = any(overlap(job.z_range, span) for span in (earlier.x_range, earlier.w_range))
    return "overwrites" if over else "apart"


@coverpoint("job", STAGES[:-1], needs="schedule")
def stage_at_trigger(sample: JobSample) -> str | None:
    """Stage of the job queued right before when this one is triggered, unless that one has ended."""
    return None if sample.met is None or sample.met.trigger == STAGES[-1] else sample.met.trigger


@coverpoint("job", STAGES, needs="schedule")
def stage_at_request(sample: JobSample) -> str | None:
    """Stage of the job queued right before when this one asks for its first load."""
    return None if sample.met is None else sample.met.request


@coverpoint("job", STAGES[2:], needs="schedule")
def stage_at_entry(sample: JobSample) -> str | None:
    """Stage of the job queued right before when the first column of this one enters the array."""
    return None if sample.met is None else sample.met.entry


@coverpoint("cut", PAIRS, needs="schedule")
def cut_pair(sample: CutSample) -> str | None:
    """Stages of the job that runs and of the one behind it."""
    return sample.pair
