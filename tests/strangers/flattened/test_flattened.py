# SPDX-License-Identifier: Apache-2.0
"""A netlist-like single file with nested lists."""

from pathlib import Path

import pytest

from regressions import cli
from regressions.accelerator.models import bench_model
from tb.descriptor import load
from tb.schema import SchemaError
from tests.bench.simulation import PlannedTest
from tests.strangers.harness import HERE, Stranger

SIZES = {"m": [1, 9], "n": [1, 9], "k": [1, 9]}
STRANGER = Stranger("flattened", (PlannedTest("random", "gemm_op", SIZES, end=20),))
FOLDER = HERE / "flattened"


def test_lists_that_start_elsewhere_are_refused_by_file_and_line() -> None:
    with pytest.raises(SchemaError, match=r"all\.f:3: no folder '\.\./\.\./\.\./rtl/serial'"):
        load(STRANGER.descriptor(bare=True))


def test_the_lists_lead_to_all_files() -> None:
    device = load(STRANGER.descriptor())
    names = [path.name for path in device.sources]
    assert (names[0], names[-2:]) == ("tie.v", ["flattened.v", "BUFX2.v"])
    assert device.defines == {"SYNTHESIS_RUN": "7", "CORES": "8", "WORD": "288"}
    headers = {path.name for path in bench_model(device).files}
    assert {"names.vh", "serial_engine.sv"} <= headers, "a build depends on them"


def test_a_descriptor_is_written(tmp_path: Path) -> None:
    list_file = str(FOLDER / "lists" / "all.f")
    assert cli.main(["new-dut", "--top", "flattened", "--files", list_file, "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["flattened.toml"], "it has the contract's ports"
    assert load(tmp_path / "flattened.toml").sources == load(STRANGER.descriptor()).sources


@pytest.mark.sim
def test_it_passes(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


@pytest.mark.sim
def test_a_defect_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")
