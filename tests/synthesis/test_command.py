# SPDX-License-Identifier: Apache-2.0
"""The commands `make synth` and `make prove` from their options to their exit codes."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from regressions import cli
from regressions.commands import activity, synthesis
from regressions.synthesis import baseline
from tests.extras import extra


def _error(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> str:
    assert cli.main(list(arguments)) == 2
    return capsys.readouterr().err


def test_what_cannot_be_done_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra()
    build = ("--build", str(tmp_path))
    assert "memories are macros" in _error(capsys, ["synth", "--dut", "cluster_2", *build])
    assert "CELLS=" in _error(capsys, ["synth", "--cells", "none.lib", *build])
    assert "nothing of this name is proven; there are" in _error(
        capsys, ["prove", "--tests", "nothing", *build]
    )


def test_a_device_that_is_none_is_told_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(synthesis, "find_yosys", lambda: pytest.fail("it was to be installed"))
    monkeypatch.setattr(activity, "find_yosys", lambda: pytest.fail("it was to be installed"))
    for command in ("synth", "activity"):
        for dut, said in (("foo", "unknown device 'foo'"), ("cluster_2", "memories are macros")):
            assert said in _error(capsys, [command, "--dut", dut, "--build", str(tmp_path)])


def test_only_generic_cells_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = tmp_path / "own.lib"
    library.write_text("library(own) {\n  cell(NAND2) { area : 1; }\n}\n")
    arguments = ["synth", "--netlist", "--cells", str(library), "--build", str(tmp_path)]
    assert "NETLIST=1 knows the generic cells alone" in _error(capsys, arguments)


def test_growth_fails_the_command_until_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The device is a module of the array with three findings of its own, and kept figures elsewhere."""
    extra()
    monkeypatch.setattr(baseline, "FILE", tmp_path / "kept.json")
    monkeypatch.setattr(baseline.read, "__defaults__", (tmp_path / "kept.json",))
    monkeypatch.setattr(baseline.write, "__defaults__", (tmp_path / "kept.json",))
    device = tmp_path / "walker.toml"
    root = Path(__file__).parents[2]
    source = tmp_path / "redmule_row_walker.sv"
    text = (root / "rtl" / "redmule" / "redmule_row_walker.sv").read_text()
    source.write_text(text)
    device.write_text(
        f'base = "{root}/tb/duts/redmule.toml"\nname = "walker"\ntop = "redmule_row_walker"\n'
        f'sources = ["{root}/rtl/redmule/redmule_pkg.sv", "redmule_row_walker.sv"]\n'
        "binds = []\nparameters = { PIECE = 32 }\n"
        "instance = { h = 4, l = 12, p = 3, dw = 256 }\n"
    )
    options = ["synth", "--dut", str(device), "--build", str(tmp_path / "build"), "--jobs", "1"]
    assert cli.main(options) == 1
    assert "nothing of it is kept yet" in capsys.readouterr().out
    assert cli.main([*options, "--keep"]) == 0
    assert cli.main(options) == 0
    wider = text.replace("logic        valid_q;", "logic        valid_q;\n  logic [31:0] more_q;")
    wider = wider.replace(
        "assign valid_o    = valid_q;",
        "assign valid_o    = valid_q && more_q != '1;\n"
        "  always_ff @(posedge clk_i) more_q <= more_q + stride_i;",
    )
    assert wider.count("more_q") == 4
    source.write_text(wider)
    assert cli.main(options) == 1
    assert "flip-flops" in capsys.readouterr().out
    written = json.loads((tmp_path / "build" / "reports" / "synthesis.json").read_text())
    assert written["wrong"] >= 2
