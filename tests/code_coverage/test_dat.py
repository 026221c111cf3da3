# SPDX-License-Identifier: Apache-2.0
"""Tests of the reading of `coverage.dat`, and of the choice of instrumented sources."""

from pathlib import Path

import pytest

from regressions.accelerator.models import bench_model
from regressions.simulators.base import BuildError
from regressions.simulators.counted_sources import counted
from regressions.simulators.verilator_coverage import configuration, read
from tb.descriptor import load
from tests.code_coverage.design import BLOCK, ELSE, FALL, RISE, record
from tests.stimulus.test_descriptor import FULL, write

HEADER = b"# SystemC::Coverage-3\n"


def written(folder: Path, *records: bytes) -> Path:
    """A file of records."""
    path = folder / "coverage.dat"
    path.write_bytes(HEADER + b"".join(records))
    return path


def test_points_come_back_as_they_are_wherever_the_source_lay(tmp_path: Path) -> None:
    points = {BLOCK: 9, ELSE: 0, RISE: 3, FALL: 12345678901}
    assert read(written(tmp_path, *(record(p, n) for p, n in points.items()))) == points


def test_instances_and_variants_of_a_module_are_added_up(tmp_path: Path) -> None:
    records = [record(BLOCK, 2), record(BLOCK, 3, "tb_top.i_dut.b"), record(BLOCK, 4, module="unit__P8")]
    assert read(written(tmp_path, *records)) == {BLOCK: 9}


def test_quotes_and_blanks_in_a_name_do_no_harm(tmp_path: Path) -> None:
    point = type(BLOCK)("unit.sv", 1, 2, BLOCK.kind, "((a != 2'h0)==1 && b==0) => 1' 7")
    assert read(written(tmp_path, record(point, 5))) == {point: 5}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# SystemC::Coverage-9\n", "not coverage data of a known version"),
        (b"", "not coverage data of a known version"),
        (HEADER + record(BLOCK, 1) + record(BLOCK, 1)[:40], "coverage.dat:3: damaged coverage data"),
    ],
)
def test_a_damaged_file_is_said_to_be(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "coverage.dat"
    path.write_bytes(content)
    with pytest.raises(BuildError, match=message):
        read(path)


def test_only_modules_of_the_device_count() -> None:
    names = {source.name for source in counted(load("redmule"))}
    assert {"redmule_top.sv", "redmule_ce.sv"} <= names
    assert not {name for name in names if "fpnew" in name or name.endswith("_pkg.sv") or name == "lzc.sv"}
    assert "redmule_probe.sv" not in names  # bound: it measures the device


def test_everything_else_is_left_out_by_name() -> None:
    device = load("redmule")
    text = configuration(device, bench_model(device).sources)
    parts = [line.split('"')[1] for line in text.splitlines() if " -lines " in line]
    off = {line.split('"')[1] for line in text.splitlines() if " -lines " not in line}
    for name in ("fpnew_fma.sv", "lzc.sv", "redmule_pkg.sv", "redmule_probe.sv", "tb_top.sv", "dut_shell.sv"):
        assert f"*/{name}" in off
    own = {f"*/{source.name}" for source in counted(device)}
    assert not own & off
    assert set(parts) <= own  # of these the assertions alone
    assert all(name.endswith(".sv") for name in off)


def test_waivers_that_are_made_for_foreign_sources_are_no_sources(tmp_path: Path) -> None:
    """They are texts, of which no file exists; a foreign source may be in another encoding."""
    path = write(tmp_path, 'lint = "off"' + FULL)
    (tmp_path / "a.sv").write_bytes("module a; endmodule // übrig\n".encode("latin-1"))
    device = load(path)
    assert ".vlt" not in configuration(device, bench_model(device).sources)
