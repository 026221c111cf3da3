# SPDX-License-Identifier: Apache-2.0
"""Coverpoints of jobs, of jobs cut short, and of accesses of the register port."""

from itertools import product

from tb.coverage.coverpoint import FORMATS, MIXED, OPERATIONS, SIZES, coverpoint, size_bin
from tb.coverage.samples import AccessSample, CutSample, JobSample
from tb.exchange.job import Job, overlap
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import BANKS, CUT_CAUSES, HELD, STALL_KINDS, WRITE_R_VALID, Scenario
from tb.registers.generate import register_map
from tb.registers.map import CONTEXTS, ONE_HOT
from tb.stimulus.scenario_draw import AROUND

ALIGNMENTS = ("word", "0", "1", "2", "3")
CUT_TILES = (*(str(tile) for tile in range(21)), "more")
_WAITS = sorted({2**bits + more for bits in range(1, 13) for more in AROUND})
MODES = ("performance", "tolerant")
CORES = tuple(str(core) for core in range(len(ONE_HOT)))


def _align_bin(address: int, sample: JobSample) -> str:
    return "word" if address % (sample.instance.dw // 8) == 0 else str(address % 4)


@coverpoint("job", OPERATIONS, needs="operation")
def op(sample: JobSample) -> str:
    """Operation."""
    return sample.job.op.name


@coverpoint("job", (*FORMATS, MIXED), needs="format")
def format(sample: JobSample) -> str:
    """Format of all operands, or that they differ."""
    return MIXED if sample.job.mixed else sample.job.x_fmt.name


@coverpoint("job", FORMATS, needs="operand_format")
def x_format(sample: JobSample) -> str:
    """Format of X."""
    return sample.job.formats[0].name


@coverpoint("job", FORMATS, needs="operand_format")
def w_format(sample: JobSample) -> str:
    """Format of W."""
    return sample.job.formats[1].name


@coverpoint("job", FORMATS, needs="operand_format")
def z_format(sample: JobSample) -> str:
    """Format of Y and Z."""
    return sample.job.formats[2].name


@coverpoint("job", SIZES, needs="m_size")
def m_size(sample: JobSample) -> str:
    """M against L, the rows of a tile."""
    return size_bin(sample.job.m, sample.instance.tile_rows)


@coverpoint("job", SIZES, needs="n_size")
def n_size(sample: JobSample) -> str:
    """N against H, the steps of a chunk."""
    return size_bin(sample.job.n, sample.instance.h)


@coverpoint("job", SIZES, needs="k_size")
def k_size(sample: JobSample) -> str:
    """K against H(P+1), the columns of a tile."""
    return size_bin(sample.job.k, sample.instance.tile_cols)


@coverpoint("job", ALIGNMENTS)
def x_align(sample: JobSample) -> str:
    """Address of X: the start of a port word, or modulo 4."""
    return _align_bin(sample.job.x_addr, sample)


@coverpoint("job", ALIGNMENTS)
def w_align(sample: JobSample) -> str:
    """Address of W: the start of a port word, or modulo 4."""
    return _align_bin(sample.job.w_addr, sample)


@coverpoint("job", ALIGNMENTS)
def z_align(sample: JobSample) -> str:
    """Address of Y and Z: the start of a port word, or modulo 4."""
    return _align_bin(sample.job.z_addr, sample)


def _class(job: Job, operand: int, read: bool) -> str | None:
    """The class of an operand that was generated and is read."""
    explicit = job.data is not None and job.data[operand] is not None
    return job.classes[operand] if read and not explicit and not job.empty else None


@coverpoint("job", OPERAND_CLASSES)
def x_class(sample: JobSample) -> str | None:
    """Operand class of X, where it is read."""
    return _class(sample.job, 0, sample.job.n > 0)


@coverpoint("job", OPERAND_CLASSES)
def w_class(sample: JobSample) -> str | None:
    """Operand class of W, where it is read."""
    return _class(sample.job, 1, sample.job.n > 0)


@coverpoint("job", OPERAND_CLASSES)
def y_class(sample: JobSample) -> str | None:
    """Operand class of Y, where it is read."""
    return _class(sample.job, 2, sample.job.op.reads_y)


@coverpoint("job", [kind for kind in STALL_KINDS if kind not in (BANKS, *HELD)])
def stall(sample: JobSample) -> str | None:
    """Stall pattern of the memory, of all its banks at once."""
    kind = sample.scenario.stall.kind
    return None if kind in (BANKS, *HELD) else kind


@coverpoint("job", (BANKS,))
def bank_stalls(sample: JobSample) -> str | None:
    """Stalls by single banks of the memory."""
    return BANKS if sample.scenario.stall.kind == BANKS else None


@coverpoint("job", tuple(HELD.values()))
def held(sample: JobSample) -> str | None:
    """Operand of which a job that runs alone has one access held."""
    job, operand = sample.job, HELD.get(sample.scenario.stall.kind)
    if operand is None or len(sample.scenario.jobs) > 1 or not job.touches(operand):
        return None
    return operand


@coverpoint("job", (*map(str, _WAITS), "more"))
def wait(sample: JobSample) -> str | None:
    """Cycles for which an access is held."""
    cycles = sample.scenario.stall.held
    return None if not cycles else str(cycles) if cycles in _WAITS else "more"


@coverpoint("job", ("alone", "first", "queued", "later", "behind_cut"))
def queue(sample: JobSample) -> str:
    """Alone; first of several; behind the running job; waiting for a context; behind a job cut short."""
    if sample.scenario.abort is not None:
        return "behind_cut"
    if sample.position == 0:
        return "alone" if len(sample.scenario.jobs) == 1 else "first"
    return "queued" if sample.position < CONTEXTS else "later"


@coverpoint("job", CORES, needs="core")
def core(sample: JobSample) -> str:
    """Core that programs the job and is told of its end."""
    return str(sample.job.core)


@coverpoint("job", ("no", "yes"))
def free_grants(sample: JobSample) -> str:
    """Grants of the memory without a request."""
    return "yes" if sample.scenario.stall.gnt_without_req else "no"


@coverpoint("job", WRITE_R_VALID)
def write_answers(sample: JobSample) -> str:
    """r_valid after writes."""
    return sample.scenario.stall.write_r_valid


@coverpoint("job", ("none", "reads_x", "reads_w", "reads_y", "overwrites"))
def dependency(sample: JobSample) -> str | None:
    """Memory that a queued job shares with an earlier one of its scenario.

    Of several kinds of sharing it is the first in the order of the bins.
    """
    if sample.position == 0 or sample.scenario.abort is not None:
        return None
    job = sample.job
    earlier = sample.scenario.jobs[: sample.position]
    y_range = job.y_range if job.op.reads_y else (0, 0)
    for name, span in (("reads_x", job.x_range), ("reads_w", job.w_range), ("reads_y", y_range)):
        if any(overlap(span, each.z_range) for each in earlier):
            return name
    if any(overlap(job.z_range, span) for each in earlier for span in (each.x_range, each.w_range)):
        return "overwrites"
    return "none"


@coverpoint("job", ("apart", "over_xw", "over_z", "earlier_z"), needs="own_y")
def y_place(sample: JobSample) -> str | None:
    """Place of a Y that is not at Z: over its job's Z, over X or W, over an earlier job's Z, or apart."""
    job = sample.job
    if job.y_addr is None or job.empty or not job.op.reads_y:
        return None
    if overlap(job.y_range, job.z_range):
        return "over_z"
    if overlap(job.y_range, job.x_range) or overlap(job.y_range, job.w_range):
        return "over_xw"
    earlier = sample.scenario.jobs[: sample.position]
    return "earlier_z" if any(overlap(job.y_range, each.z_range) for each in earlier) else "apart"


def _mode(job: Job, scenario: Scenario) -> str | None:
    """The mode of a job, of a scenario with a job in fault-tolerant mode: other devices have none."""
    tolerant = any(each.fault_tolerant for each in scenario.jobs)
    return MODES[job.fault_tolerant] if tolerant else None


@coverpoint("job", MODES, needs="fault_tolerant")
def mode(sample: JobSample) -> str | None:
    """Mode of a job, of a scenario with one in fault-tolerant mode."""
    return _mode(sample.job, sample.scenario)


@coverpoint("job", ("none", *MODES), needs="fault_tolerant")
def mode_before(sample: JobSample) -> str | None:
    """Mode of the job right before it, of a scenario with one in fault-tolerant mode."""
    before = sample.scenario.jobs[sample.position - 1] if sample.position else None
    found = _mode(before or sample.job, sample.scenario)
    return "none" if found and before is None else found


@coverpoint("cut", MODES, needs="fault_tolerant")
def cut_mode(sample: CutSample) -> str | None:
    """Mode of the job, of a scenario with one in fault-tolerant mode."""
    return _mode(sample.job, sample.scenario)


@coverpoint("cut", CUT_CAUSES)
def cut(sample: CutSample) -> str:
    """Cause: a soft clear that also zeroes the job registers, any other soft clear, a reset."""
    abort = sample.scenario.abort
    assert abort is not None, "only aborts make such samples"
    return abort.cause


@coverpoint(
    "cut", ("start", "start_waiting", "loading", "loading_waiting", "storing", "storing_waiting", "ended")
)
def progress(sample: CutSample) -> str:
    """State of the engine: nothing requested yet, loading, storing, ended; _waiting for a grant."""
    if sample.ended:
        return "ended"
    state = "storing" if sample.writes else "loading" if sample.reads else "start"
    return f"{state}_waiting" if sample.waiting else state


@coverpoint("cut", OPERATIONS, needs="operation")
def cut_op(sample: CutSample) -> str:
    """Operation of the job."""
    return sample.job.op.name


@coverpoint("cut", ("empty", "zeros", "copy", "steps"))
def cut_work(sample: CutSample) -> str:
    """Work of the job: none, writes of zeros, copies, steps."""
    job = sample.job
    if job.empty:
        return "empty"
    return "steps" if job.n else "copy" if job.op.reads_y else "zeros"


@coverpoint("cut", ("alone", "queue", "queue_chained", "second", "second_chained"))
def cut_queue(sample: CutSample) -> str:
    """Place in the queue: alone, another job behind it or ended before it; _chained if they share memory."""
    first, *others = sample.scenario.jobs[:-1]
    if not others:
        return "alone"
    spans = ((job.x_range, job.w_range, job.z_range) for job in (first, *others))
    shared = any(overlap(one, other) for one, other in product(*spans))
    return ("second" if sample.position else "queue") + ("_chained" if shared else "")


@coverpoint("cut", ("once", "clear", "clear_held", "reset", "reset_held"))
def cut_again(sample: CutSample) -> str:
    """Further cuts: none, clears alone, also a reset; _held where a request still waited at one."""
    abort = sample.scenario.abort
    assert abort is not None, "only aborts make such samples"
    if not abort.again:
        return "once"
    kind = "reset" if any(each.kind == "reset" for each in abort.again) else "clear"
    return f"{kind}_held" if sample.held else kind


@coverpoint("cut", CUT_TILES)
def cut_tile(sample: CutSample) -> str | None:
    """Tile of Z, by the share of its stores that were granted, from 0 on."""
    job, instance = sample.job, sample.instance
    if job.empty or not job.n or sample.ended:
        return None
    columns = [min(instance.tile_cols, job.k - start) for start in range(0, job.k, instance.tile_cols)]
    stores = job.m * sum(-(-8 * each * job.z_fmt.itemsize // instance.dw) for each in columns)
    tiles = -(-job.m // instance.tile_rows) * len(columns)
    return CUT_TILES[min(sample.writes * tiles // stores, len(CUT_TILES) - 1)]


@coverpoint("access", (*register_map(), "unmapped"), needs="register")
def register(sample: AccessSample) -> str:
    """Register, by the contract's name for its role, or that there is none at the offset."""
    found = register_map().decode(sample.offset)
    return "unmapped" if found is None else found.name


@coverpoint("access", ("read", *(f"{enables:04b}" for enables in range(16))), needs="bytes")
def access(sample: AccessSample) -> str:
    """A read, or a write with these byte enables."""
    return f"{sample.be:04b}" if sample.write else "read"


@coverpoint("access", ("idle", "running", "full"), needs="queue")
def engine(sample: AccessSample) -> str:
    """No job; one runs; all contexts are taken, one of two waits."""
    return ("idle", "running", "full")[min(sample.queued, CONTEXTS)]


@coverpoint("access", ("free", "own", "other"), needs="lock")
def lock(sample: AccessSample) -> str:
    """Holder of the lock: nobody, the accessing core, another."""
    if sample.holder is None:
        return "free"
    return "own" if sample.holder == sample.id else "other"


@coverpoint("access", (*CORES, "bad"), needs="ids")
def access_id(sample: AccessSample) -> str:
    """The core that accesses, or an id that is none."""
    return str(sample.id.bit_length() - 1) if sample.id in ONE_HOT else "bad"
