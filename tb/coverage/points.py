# SPDX-License-Identifier: Apache-2.0
"""Functions of the coverpoints in `covergroups.toml`, of the same names."""

from __future__ import annotations

from tb.coverage.samples import AccessSample, CutSample, JobSample, coverpoint
from tb.registers.generate import register_map
from tb.registers.map import ONE_HOT
from tb.stimulus.job import Job, Range

_CONTEXTS = 2


def size_bin(size: int, edge: int) -> str:
    """The bin of a dimension against the edge of a tile.

    Of the multiples of the edge, those above the first and their neighbours have bins of their own; `above`
    is anything else beyond the edge.
    """
    if size < 2:
        return str(size)
    if size <= edge + 1:
        distance = size - edge
        return "below" if distance < -1 else ("edge-1", "edge", "edge+1")[distance + 1]
    left = (size + 1) % edge
    return ("tiles-1", "tiles", "tiles+1")[left] if left < 3 else "above"


def _align_bin(address: int, sample: JobSample) -> str:
    return "word" if address % (sample.instance.dw // 8) == 0 else str(address % 4)


@coverpoint("job")
def op(sample: JobSample) -> str:
    """Operation."""
    return sample.job.op.name


@coverpoint("job")
def format(sample: JobSample) -> str:
    """Format of all operands."""
    return "mixed" if sample.job.mixed else sample.job.x_fmt.name


@coverpoint("job")
def x_format(sample: JobSample) -> str:
    """Format of X."""
    return sample.job.formats[0].name


@coverpoint("job")
def w_format(sample: JobSample) -> str:
    """Format of W."""
    return sample.job.formats[1].name


@coverpoint("job")
def z_format(sample: JobSample) -> str:
    """Format of Y and Z."""
    return sample.job.formats[2].name


@coverpoint("job")
def m_size(sample: JobSample) -> str:
    """M against the rows of a tile."""
    return size_bin(sample.job.m, sample.instance.tile_rows)


@coverpoint("job")
def n_size(sample: JobSample) -> str:
    """N against the steps of a chunk."""
    return size_bin(sample.job.n, sample.instance.h)


@coverpoint("job")
def k_size(sample: JobSample) -> str:
    """K against the columns of a tile."""
    return size_bin(sample.job.k, sample.instance.tile_cols)


@coverpoint("job")
def x_align(sample: JobSample) -> str:
    """Address of X."""
    return _align_bin(sample.job.x_addr, sample)


@coverpoint("job")
def w_align(sample: JobSample) -> str:
    """Address of W."""
    return _align_bin(sample.job.w_addr, sample)


@coverpoint("job")
def z_align(sample: JobSample) -> str:
    """Address of Y and Z."""
    return _align_bin(sample.job.z_addr, sample)


def _class(job: Job, operand: int, read: bool) -> str | None:
    """The class of an operand that was generated and is read."""
    explicit = job.data is not None and job.data[operand] is not None
    return job.classes[operand] if read and not explicit and not job.empty else None


@coverpoint("job")
def x_class(sample: JobSample) -> str | None:
    """Operand class of X."""
    return _class(sample.job, 0, sample.job.n > 0)


@coverpoint("job")
def w_class(sample: JobSample) -> str | None:
    """Operand class of W."""
    return _class(sample.job, 1, sample.job.n > 0)


@coverpoint("job")
def y_class(sample: JobSample) -> str | None:
    """Operand class of Y."""
    return _class(sample.job, 2, sample.job.op.reads_y)


@coverpoint("job")
def stall(sample: JobSample) -> str:
    """Stall pattern of the memory."""
    return sample.scenario.stall.kind


@coverpoint("job")
def queue(sample: JobSample) -> str:
    """What the queue held when the job was triggered."""
    if sample.scenario.abort is not None:
        return "behind_cut"
    if sample.position == 0:
        return "alone" if len(sample.scenario.jobs) == 1 else "first"
    return "queued" if sample.position < _CONTEXTS else "later"


@coverpoint("job")
def core(sample: JobSample) -> str:
    """Who programs the job."""
    return str(sample.job.core)


@coverpoint("job")
def free_grants(sample: JobSample) -> str:
    """Whether the memory grants also without a request."""
    return "yes" if sample.scenario.stall.gnt_without_req else "no"


@coverpoint("job")
def write_answers(sample: JobSample) -> str:
    """Whether r_valid follows writes."""
    return sample.scenario.stall.write_r_valid


@coverpoint("job")
def dependency(sample: JobSample) -> str | None:
    """What a queued job shares with an earlier one; of several the first in the order of the bins."""
    if sample.position == 0 or sample.scenario.abort is not None:
        return None
    job = sample.job
    earlier = sample.scenario.jobs[: sample.position]
    y_range = job.z_range if job.op.reads_y else (0, 0)
    for name, span in (("reads_x", job.x_range), ("reads_w", job.w_range), ("reads_y", y_range)):
        if any(_overlap(span, each.z_range) for each in earlier):
            return name
    if any(_overlap(job.z_range, span) for each in earlier for span in (each.x_range, each.w_range)):
        return "overwrites"
    return "none"


def _overlap(a: Range, b: Range) -> bool:
    return a[1] > 0 and b[1] > 0 and a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


@coverpoint("cut")
def cut(sample: CutSample) -> str:
    """What cuts the job short."""
    abort = sample.scenario.abort
    assert abort is not None, "only aborts make such samples"
    return "reset" if abort.kind == "reset" else "clear" if abort.value else "clear_all"


@coverpoint("cut")
def progress(sample: CutSample) -> str:
    """How far the job had come."""
    if sample.ended:
        return "ended"
    state = "storing" if sample.writes else "loading" if sample.reads else "start"
    return f"{state}_waiting" if sample.waiting else state


@coverpoint("cut")
def cut_op(sample: CutSample) -> str:
    """Operation of the job."""
    return sample.job.op.name


@coverpoint("access")
def register(sample: AccessSample) -> str:
    """Register at the offset."""
    found = register_map().decode(sample.offset)
    return "unmapped" if found is None else found.name


@coverpoint("access")
def access(sample: AccessSample) -> str:
    """Direction and byte enables."""
    return f"{sample.be:04b}" if sample.write else "read"


@coverpoint("access")
def engine(sample: AccessSample) -> str:
    """Jobs queued or running."""
    return ("idle", "running", "full")[min(sample.queued, _CONTEXTS)]


@coverpoint("access")
def lock(sample: AccessSample) -> str:
    """Who holds the lock."""
    if sample.holder is None:
        return "free"
    return "own" if sample.holder == sample.id else "other"


@coverpoint("access")
def access_id(sample: AccessSample) -> str:
    """The core that accesses."""
    return str(sample.id.bit_length() - 1) if sample.id in ONE_HOT else "bad"
