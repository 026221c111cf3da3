# SPDX-License-Identifier: Apache-2.0
"""Assertions of the RTL (docs/rtl-style.md): where they are, in what form, and what a failing one does."""

import re
import subprocess
from pathlib import Path

import pytest

from regressions import cli
from regressions.cluster.units import UNITS, build_unit
from regressions.mutants.rewrite import PACKAGE
from tb.paths import ROOT

RTL = ROOT / "rtl"
GUARD = re.compile(r"^`ifndef RTL_NO_ASSERTIONS\n(.*?)^`endif\n\nendmodule$", re.DOTALL | re.MULTILINE)
# The one form that simulator and formal front ends read alike: in a process that holds nothing else.
PROCESS = re.compile(
    r"^(?P<indent> +)always @\(posedge clk_i\) if \(rst_ni\) begin\n(?P<content>.*?)^(?P=indent)end$",
    re.DOTALL | re.MULTILINE,
)
ASSERTION = re.compile(
    r"^ +(?P<label>[a-z]\w*): assert \((?P<property>[^;]*?)\)\n"
    r" +else \$(?:error|warning)\(\"(?P<text>[^\"]+)\"\);\n",
    re.MULTILINE,
)
FUNCTIONS = {"$past", "$stable", "$onehot", "$onehot0", "$countones"}

_ARITHMETIC = "arithmetic without a state, checked over all codes or by every result"
_WIRES = "connects its parts, which have their own"
_MEMORY = "a memory: what it holds is checked by every result"
_OBSERVER = "observes the device and is no part of it"
EXCEPTIONS = {
    "redmule_arbiter": "has no clock: redmule_streamer asserts what it gives",
    "redmule_compare": "has no clock: redmule_retry asserts what follows from it",
    "redmule_guard": _WIRES,
    "redmule_halves": "has no clock: the buffers assert which rows they get",
    "redmule_top": _WIRES,
    "redmule_array": _WIRES,
    "redmule_cast_in": _ARITHMETIC,
    "redmule_cast_out": _ARITHMETIC,
    "redmule_ce": "compiled once for all compute elements, and decides nothing",
    "redmule_copy_cast": _ARITHMETIC,
    "redmule_cover": _OBSERVER,
    "redmule_minmax": _ARITHMETIC,
    "redmule_probe": _OBSERVER,
    "redmule_row": _WIRES,
    "cluster_bank_mux": "has no clock: cluster_tcdm asserts what it gives",
    "cluster_code": _MEMORY,
    "cluster_core": _WIRES,
    "cluster_l2": _MEMORY,
    "cluster_system": _WIRES,
    "cluster_tcdm_bank": _MEMORY,
    "cluster_top": _WIRES,
    "cv32e40p_clock_gate": "a cell of the core's package, a wire",
    "cv32e40p_fp_wrapper": "chooses the configuration of the package's unit",
    "serial_alu": _ARITHMETIC,
    "serial_convert": _ARITHMETIC,
    "serial_minmax": _ARITHMETIC,
    "serial_narrow": _ARITHMETIC,
    "serial_widen": _ARITHMETIC,
}
SOURCES = {
    path.stem: path
    for path in sorted(RTL.rglob("*.sv"))
    if re.search(r"^module ", path.read_text(), re.MULTILINE)
}


def assertions(path: Path) -> list[re.Match[str]]:
    """The assertions of a module, all of which stand in one guarded block at its end."""
    return [
        match
        for block in GUARD.findall(re.sub(r"//.*", "", path.read_text()))
        for process in PROCESS.finditer(block)
        for match in ASSERTION.finditer(process["content"])
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_that_decides_asserts(name: str) -> None:
    found = assertions(SOURCES[name])
    assert bool(found) != (name in EXCEPTIONS), "neither an assertion nor a reason, or both"


@pytest.mark.parametrize("name", SOURCES)
def test_assertions_have_one_form(name: str) -> None:
    text = re.sub(r"//.*", "", SOURCES[name].read_text())
    found = assertions(SOURCES[name])
    assert len(found) == len(re.findall(r"\b(?:assert|assume)\b", text)), "not as docs/rtl-style.md has them"
    for block in GUARD.findall(text):
        for process in PROCESS.finditer(block):
            assert not ASSERTION.sub("", process["content"]).strip(), "something besides assertions"
        rest = PROCESS.sub("", block)
        loops = r"^  for \(genvar .*\) begin : gen_\w+\n\s*^  end\n"
        assert not re.sub(loops, "", rest, flags=re.MULTILINE).strip(), "something besides assertions"
    labels = [match["label"] for match in found]
    assert sorted(set(labels)) == sorted(labels)
    for match in found:
        assert "|->" not in match["property"], match["label"]
        assert "|=>" not in match["property"], match["label"]
        assert set(re.findall(r"\$\w+", match["property"])) <= FUNCTIONS, match["label"]


def test_exceptions_are_modules() -> None:
    assert set(EXCEPTIONS) <= set(SOURCES)


def test_array_and_cluster_have_many() -> None:
    count = {
        folder: sum(len(assertions(path)) for path in SOURCES.values() if path.parent.name == folder)
        for folder in ("redmule", "cluster")
    }
    print(count)
    assert count["redmule"] >= 60
    assert count["cluster"] >= 50


def test_campaigns_of_defects_have_none() -> None:
    assert "\n`define RTL_NO_ASSERTIONS\n" in PACKAGE


@pytest.mark.sim
def test_one_that_fails_is_a_crash_with_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The serial device forgets that it is busy: its own assertion ends the simulation at the first event."""
    name = "redmule_serial.sv"
    text = (RTL / "serial" / name).read_text()
    changed = text.replace("assign busy_o = jobs_pending || raised;", "assign busy_o = raised;")
    assert changed != text
    (tmp_path / name).write_text(changed)
    sources = [
        *("{common_cells}/cf_math_pkg.sv", "{common_cells}/lzc.sv", "{fpnew}/fpnew_pkg.sv"),
        *(f"{{fpnew}}/fpnew_{part}.sv" for part in ("classifier", "rounding", "fma", "noncomp")),
        str(RTL / "serial" / "serial_pkg.sv"),
        *(str(path) for path in sorted((RTL / "serial").glob("serial_*.sv")) if path.stem != "serial_pkg"),
        name,
    ]
    device = tmp_path / "forgetful.toml"
    device.write_text(f'base = "{ROOT}/tb/duts/serial.toml"\nname = "forgetful"\nsources = {sources}\n')
    options = ["--kind", "fast", "--build", str(tmp_path / "build")]
    assert cli.main(["run", "--dut", str(device), "--test", "edges_sizes:0:1", *options]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "crash" in out
    assert "event_is_busy: an event while not busy (contract A4.3)" in out


@pytest.mark.sim
def test_one_that_fails_ends_a_bench_of_single_modules(tmp_path: Path) -> None:
    """The DMA's registers queue a transfer without room: the queue says so."""
    name = "cluster_dma_regs.sv"
    text = (RTL / "cluster" / name).read_text()
    changed = text.replace("push_o   = start && in_range && !full_i;", "push_o   = start && in_range;")
    changed = changed.replace("push_o -> !full_i && legal", "push_o -> legal")
    assert changed.count("full_i") == text.count("full_i") - 2
    (tmp_path / name).write_text(changed)
    unit = UNITS["dma"]
    bench = build_unit(unit, tmp_path / "build.log", {name: tmp_path / name})
    command = [str(bench), "0", str(unit.amount)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "push_has_room: an entry is pushed while full" in done.stdout + done.stderr
