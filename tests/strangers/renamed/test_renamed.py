# SPDX-License-Identifier: Apache-2.0
"""A device whose ports have other names."""

from pathlib import Path

import pytest

from regressions import cli
from regressions.simulators import BuildError, get_simulator
from tb.descriptor import load
from tests.bench.simulation import PlannedTest
from tests.strangers.harness import HERE, Stranger

pytestmark = pytest.mark.sim

SIZES = {"m": [1, 9], "n": [1, 9], "k": [1, 12]}
SLOW = {"op": "MINMAX", "m": [1, 9], "n": [7, 12], "k": [4, 4]}
STRANGER = Stranger(
    "renamed",
    (
        PlannedTest("random", "gemm_op", SIZES, end=20),
        PlannedTest("slow", "gemm_op", SLOW, end=3),
    ),
)
COMPLETED = {
    "  assign tcdm_wen_o = ~device_memWe;  // TODO: taken for the complement",
    "      .reset(~rst_ni),  // TODO: taken for the complement",
    "      .enable('0),  // TODO: nothing in the contract stands for it",
    "      .cfg_we(~periph_wen_i),  // TODO: taken for the complement",
    "// Lines with TODO are guesses, or what it could not match.",
}


def test_it_does_not_build_without_a_wrapper(tmp_path: Path) -> None:
    unwrapped = load(HERE / "renamed" / "unwrapped.toml")
    with pytest.raises(BuildError, match="Can't find definition of variable: 'clk'"):
        get_simulator().build(unwrapped, "fast", tmp_path / "build.log")


def test_its_deviation_and_its_bug_are_reported(tmp_path: Path) -> None:
    """K that is no multiple of 4 has wrong results, or none, of which some come too early."""
    STRANGER.run(tmp_path, bare=True).check_red("memory", "too_fast", "bound", "queue_gap", "unwritten")


def test_its_wrapper_is_written_but_for_a_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = HERE / "renamed" / "renamed.f", tmp_path / "mine"
    assert cli.main(["new-dut", "--top", "renamed", "--files", str(files), "--out", str(out)]) == 0
    written = (out / "renamed_contract.sv").read_text().splitlines()
    completed = (HERE / "renamed" / "renamed_contract.sv").read_text().splitlines()
    assert {line for line in written if line not in completed} == COMPLETED
    assert "renamed: 22 of 23 ports of the contract found" in capsys.readouterr().out


def test_it_passes_behind_its_wrapper(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_defect_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")
