# SPDX-License-Identifier: Apache-2.0
"""The figure that says on the first screen how fast a device is."""

import pytest
from msgspec.structs import replace

from models.timing import Instance, utilization
from regressions.report.devices import DeviceView, Figure
from tb.exchange.results import JobResult
from tests.job_results import job_result
from tests.runner.fake import fake_device

PAPER, PUBLIC = Instance(4, 12, 3, 256), Instance(8, 8, 1, 256)


def cube(size: int, cycles: int, instance: Instance = PAPER, **changes: object) -> JobResult:
    share = utilization(instance, size, size, size, cycles)
    return job_result(m=size, n=size, k=size, cycles=cycles, utilization=share, **changes)


def figure(*jobs: JobResult, instance: Instance = PAPER) -> Figure | None:
    return DeviceView(replace(fake_device(), instance=instance), jobs).speed


def test_the_headline_of_the_array_stands_beside_the_paper_s() -> None:
    found = figure(cube(128, 45000), cube(96, 18493), cube(96, 20000, stall="burst"))
    assert found
    assert (found.case, f"{found.utilization:.4f}", f"{found.rate:.1f}") == (
        "96x96x96 FP16",
        "0.9967",
        "47.8",
    )
    assert found.gflops == pytest.approx(58.65, abs=0.01)
    assert found.published == "99.4 %, 58.5 GFLOPS at 613 MHz, arXiv 2301.03904"
    assert not found.behind


def test_a_device_that_is_slower_than_published_is_said_to_be() -> None:
    found = figure(cube(96, 19000))
    assert found
    assert found.behind


def test_without_a_headline_it_is_the_largest_size_with_published_cycles() -> None:
    found = figure(cube(16, 100, PUBLIC), cube(128, 32813, PUBLIC), cube(12, 60, PUBLIC), instance=PUBLIC)
    assert found
    assert found.case == "128x128x128 FP16"
    assert found.published.endswith("the public project's CI")
    assert found.gflops is None


def test_without_published_sizes_it_is_the_best_job_without_stalls() -> None:
    other = Instance(3, 3, 1, 256)
    jobs = cube(16, 500, other), cube(8, 60, other), cube(9, 90, other, stall="burst"), job_result(m=0)
    found = figure(*jobs, instance=other)
    assert found
    assert (found.case, found.published) == ("best, 8x8x8 FP16", "")
    assert figure(job_result(m=0), instance=other) is None
