# SPDX-License-Identifier: Apache-2.0
"""Mutation operators propose the described changes, and the choice among them is stable."""

import tomllib

import pytest

from regressions.mutants.defects import Change
from regressions.mutants.generate import choose, to_toml
from regressions.mutants.operators import OPERATORS, candidates
from regressions.mutants.source import VerilogSource

TEXT = """\
module example (input logic clk_i, input logic rst_ni, input logic [3:0] a_i, output logic [3:0] b_q);
  localparam int unsigned LIMIT = 4'd3;
  logic more;
  assign more = !a_i[0] && a_i[3:1] < 3'd4;
  logic [3:0] b_d;
  always_comb begin
    b_d = more ? a_i : b_q;
    if (a_i >= b_q) b_d = a_i - b_q;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) b_q <= '0;
    else b_q <= b_d;
  end
endmodule
"""


def replacements(operator: str) -> set[str]:
    return {c.change.replacement for c in candidates(VerilogSource(TEXT)) if c.operator == operator}


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("negate", {"assign more = a_i[0] && a_i[3:1] < 3'd4;", "if (!(a_i >= b_q)) b_d = a_i - b_q;"}),
        ("off_by_one", {"assign more = !a_i[0] && a_i[3:1] <= 3'd4;", "if (a_i > b_q) b_d = a_i - b_q;"}),
        ("constant", {"assign more = !a_i[0] && a_i[3:1] < 3'd5;"}),
        ("connective", {"assign more = !a_i[0] || a_i[3:1] < 3'd4;", "if (a_i >= b_q) b_d = a_i + b_q;"}),
        (
            "swap",
            {
                "b_d = more ? b_q : a_i;",
                "if (b_q >= a_i) b_d = a_i - b_q;",
                "if (a_i >= b_q) b_d = b_q - a_i;",
            },
        ),
        ("drop", {""}),
    ],
)
def test_operator_proposes(operator: str, expected: set[str]) -> None:
    assert replacements(operator) == expected


def test_a_dropped_assignment_leaves_its_label() -> None:
    case = " unique case (s)\n  A, B: y = b;\n  C: z = a;\n  default: ;\n endcase\n"
    text = f"always_comb begin\n y = a;\n{case}end\n"
    found = [c.change.replacement for c in candidates(VerilogSource(text)) if c.operator == "drop"]
    assert found == ["A, B: ;"]


def test_neither_defaults_nor_resets_nor_constants_of_compilation_are_touched() -> None:
    lines = {c.change.line for c in candidates(VerilogSource(TEXT))}
    assert not any(line.startswith(("localparam", "module", "if (!rst_ni)")) for line in lines)
    dropped = {c.change.line for c in candidates(VerilogSource(TEXT)) if c.operator == "drop"}
    assert dropped == {"if (a_i >= b_q) b_d = a_i - b_q;"}


def test_choice_depends_on_seed_and_lines_not_on_their_place() -> None:
    sources = {"example.sv": candidates(VerilogSource(TEXT))}
    chosen = [one.id for one in choose(sources, 1, 5)]
    text = "// one more line\n" + TEXT.replace("  logic more;", "  logic more;\n")
    moved = {"example.sv": candidates(VerilogSource(text))}
    assert [one.id for one in choose(moved, 1, 5)] == chosen
    assert [one.id for one in choose(sources, 2, 5)] != chosen


def test_no_line_is_chosen_twice_and_taken_changes_are_left_out() -> None:
    sources = {"example.sv": candidates(VerilogSource(TEXT))}
    chosen = choose(sources, 1, 100)
    places = [(one.candidate.change.line, one.candidate.change.ordinal) for one in chosen]
    assert len(set(places)) == len(places) == len({c.change.line for c in candidates(VerilogSource(TEXT))})
    taken = [(one.file, one.candidate.change) for one in chosen]
    assert not {(one.file, one.candidate.change) for one in choose(sources, 1, 100, taken)} & set(taken)


def test_every_operator_is_used() -> None:
    text = "".join(
        f"always_comb begin\n y{i} = a{i};\n if (a{i} < b{i} && c{i}) y{i} = a{i} - 4'd{i};\n"
        f" y{i} = s{i} ? a{i} : b{i};\n if (c{i} <= d{i}) z{i} = e{i} + 3'd{i};\nend\n"
        for i in range(6)
    )
    source = VerilogSource(f"module m;\n{text}endmodule\n")
    used = {one.candidate.operator for one in choose({"m.sv": candidates(source)}, 1, 12)}
    assert used == set(OPERATORS)


def test_data_are_written_as_they_are_read() -> None:
    chosen = choose({"example.sv": candidates(VerilogSource(TEXT))}, 1, 5)
    text = to_toml("example", 1, chosen, {})
    table = tomllib.loads(text)
    read = [Change(d["line"], d["replacement"], d.get("ordinal", 0)) for d in table["defect"]]
    assert read == [one.candidate.change for one in chosen]
