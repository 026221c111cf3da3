# SPDX-License-Identifier: Apache-2.0
"""`make new-dut`: what it matches, writes and says. A device that runs behind what it wrote is a stranger."""

import pytest

from models.timing import Instance
from regressions.new_dut.elaborate import elaborate
from regressions.new_dut.match import contract
from regressions.new_dut.names import meaning, parameter
from tb.descriptor import load
from tb.sources import Sources
from tests.runner.harness import Runner

HELD = """package held_pkg;
  typedef struct packed {logic req; logic [31:0] addr; logic we; logic [19:0] be; logic [159:0] wdata;} ask_t;
  typedef struct packed {logic gnt; logic [159:0] r_data; logic r_valid;} answer_t;
endpackage
interface ctrl_intf #(parameter int ID = 8) (input logic clk);
  logic req, gnt, wen, r_valid;
  logic [31:0] add, data, r_data;
  logic [3:0] be;
  logic [ID-1:0] id, r_id;
  modport slave(input req, add, wen, be, data, id, output gnt, r_data, r_valid, r_id);
endinterface
module held
  import held_pkg::*;
#(parameter int ARRAY_HEIGHT = 4, ARRAY_WIDTH = 12, PIPE_REGS = 3, DATA_W = 32)
(
  input logic clk_i, input logic rst_ni, output logic [3:0] evt_o, output logic [1:0] busy_o,
  output ask_t tcdm_req_o, input answer_t tcdm_rsp_i, ctrl_intf.slave periph,
  input logic [2:0] fancy_i, output logic odd_o [4], inout wire pad
);
endmodule
"""


def contract_module(name: str, changes: dict[str, str]) -> str:
    """A module with the contract's ports."""
    ports = [f"{port.direction} {port.type} {port.name}" for port in contract(64, 2)]
    text = f"module {name} #(H = 2, L = 3, P = 1, DW = 64, N_CORES = 2) ({', '.join(ports)}); endmodule\n"
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def new_dut(runner: Runner, text: str, *arguments: str) -> int:
    (runner.folder / "rtl").mkdir(exist_ok=True)
    (runner.folder / "rtl" / "a.sv").write_text(text)
    (runner.folder / "my.f").write_text("rtl/a.sv\n")
    return runner("new-dut", "--files", str(runner.folder / "my.f"), *arguments)


def test_a_device_with_the_ports_of_the_contract_needs_a_descriptor_alone(runner: Runner) -> None:
    out = runner.folder / "out"
    assert new_dut(runner, contract_module("exact", {}), "--out", str(out)) == 0
    assert [path.name for path in out.iterdir()] == ["exact.toml"]
    device = load(out / "exact.toml")
    assert device.parameters == {"H": 2, "L": 3, "P": 1, "DW": 64, "N_CORES": 2}
    assert (device.top, device.lint, device.cycle_bound.kind) == ("exact", "off", "section8")
    assert device.sources == (runner.folder / "rtl" / "a.sv",)
    assert "23 of 23 ports of the contract found" in runner.out
    assert f"make run TEST=gemm_ops:0:5 DUT={out / 'exact.toml'}" in runner.out


def test_what_is_there_is_not_replaced(runner: Runner) -> None:
    (runner.folder / "exact.toml").write_text("mine")
    assert new_dut(runner, contract_module("exact", {})) == 2
    assert "exact.toml is there already; remove it, or name another folder with OUT=" in runner.err
    assert (runner.folder / "exact.toml").read_text() == "mine"


def test_structures_and_interfaces_are_taken_apart(runner: Runner) -> None:
    assert new_dut(runner, HELD) == 0
    device = load(runner.folder / "held.toml")
    assert device.instance == Instance(4, 12, 3, 128)
    assert device.n_cores == 2
    top = elaborate("held_contract", Sources(device.sources, (), (), {}))
    assert not top.problems
    assert {(port.name, port.width) for port in top.ports} == {
        (port.name, port.width) for port in contract(128, 2)
    }
    wrapper = device.sources[-1].read_text()
    for line in (
        "ctrl_intf device_periph (.clk(clk_i));  // TODO: ID = 8, unless given",
        "assign tcdm_wen_o = ~device_tcdm_req_o.we;  // TODO: taken for the complement",
        "assign device_tcdm_rsp_i.r_data = tcdm_r_data_i;\n",
        "assign device_periph.add = periph_add_i;\n",
        "assign busy_o = 1'(device_busy_o);  // TODO: 2 bits, the contract has 1",
        ".fancy_i('0),  // TODO: nothing in the contract stands for it",
        ".pad()  // TODO: logic cannot be connected to a vector of bits",
    ):
        assert line in wrapper
    assert "of no use to the contract: fancy_i (logic[2:0]), odd_o (logic$[0:3]), pad (logic)" in runner.out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("busy_o", "idle_o", "assign busy_o = '0;  // TODO: nothing in the device stands for it"),
        ("clk_i", "CLK_I", "      .CLK_I(clk_i),\n"),
        ("[95:0] tcdm_r_data_i", "[127:0] tcdm_r_data_i", "(128'(tcdm_r_data_i)),  // TODO: 128 bits"),
        ("logic tcdm_gnt_i", "logic [2:0] tcdm_gnt_i", ".tcdm_gnt_i({3{tcdm_gnt_i}}),  // TODO: 3 bits"),
    ],
)
def test_ports_that_differ(runner: Runner, old: str, new: str, line: str) -> None:
    assert new_dut(runner, contract_module("other", {old: new})) == 0
    assert line in (runner.folder / "other_contract.sv").read_text()


def test_errors_of_the_sources_are_shown_by_file_and_line(runner: Runner) -> None:
    bad = "".join(f"\nmissing{number} i_{number} ();" for number in range(25))
    text = contract_module("top", {"endmodule": f"{bad} endmodule"})
    assert new_dut(runner, text, "--top", "top") == 0
    lines = [line for line in runner.out.splitlines() if "rtl/a.sv:" in line]
    assert len(lines) == 20
    assert lines[0].startswith(f"{runner.folder / 'rtl' / 'a.sv'}:2: unknown module 'missing0'")
    assert "... and 5 more" in runner.out


LACKING = """`include "common_cells/registers.svh"
module lacking import fpnew_pkg::*; (input logic clk_i, input logic rst_ni, output logic busy_o);
  localparam int unsigned BITS = cf_math_pkg::idx_width(5);
  fpnew_fma #(.FpFormat(FP16)) i_fma ();
  absent i_absent ();
endmodule
"""


def test_files_that_come_with_the_bench_are_added(runner: Runner) -> None:
    assert new_dut(runner, LACKING) == 0
    device = load(runner.folder / "lacking.toml")
    own = [runner.folder / "rtl" / "a.sv", runner.folder / "lacking_contract.sv"]
    names = [path.name for path in device.sources]
    assert set(names[:2]) == {"fpnew_pkg.sv", "cf_math_pkg.sv"}, "packages come first"
    assert set(names[2:-2]) == {"fpnew_fma.sv", "fpnew_rounding.sv", "fpnew_classifier.sv", "lzc.sv"}
    assert device.sources[-2:] == tuple(own)
    assert [path.name for path in device.includes] == ["include"]
    assert "added, of those that come with the bench: {fpnew}/fpnew_pkg.sv" in runner.out
    top = elaborate("lacking", Sources(device.sources, device.includes, (), {}))
    assert [problem.rpartition(": ")[2] for problem in top.problems] == ["unknown module 'absent'"]


def test_files_that_come_with_the_bench_can_be_named(runner: Runner) -> None:
    named = ["{common_cells}/cf_math_pkg.sv", "{common_cells}/lzc.sv"]
    assert runner("new-dut", "--top", "lzc", "--files", *named, "--out", str(runner.folder)) == 0
    written = (runner.folder / "lzc.toml").read_text()
    assert [line.strip(' ",') for line in written.splitlines() if "{common_cells}" in line] == named
    assert "come with the bench" not in runner.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--top", "tpo"), "TOP: no module 'tpo'; did you mean 'top'?"),
        ((), "TOP: name the top module; Known: other, top"),
    ],
)
def test_a_top_that_is_not_there(runner: Runner, arguments: tuple[str, ...], words: str) -> None:
    assert new_dut(runner, "module top; endmodule\nmodule other; endmodule\n", *arguments) == 2
    assert words in runner.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("e.f", "\n", "e.f names no source; add one"),
        ("e.sv", "\n", "there is no module in e.sv; name its file"),
    ],
)
def test_nothing_in_the_files(runner: Runner, name: str, text: str, words: str) -> None:
    (runner.folder / name).write_text(text)
    assert runner("new-dut", "--files", str(runner.folder / name)) == 2
    assert words in runner.err


def test_no_files(runner: Runner) -> None:
    assert runner("new-dut") == 2
    assert "FILES: name a list" in runner.err


def test_a_file_that_is_missing_in_a_list(runner: Runner) -> None:
    (runner.folder / "my.f").write_text("\nnone.sv\n")
    assert runner("new-dut", "--files", str(runner.folder / "my.f")) == 2
    assert f"{runner.folder / 'my.f'}:2: no file 'none.sv'" in runner.err


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("i_clk", "clk_i"),
        ("CLOCK", "clk_i"),
        ("dataRdata", "tcdm_r_data_i"),
        ("mem_rsp_valid_i", "tcdm_r_valid_i"),
        ("ctrl_ready", "periph_gnt_o"),
        ("regs_rvalid", "periph_r_valid_o"),
        ("scan_mode_i", "test_mode_i"),
        ("irq_o", "evt_o"),
    ],
)
def test_words_of_others(name: str, own: str) -> None:
    assert meaning(name) == meaning(own)


def test_what_is_high_where_the_contract_is_low() -> None:
    assert [meaning(name).opposite for name in ("rst_ni", "rstn", "aresetn", "rst", "reset_i", "mem_we")] == [
        *(False, False, False),
        *(True, True, True),
    ]


def test_parameters_of_others() -> None:
    names = ("ARRAY_HEIGHT", "W", "NumPipeRegs", "DataWidth", "NB_CORES", "WHAT")
    assert [parameter(name) for name in names] == ["H", "L", "P", "DW", "N_CORES", None]
