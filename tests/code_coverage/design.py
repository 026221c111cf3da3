# SPDX-License-Identifier: Apache-2.0
"""A source of a few lines, its points, and coverage data as the simulator writes it."""

from collections import Counter
from pathlib import Path

from msgspec.structs import replace

from regressions.code_coverage.data import Data
from regressions.simulators.points import Kind, Point
from tb.descriptor import load
from tb.exchange.device import Descriptor

TEXT = """module unit (
    input logic [1:0] a_i,
    output logic b_o
);
  always_comb begin
    b_o = 1'b0;
    if (a_i[0]) b_o = 1'b1;
    else b_o = a_i[1];
    if (a_i == 2'b11)
      b_o = 1'b0;
  end
endmodule
"""

BLOCK = Point("unit.sv", 5, 3, Kind.LINE, "block", "5-7,9")
THEN = Point("unit.sv", 7, 5, Kind.BRANCH, "if", "7")
ELSE = Point("unit.sv", 7, 6, Kind.BRANCH, "else", "8")
RARE = Point("unit.sv", 9, 5, Kind.BRANCH, "if", "10")
OFTEN = Point("unit.sv", 9, 6, Kind.BRANCH, "else")
TERM = Point("unit.sv", 9, 9, Kind.EXPR, "((a_i == 2'h3)==0) => 0")
RISE = Point("unit.sv", 2, 23, Kind.TOGGLE, "a_i[1]:0->1")
FALL = Point("unit.sv", 2, 23, Kind.TOGGLE, "a_i[1]:1->0")

EVERYTHING = Counter({BLOCK: 9, THEN: 4, ELSE: 5, RARE: 0, OFTEN: 9, TERM: 9, RISE: 3, FALL: 0})


def device(folder: Path, rules: str = "") -> Descriptor:
    """A device of this source alone, with `coverage.toml` beside it if there are rules."""
    (folder / "unit.sv").write_text(TEXT)
    if rules:
        (folder / "coverage.toml").write_text(rules)
    return replace(load("serial"), name="unit", top="unit", sources=(folder / "unit.sv",))


def data(**tests: Counter[Point]) -> Data:
    """Hits of the tests."""
    result = Data("unit")
    for test, hits in (tests or {"all": EVERYTHING}).items():
        result.add(test, hits)
    return result


def record(point: Point, count: int, instance: str = "tb_top.i_dut.i_device", module: str = "unit") -> bytes:
    """A record of `coverage.dat`."""
    fields = {
        "f": f"/elsewhere/rtl/{point.file}",
        "l": str(point.line),
        "n": str(point.column),
        "t": point.kind.value,
        "page": f"v_{point.kind}/{module}",
        "o": point.name,
        **({"S": point.lines} if point.lines else {}),
        "h": instance,
    }
    key = "".join(f"\x01{name}\x02{value}" for name, value in fields.items())
    return f"C '{key}' {count}\n".encode()
