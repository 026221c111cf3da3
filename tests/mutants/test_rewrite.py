# SPDX-License-Identifier: Apache-2.0
"""Changes become conditional at the smallest statement or expression around them; nothing else changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from regressions.mutants.acting import Acting, plain_words
from regressions.mutants.changes import ChangeError, place
from regressions.mutants.defects import Change
from regressions.mutants.rewrite import instrument
from regressions.mutants.source import SourceError, VerilogSource

MODULE = """\
module example #(
  parameter int unsigned W = 8  // width
) (
  input  logic       clk_i,
  input  logic [7:0] a_i,
  output logic [7:0] b_o
);

  logic [7:0] sum, next_d, state_q;
  assign sum = a_i + 8'd1;  // with a ; in it
  assign next_d = (a_i == 8'd3)
      ? sum : state_q;

  for (genvar i = 0; i < 2; i++) begin : gen_part
    if (W > 4) begin : gen_wide
      part #(
        .W(W)
      ) i_part (
        .clk_i,
        .in_i (a_i & sum),
        .out_o(b_o)
      );
    end
  end

  always_ff @(posedge clk_i) begin
    if (a_i[0] && a_i[1]) state_q <= next_d;
    else if (a_i[2]) state_q <= '0;
  end

  always_comb begin
    unique case (a_i)
      8'd0: next_d = sum;
      8'd1, 8'd2: if (sum[0]) next_d = a_i;
      default: ;
    endcase
    for (int i = 0; i < 4; i++) next_d[i] = a_i[i];
    if (a_i[3]) begin
      automatic logic [7:0] twice = a_i << 1;
      next_d = sum;
    end
    tile = '{first: a_i[0], last: a_i[1]};
  end

endmodule
"""


def rewritten(line: str, replacement: str, ordinal: int = 0, number: int = 7) -> str:
    """The line of the rewritten module that took the place of a line."""
    source = VerilogSource(MODULE)
    text = instrument(source, {number: place(source, Change(line, replacement, ordinal))})
    before, after = MODULE.split("\n"), text.split("\n")
    assert len(before) == len(after), "lines have moved"
    differing = [new.strip() for old, new in zip(before, after, strict=True) if old != new]
    assert len(differing) == 1
    return differing[0]


def either(new: str, old: str, number: int = 7) -> str:
    """An expression that a defect switches."""
    return f"((mutant_pkg::active == {number}) ? ({new}) : ({old}))"


def one_of(new: str, old: str, number: int = 7) -> str:
    """A statement that a defect switches."""
    return f"begin if (mutant_pkg::active == {number}) begin {new} end else begin {old} end end"


@pytest.mark.parametrize(
    ("line", "old", "new", "switched"),
    [
        ("assign sum = a_i + 8'd1;", "a_i + 8'd1", "a_i - 8'd1", either),
        ("if (a_i[0] && a_i[1]) state_q <= next_d;", "a_i[0] && a_i[1]", "a_i[0]", either),
        ("else if (a_i[2]) state_q <= '0;", "state_q <= '0;", "state_q <= '1;", one_of),
        ("8'd0: next_d = sum;", "next_d = sum;", "next_d = a_i;", one_of),
        ("8'd1, 8'd2: if (sum[0]) next_d = a_i;", "sum[0]", "!sum[0]", either),
        (
            *("for (int i = 0; i < 4; i++) next_d[i] = a_i[i];", "next_d[i] = a_i[i];"),
            *("next_d[i] = a_i[i+1];", one_of),
        ),
        ("next_d = sum;", "next_d = sum;", "", one_of),
        (".in_i (a_i & sum),", "a_i & sum", "a_i | sum", either),
        ("automatic logic [7:0] twice = a_i << 1;", "a_i << 1", "a_i", either),
        ("tile = '{first: a_i[0], last: a_i[1]};", "a_i[1]", "1'b1", either),
        ("unique case (a_i)", "a_i", "sum", either),
    ],
)
def test_a_change_is_selected(line: str, old: str, new: str, switched: Callable[[str, str], str]) -> None:
    assert line.count(old) == 1
    code = rewritten(line, line.replace(old, new)).partition("  //")[0]
    assert code == line.replace(old, switched(new, old))


def test_a_port_connected_by_name_is_switched() -> None:
    assert rewritten(".clk_i,", ".clk_i(1'b0),") == ".clk_i((mutant_pkg::active == 7) ? (1'b0) : (clk_i)),"


def test_statement_of_several_lines_is_switched_as_a_whole() -> None:
    source = VerilogSource(MODULE)
    placed = place(source, Change("? sum : state_q;", "? state_q : sum;"))
    text = instrument(source, {3: placed})
    assert placed.rows == range(11, 13)
    assert (
        "assign next_d = ((mutant_pkg::active == 3) ? ((a_i == 8'd3) ? state_q : sum) : ((a_i == 8'd3)\n"
        "      ? sum : state_q));\n"
    ) in text


def test_changes_inside_and_around_each_other_and_on_one_place() -> None:
    source = VerilogSource("always_comb begin\n  if (a) x = b;\nend\n")
    line = "if (a) x = b;"
    changes = [
        Change(line, "if (!a) x = b;"),
        Change(line, "if (a) x = c;"),
        Change(line, ""),
        Change(line, "if (a) x = d;"),
    ]
    text = instrument(source, {number: place(source, change) for number, change in enumerate(changes, 1)})
    inner = one_of("x = d;", one_of("x = c;", "x = b;", 2), 4)
    statement = f"if ({either('!a', 'a', 1)}) {inner}"
    assert text.split("\n")[1] == f"  {one_of('', statement, 3)}"


@pytest.mark.parametrize(
    ("line", "replacement", "reason"),
    [
        ("parameter int unsigned W = 8", "parameter int unsigned W = 9", "fixed when the design is compiled"),
        (".W(W)", ".W(W + 1)", "a parameter is fixed"),
        ("if (W > 4) begin : gen_wide", "if (W > 8) begin : gen_wide", "generate block"),
        (
            "for (genvar i = 0; i < 2; i++) begin : gen_part",
            "for (genvar i = 0; i < 3; i++) begin : gen_part",
            "'for'",
        ),
        ("logic [7:0] sum, next_d, state_q;", "logic [6:0] sum, next_d, state_q;", "fixed"),
        ("assign sum = a_i + 8'd1;", "", "only the right-hand side"),
        (
            "automatic logic [7:0] twice = a_i << 1;",
            "automatic logic [7:0] thrice = a_i << 1;",
            "of an 'automatic' only the right-hand side",
        ),
        ("assign sum = a_i + 8'd1;", "assign sun = a_i + 8'd1;", "only the right-hand side"),
        ("if (a_i[0] && a_i[1]) state_q <= next_d;", "", "does not fit: syntax error in line 28: expected"),
        ("if (a_i[3]) begin", "", "does not fit|frame of a block"),
        ("8'd0: next_d = sum;", "", "the label of a case cannot be switched"),
        ("8'd0: next_d = sum;", "8'd3: next_d = sum;", "the label of a case cannot be switched"),
        ("always_ff @(posedge clk_i) begin", "always_ff @(negedge clk_i) begin", "header of '@'"),
        ("assign sum = a_i + 8'd1;", "assign sum = (a_i + 8'd1;", "does not fit"),
        ("assign sum = a_i + 8'd1;", "assign  sum = a_i + 8'd1;", "changes nothing"),
    ],
)
def test_change_that_cannot_be_switched_says_why(line: str, replacement: str, reason: str) -> None:
    with pytest.raises(ChangeError, match=reason):
        place(VerilogSource(MODULE), Change(line, replacement))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change("assign gone = a_i;", "assign gone = 0;"), "no line reads 'assign gone = a_i;'"),
        (Change("x = a;", "x = b;"), "2 lines read 'x = a;'; say which with ordinal = 1..2"),
        (Change("x = a;", "x = b;", 3), "only 2 lines read 'x = a;'"),
        (Change("", "x = b;"), "no line reads"),
    ],
)
def test_line_that_does_not_apply_is_one_clear_message(change: Change, reason: str) -> None:
    with pytest.raises(ChangeError, match=reason) as error:
        place(VerilogSource("always_comb begin\n  x = a;\n  x = a;\nend\n"), change)
    assert "\n" not in str(error.value)


def test_ordinal_chooses_among_equal_lines() -> None:
    source = VerilogSource("always_comb begin\n  x = a;\n  x = a;\nend\n")
    text = instrument(source, {1: place(source, Change("x = a;", "x = b;", 2))})
    assert text.split("\n")[1] == "  x = a;"
    assert "x = b;" in text.split("\n")[2]


def test_blanks_and_comments_are_no_part_of_a_line() -> None:
    source = VerilogSource("always_comb begin\n\tx = a;  // why\nend\n")
    text = instrument(source, {1: place(source, Change("x = a;", "x = b;"))})
    assert text.split("\n")[1].endswith("begin x = a; end end  // why")


LOCK = "always_comb begin\n  if (clear_i)   lock_d = 1'b0;\n  kept_d = lock_d;\nend\n"


def test_alignment_outside_of_a_difference_is_no_part_of_it() -> None:
    source = VerilogSource(LOCK)
    placed = place(source, Change("if (clear_i)   lock_d = 1'b0;", "if (clear_i && ready_i) lock_d = 1'b0;"))
    assert placed.form == "clear_i && ready_i"
    text = instrument(source, {4: placed})
    assert text.split("\n")[1] == f"  if ({either('clear_i && ready_i', 'clear_i', 4)})   lock_d = 1'b0;"


@pytest.mark.parametrize(
    ("line", "replacement", "form", "reason"),
    [
        (
            "if (clear_i)   lock_d = 1'b0;",
            "if (!clear_i)   lock_d = 1'b0;",
            "clear_i",
            "'clear_i .*'! clear_i",
        ),
        ("kept_d = lock_d;", "kept_d = !lock_d;", "kept_d = lock_d;", "'lock_d ; end' .*'! lock_d ; end'"),
        ("kept_d = lock_d;", "", "kept_d = 1'b0;", "'kept_d = .* instead of 'end'"),
        ("kept_d = lock_d;", "kept_d = 1'b0;", "kept_d = (1'b0;", "has a syntax error in line 3"),
    ],
)
def test_what_would_not_act_as_asked_is_refused(line: str, replacement: str, form: str, reason: str) -> None:
    source = VerilogSource(LOCK)
    wrong = replace(place(source, Change(line, replacement)), form=form)
    other = place(source, Change("kept_d = lock_d;", "kept_d = clear_i;"))
    with pytest.raises(ChangeError, match=reason) as error:
        instrument(source, {1: other, 2: wrong})
    assert error.value.number == 2


def test_a_source_without_a_defect_selected_is_the_source() -> None:
    source = VerilogSource(MODULE)
    changes = [
        Change(".clk_i,", ".clk_i(1'b0),"),
        Change("else if (a_i[2]) state_q <= '0;", "else if (a_i[2]) state_q <= '1;"),
        Change("? sum : state_q;", "? state_q : sum;"),
    ]
    placed = {number: place(source, change) for number, change in enumerate(changes, 1)}
    text = Acting(VerilogSource(instrument(source, placed)))
    assert text.words() == plain_words(source)
    for number, change in enumerate(changes, start=1):
        changed = MODULE.replace(change.line, change.replacement, 1)
        assert text.words(number) == plain_words(VerilogSource(changed))


@pytest.mark.parametrize("text", ["a = (b;", "a = b);", "always_comb begin\n  a = b;\n"])
def test_text_that_does_not_match_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        VerilogSource(text)
