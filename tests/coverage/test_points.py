# SPDX-License-Identifier: Apache-2.0
"""Functions of coverpoints."""

import pytest

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from tb.coverage import neighbours, points
from tb.coverage.coverpoint import size_bin
from tb.coverage.samples import AccessSample, CutSample, JobSample
from tb.exchange.job import Job
from tb.exchange.scenario import Abort, Scenario, Window

PAPER = Instance(4, 12, 3, 256)
WINDOW = Window(0x1000, 0x1000)
ABORT = Abort("clear", 1)
REST = (0, 0, False, False, False)  # no load, no store, nothing waits, nothing has ended


def job(op: Op = Op.GEMM, m: int = 2, n: int = 2, k: int = 2, **values: object) -> Job:
    """A job of 2 x 2 matrices at 0x1000, 0x1100 and 0x1200."""
    addresses = {"x_addr": 0x1000, "w_addr": 0x1100, "z_addr": 0x1200}
    return Job(op, m, n, k, **(addresses | values))  # type: ignore[arg-type]


def sample(*jobs: Job, abort: Abort | None = None) -> JobSample:
    """The last of some jobs."""
    return JobSample(jobs[-1], Scenario(0, jobs, WINDOW, abort=abort), len(jobs) - 1, PAPER)


@pytest.mark.parametrize(
    ("edge", "sizes"),
    [
        (12, {"0": [0], "1": [1], "below": [2, 5, 10], "edge-1": [11], "edge": [12], "edge+1": [13]}),
        (12, {"above": [14, 22, 26, 34], "tiles-1": [23, 35], "tiles": [24, 36], "tiles+1": [25, 37]}),
        (4, {"below": [2], "edge-1": [3], "edge+1": [5], "above": [6, 10], "tiles-1": [7], "tiles+1": [9]}),
    ],
)
def test_sizes_have_bins_against_an_edge(edge: int, sizes: dict[str, list[int]]) -> None:
    for name, values in sizes.items():
        assert [size_bin(value, edge) for value in values] == [name] * len(values)


def test_each_dimension_has_its_own_edge() -> None:
    it = sample(job(m=12, n=4, k=16))
    assert [points.m_size(it), points.n_size(it), points.k_size(it)] == ["edge"] * 3


def test_alignment_is_that_of_the_port_word_or_of_its_lanes() -> None:
    it = sample(job(x_addr=0x1020, w_addr=0x1104, z_addr=0x1203))
    assert (points.x_align(it), points.w_align(it), points.z_align(it)) == ("word", "0", "3")


def test_classes_are_those_of_operands_that_are_read() -> None:
    classes = ("ties", "wide", "raw")
    it = sample(job(classes=classes))
    assert (points.x_class(it), points.w_class(it), points.y_class(it)) == classes
    assert points.y_class(sample(job(Op.MATMUL, classes=classes))) is None
    assert points.x_class(sample(job(n=0))) is None
    assert points.y_class(sample(job(n=0))) == "normal"
    assert points.y_class(sample(job(m=0))) is None
    assert points.x_class(sample(job(data=(bytes(8), None, None)))) is None


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({}, None),
        ({"y_addr": 0x1300}, "apart"),
        ({"y_addr": 0x1202}, "over_z"),
        ({"y_addr": 0x1007}, "over_xw"),
        ({"y_addr": 0x10F9}, "over_xw"),
        ({"y_addr": 0x1407}, "earlier_z"),
        ({"y_addr": 0x1300, "op": Op.MATMUL}, None),
        ({"y_addr": 0x1300, "m": 0}, None),
    ],
)
def test_places_of_y(values: dict[str, object], place: str | None) -> None:
    assert points.y_place(sample(job(z_addr=0x1400), job(**values))) == place  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("modes", "position", "expected"),
    [
        ((False, False), 1, (None, None)),
        ((True,), 0, ("tolerant", "none")),
        ((False, True), 0, ("performance", "none")),
        ((False, True), 1, ("tolerant", "performance")),
        ((True, False), 1, ("performance", "tolerant")),
    ],
)
def test_modes_count_where_a_job_is_fault_tolerant(
    modes: tuple[bool, ...], position: int, expected: tuple[str | None, str | None]
) -> None:
    jobs = tuple(job(fault_tolerant=mode) for mode in modes)
    it = JobSample(jobs[position], Scenario(0, jobs, WINDOW), position, PAPER)
    assert (points.mode(it), points.mode_before(it)) == expected


def test_formats() -> None:
    assert points.format(sample(job(fmt=Format.E4M3))) == "E4M3"
    it = sample(job(fmt=(Format.E4M3, Format.FP16, Format.BF16)))
    assert points.format(it) == "mixed"
    assert (points.x_format(it), points.w_format(it), points.z_format(it)) == ("E4M3", "FP16", "BF16")


def test_the_queue() -> None:
    alone, jobs = sample(job()), (job(), job(), job())
    several = Scenario(0, jobs, WINDOW)
    found = [points.queue(JobSample(each, several, i, PAPER)) for i, each in enumerate(jobs)]
    assert [points.queue(alone), *found] == ["alone", "first", "queued", "later"]
    assert points.queue(sample(job(), job(), abort=Abort("clear", 3))) == "behind_cut"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (job(x_addr=0x1300, w_addr=0x1310, z_addr=0x1320), "none"),
        (job(x_addr=0x1207, w_addr=0x1310, z_addr=0x1320), "reads_x"),
        (job(x_addr=0x1208, w_addr=0x1200, z_addr=0x1320), "reads_w"),
        (job(x_addr=0x1300, w_addr=0x1310, z_addr=0x1200), "reads_y"),
        (job(Op.MATMUL, x_addr=0x1300, w_addr=0x1310, z_addr=0x1200), "none"),
        (job(x_addr=0x1300, w_addr=0x1310, z_addr=0x1100), "overwrites"),
    ],
)
def test_dependencies(second: Job, expected: str) -> None:
    assert points.dependency(sample(job(), second)) == expected
    assert points.dependency(sample(second)) is None


def test_cuts() -> None:
    def cut(abort: Abort, **state: object) -> CutSample:
        jobs = state.pop("jobs", (job(),))
        values = {
            "position": 0,
            "reads": 0,
            "writes": 0,
            "waiting": False,
            "ended": False,
            "held": False,
        } | state
        scenario = Scenario(0, (*jobs, job()), WINDOW, abort=abort)
        return CutSample(jobs[values["position"]], scenario, PAPER, **values)  # type: ignore[arg-type]

    assert points.cut(cut(Abort("clear", 1, 0))) == "clear_all"
    assert points.cut(cut(Abort("clear", 1, 7))) == "clear"
    assert points.cut(cut(Abort("reset", 1))) == "reset"
    states = [{}, {"reads": 1}, {"reads": 3, "writes": 1}]
    names = [points.progress(cut(Abort("reset", 1), **state)) for state in states]
    assert names == ["start", "loading", "storing"]
    assert points.progress(cut(Abort("reset", 1), reads=2, waiting=True)) == "loading_waiting"
    assert points.progress(cut(Abort("reset", 1), reads=2, ended=True)) == "ended"
    works = [(0, 1, Op.GEMM), (5, 0, Op.GEMM), (5, 0, Op.MATMUL), (5, 1, Op.MATMUL)]
    jobs = [job(op, m=m, n=n) for m, n, op in works]
    names = [points.cut_work(cut(Abort("clear", 1), jobs=(each,))) for each in jobs]
    assert names == ["empty", "copy", "zeros", "steps"]


def test_cuts_of_queued_jobs() -> None:
    apart, chained = job(x_addr=0x1300, w_addr=0x1310, z_addr=0x1320), job(x_addr=0x1200)
    queues = [
        points.cut_queue(CutSample(job(), Scenario(0, (*jobs, job()), WINDOW, abort=ABORT), PAPER, at, *REST))
        for jobs, at in (((job(),), 0), ((job(), apart), 0), ((job(), apart), 1), ((job(), chained), 1))
    ]
    assert queues == ["alone", "queue", "second", "second_chained"]


def test_further_cuts() -> None:
    def again(*kinds: str, held: bool = False) -> str | None:
        abort = Abort("clear", 1, again=tuple(Abort(kind, 2) for kind in kinds))
        scenario = Scenario(0, (job(), job()), WINDOW, abort=abort)
        return points.cut_again(CutSample(job(), scenario, PAPER, 0, 0, 0, False, False, held))

    assert again() == "once"
    assert again("clear") == "clear"
    assert again("clear", "reset") == "reset"
    assert again("clear", held=True) == "clear_held"
    assert again("reset", held=True) == "reset_held"


def test_tiles_of_a_cut() -> None:
    large = job(m=30, k=40, z_addr=0x1000)
    scenario = Scenario(0, (large, job()), WINDOW, abort=ABORT)
    # Three rows of three tiles; each row of Z has a store in each.
    stores = {0: "0", 9: "0", 10: "1", 50: "5", 89: "8"}
    for writes, tile in stores.items():
        assert points.cut_tile(CutSample(large, scenario, PAPER, 0, 0, writes, False, False, False)) == tile
    assert points.cut_tile(CutSample(large, scenario, PAPER, 0, 0, 90, False, True, False)) is None


def test_accesses() -> None:
    it = AccessSample(0x4C, True, 0b0110, 4, 1, 4)
    names = (points.register, points.access, points.engine, points.lock, points.access_id)
    assert [name(it) for name in names] == ["MCFG0", "0110", "running", "own", "2"]
    it = AccessSample(0x20, False, 15, 3, 2, 1)
    assert [name(it) for name in names] == ["unmapped", "read", "full", "other", "bad"]
    assert points.lock(AccessSample(0, False, 15, 1, 0, None)) == "free"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {}, ("apart", "tile", "tile")),
        ({"m": 13}, {"x_addr": 0x1600}, ("x", "tiles", "tile")),
        ({}, {"w_addr": 0x1600, "k": 17}, ("w", "tile", "tiles")),
        ({}, {"z_addr": 0x1607}, ("y", "tile", "tile")),
        ({}, {"z_addr": 0x1400, "op": Op.MATMUL}, ("overwrites", "tile", "tile")),
        ({}, {"z_addr": 0x1600, "op": Op.MATMUL}, ("apart", "tile", "tile")),
        ({"n": 0}, {"m": 0}, ("apart", None, None)),
    ],
)
def test_neighbours_are_a_queued_job_and_the_one_right_before(
    first: dict[str, object], second: dict[str, object], expected: tuple[str | None, ...]
) -> None:
    place = {"x_addr": 0x1400, "w_addr": 0x1500, "z_addr": 0x1600}
    jobs = job(fmt=Format.BF16, **(place | first)), job(**second)  # type: ignore[arg-type]
    it = sample(job(), *jobs)
    assert neighbours.shared(it) == expected[0]
    assert (neighbours.tiles_before(it), neighbours.tiles_behind(it)) == expected[1:]
    assert (neighbours.op_before(it), neighbours.format_before(it)) == ("GEMM", "BF16")
    works = neighbours.work_before(it), neighbours.work_behind(it)
    assert works == ("no_steps", "empty") or works == expected[1:]
    assert neighbours.shared(sample(jobs[1])) is None
    assert neighbours.work_behind(sample(*jobs, abort=ABORT)) is None
