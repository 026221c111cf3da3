# SPDX-License-Identifier: Apache-2.0
"""A netlist-like single file with nested lists."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions import cli
from regressions.accelerator.models import bench_model
from regressions.paths import ROOT
from tb.descriptor import load
from tb.schema import SchemaError
from tests.bench.simulation import PlannedTest
from tests.strangers.flattened.netlist import netlist
from tests.strangers.harness import HERE, Stranger

SIZES = {"m": [1, 9], "n": [1, 9], "k": [1, 9]}
STRANGER = Stranger("flattened", (PlannedTest("random", "gemm_op", SIZES, end=20),))
FOLDER = HERE / "flattened"


@pytest.fixture(autouse=True, scope="module")
def written() -> Iterator[Path]:
    """The netlist, at the place that the list reads from the environment."""
    folder = ROOT / "build" / "tests" / "strangers" / "flattened"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "netlist.v"
    own = folder / f"{os.getpid()}.v"
    own.write_text(netlist())
    own.replace(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLATTENED", str(folder))
        yield path


def test_it_is_one_file_of_plain_modules(written: Path) -> None:
    text = written.read_text()
    modules = {"flattened", "redmule_serial", "serial_engine", "fpnew_fma"}
    assert modules <= {line.split()[1] for line in text.splitlines() if line.startswith("module ")}
    assert text.count("`") == text.count("`timescale") == 1
    assert "//" not in text


def test_lists_that_start_elsewhere_are_refused_by_file_and_line() -> None:
    with pytest.raises(SchemaError, match=r"all\.f:3: no folder 'cells'"):
        load(STRANGER.descriptor(bare=True))


def test_the_lists_lead_to_all_files(written: Path) -> None:
    device = load(STRANGER.descriptor())
    assert device.sources == (FOLDER / "cells" / "tie.v", written, FOLDER / "cells" / "BUFX2.v")
    assert device.defines == {"SYNTHESIS_RUN": "7"}
    assert FOLDER / "cells" / "cells.vh" in bench_model(device).files, "a build depends on it"


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
