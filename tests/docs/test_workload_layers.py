# SPDX-License-Identifier: Apache-2.0
"""Figures of layers in docs/workloads.md: tiles by the bound, cycles by the schedule, and shares of both."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from models.engine import ARRAY
from models.formats import Format
from models.ops import Op
from models.published import operating_points
from models.schedule import schedule
from models.timing import tile_cycles, utilization
from tb.workloads.depthwise import BLOCKS, CHANNELS, Packing, best_packing
from tests.docs.workload_tables import TEXT, account, percent, tables

Size = tuple[int, int, int]
PIXELS, KERNEL = (25, 5, 64), (3, 3)
"""Images and kernels of DS-CNN's depthwise layers: rows, columns, channels; rows, columns."""
NEEDED = 25 * 5 * 64 * 9
WAYS = {
    "a channel a job, patches as X": Packing(1),
    "a channel a job, its kernel as X": CHANNELS,
    "16 channels a job, kernels as blocks of W": Packing(16),
    "12 channels a job, kernels as blocks of X": BLOCKS,
    "3 channels a job, kernels as bands of W": Packing(3, bands=True),
    "2 channels a job, kernels as bands of X": Packing(2, bands=True, turned=True),
}


def rows_of(*heads: str) -> list[list[str]]:
    """The rows of the table with these headings, which are all or the first."""
    (found,) = [rows for head, rows in tables(TEXT) if tuple(head[: len(heads)]) == heads]
    return found


def sizes(cell: str) -> list[Size]:
    return [(int(m), int(n), int(k)) for m, n, k in re.findall(r"(\d+) x (\d+) x (\d+)", cell)]


def tiles(op: Op, size: Size) -> int:
    return tile_cycles(ARRAY, op, *size, Format.FP16)


def cycles(op: Op, size: Size) -> int:
    return schedule(ARRAY, op, *size, Format.FP16).cycles


def operation(workload: str, size: Size) -> Op:
    """The operation of the jobs of a size in a workload."""
    (op,) = {job.op for job in account(workload) if (job.m, job.n, job.k) == size}
    return op


def share(size: Size, taken: int) -> str:
    return percent(utilization(ARRAY, *size, taken))


@pytest.mark.parametrize("row", rows_of("layer of ResNet8", "M x N x K"), ids=lambda row: row[0])
def test_a_layer_of_resnet8_is_that_of_the_schedule(row: Sequence[str]) -> None:
    (size,) = sizes(row[1])
    op = operation("resnet8", size)
    taken = cycles(op, size)
    assert row[2] == f"{tiles(op, size):,}"
    assert row[3].removesuffix(" each") == f"{taken:,}"
    assert row[4] == share(size, taken)


def test_the_layers_of_resnet8_are_all_of_its_jobs() -> None:
    there = Counter((job.m, job.n, job.k) for job in account("resnet8"))
    rows = rows_of("layer of ResNet8", "M x N x K")
    assert there == {sizes(size)[0]: 2 if "each" in taken else 1 for _, size, _, taken, _ in rows}


@pytest.mark.parametrize("row", rows_of("layers of DS-CNN", "M x N x K"), ids=lambda row: row[0])
def test_layers_of_dscnn_are_those_of_the_schedule(row: Sequence[str]) -> None:
    jobs = int(match[1]) if (match := re.search(r"(\d+) jobs", row[1])) else 1
    taken = [jobs * cycles(operation("dscnn", size), size) for size in sizes(row[1])]
    assert re.findall(r"\d[\d,]*\d", row[2]) == [f"{each:,}" for each in taken]
    needed = [NEEDED] if jobs > 1 else [m * n * k for m, n, k in sizes(row[1])]
    shares = [percent(utilization(ARRAY, macs, 1, 1, own)) for macs, own in zip(needed, taken, strict=True)]
    assert row[3].split(", ") == shares


def test_the_layers_of_dscnn_are_all_of_its_time() -> None:
    parts = [("four times" in name, figure) for name, _, figure, _ in rows_of("layers of DS-CNN")]
    numbers = [
        (4 if often else 1) * int(each.replace(",", ""))
        for often, figure in parts
        for each in re.findall(r"\d[\d,]*\d", figure)
    ]
    assert sum(numbers) == sum(job.cycles or 0 for job in account("dscnn"))


@pytest.mark.parametrize("row", rows_of("way", "M x N x K"), ids=lambda row: row[0])
def test_a_way_of_depthwise_layers_takes_what_the_schedule_says(row: Sequence[str]) -> None:
    jobs = list(WAYS[row[0]].sizes(PIXELS, KERNEL, 1))
    taken = sum(cycles(Op.GEMM, size) for size in jobs)
    assert sizes(row[1]) == [jobs[0]]
    assert row[2:5] == [str(len(jobs)), f"{taken:,}", percent(utilization(ARRAY, NEEDED, 1, 1, taken))]


def test_the_best_way_is_the_one_that_the_document_names() -> None:
    assert best_packing(ARRAY, PIXELS, KERNEL, 1) == WAYS["2 channels a job, kernels as bands of X"]


def test_figures_of_firmware_follow_from_its_cycles() -> None:
    """Measured are cycles alone: milliseconds, ratios and sums come from these."""
    step = {row[0]: row[1:] for row in rows_of("a step on `cluster_8`")}
    taken = [
        number(each) for each in step["cycles, from the first instruction of hart 0 to the last byte in L2"]
    ]
    assert step["at 470 and 613 MHz"] == [", ".join(milliseconds(each)) for each in taken]
    software = [number(each) for each in step["the same in software, cycles"]]
    ratios = [f"{slow / fast:.2f} times as fast" for slow, fast in zip(software, taken, strict=True)]
    assert step["the accelerator over software"] == ratios
    (image,) = [row[1] for row in rows_of("an image on `cluster_8`") if row[0].startswith("cycles")]
    slow, fast = milliseconds(number(image))
    assert image.endswith(f"({slow} at 470 MHz, {fast} at 613 MHz)")
    layers = sum(number(row[2]) for row in rows_of("layer", "jobs", "cycles"))
    start = re.search(r"Beside these ([\d,]+) cycles ([\d,]+) pass before the first job", TEXT)
    assert start
    assert (number(start[1]), number(start[1]) + number(start[2])) == (layers, number(image))


def number(cell: str) -> int:
    """The one that a cell begins with."""
    return int(re.match(r"[\d,]+", cell)[0].replace(",", ""))


def milliseconds(taken: int) -> list[str]:
    return [f"{point.milliseconds(taken):.3f} ms" for point in operating_points()]
