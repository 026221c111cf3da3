# SPDX-License-Identifier: Apache-2.0
"""A portion of a tier says that it is one, and takes no whole run's place."""

import pytest

from regressions.paths import BuildTree
from regressions.portion import WHOLE, RunPortion, joined
from regressions.rundir import last_run
from tests.runner.harness import Runner

LIST = {"gemm_a": {}, "gemm_b": {}, "reg_a": {"tiers": ["smoke", "pr"]}}


@pytest.mark.parametrize(
    ("options", "name", "said"),
    [
        ("--dut=", "smoke", "PASSED smoke: 6 of 6 tests passed, "),
        (
            "--dut= --tests=gemm*",
            "smoke-selected",
            "PASSED smoke, 2 of 3 tests selected (gemm*): 4 of 4 tests",
        ),
        ("--dut=redmule", "smoke-redmule", "PASSED smoke, device redmule alone: 3 of 3"),
        ("--dut= --kind=xrand", "smoke-xrand", "PASSED smoke, build xrand alone: 6 of 6"),
        (
            "--dut= --tests=reg_a --time=1s",
            "smoke-selected-soak",
            "1 of 3 tests selected (reg_a), new jobs for 1 s",
        ),
        (
            "--dut=redmule --tests=reg*,gemm_a",
            "smoke-redmule-selected",
            "device redmule alone, 2 of 3 tests selected",
        ),
        ("--dut= --shard=1/2", "", "PASSED smoke, part 1/2: "),
    ],
)
def test_a_portion_is_published_elsewhere(runner: Runner, options: str, name: str, said: str) -> None:
    runner.tests(**LIST)
    assert runner("regressions", "--tier=smoke", *options.split()) == 0
    assert said in runner.out
    reports = runner.build / "reports"
    assert [path.name for path in reports.glob("*") if path.is_symlink()] == ([name] if name else [])
    run = last_run(BuildTree(runner.build))
    assert run is not None
    assert said.partition(": ")[0].removeprefix("PASSED ") in (run / "report.html").read_text()


def test_portions_together() -> None:
    chosen, other = RunPortion("1 of 3 tests selected (a)", "-selected"), RunPortion("build x alone", "-x")
    assert joined([chosen, chosen], incomplete=False) == chosen
    assert joined([WHOLE, chosen], incomplete=False) == WHOLE
    together = RunPortion(f"{chosen.words}; {other.words}", "-merged")
    assert joined([chosen, other], incomplete=False) == together
    assert joined([WHOLE], incomplete=True) == RunPortion("incomplete", "-incomplete")
