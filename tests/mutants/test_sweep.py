# SPDX-License-Identifier: Apache-2.0
"""Sweeps put defects into each line of a source, when a campaign starts, and know why some survive."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from regressions.mutants import sweep as module
from regressions.mutants.build import Copies
from regressions.mutants.defects import FOLDER, Defect, Excuse, read
from regressions.mutants.device import mutated
from regressions.mutants.elaboration import absent_blocks
from regressions.mutants.placement import place_all
from regressions.mutants.sweep import sweep
from tb.descriptor import load
from tb.schema import SchemaError

LINES = ["assign a = b & c;", "assign d = ~b;", "assign e = b ? c : d;", "assign f = b;"]
PATTERN = "assign g = '{default: b};"
LITERALS = ["assign h = '0;", "assign k = 1'b1;"]
HEAD = 'schema = 1\ndevice = "serial"\nsweep = ["m.sv"]\n'


@dataclass
class OneSource:
    """A device of one source."""

    sources: tuple[Path, ...]
    name: str = "serial"
    includes: tuple[Path, ...] = ()


def device(folder: Path, lines: list[str]) -> OneSource:
    (folder / "m.sv").write_text("\n".join(["module m;", *lines, "endmodule", ""]))
    return OneSource((folder / "m.sv",))


def read_and_sweep(folder: Path) -> list[Defect]:
    listed = read(folder / "own.toml")
    return sweep(device(folder, LINES), listed.sweep, listed.reasons)


def test_each_line_has_defects_whose_ids_do_not_depend_on_its_place(tmp_path: Path) -> None:
    found = sweep(device(tmp_path, LINES), ["m.sv"], [])
    assert {defect.line for defect in found} == set(LINES)
    assert len({defect.id for defect in found}) == len(found)
    moved = sweep(device(tmp_path, ["assign g = 1;", *LINES[::-1]]), ["m.sv"], [])
    assert {defect.id for defect in found} < {defect.id for defect in moved}
    assert len(place_all(found, device(tmp_path, LINES)).placed) == len(found)


BLOCKS = """\
  if (N > 1) begin : gen_many
    assign c = a & b;
  end else begin : gen_one
    assign c = a | b;
  end
  for (genvar i = 0; i < N - 2; i++) begin : gen_more
    assign d[i] = a;
  end
  sub #(.W(N)) i_wide ();
  sub #(.W(1)) i_narrow ();
endmodule
module sub #(parameter int W = 1);
  if (W == 1) begin : gen_narrow
    assign e = ~f;
  end else begin : gen_wide
    assign e = f;
  end
endmodule
"""


def test_blocks_that_no_instance_has_are_left_out(tmp_path: Path) -> None:
    """A block that one of two instances has is there; a loop without a turn is not."""
    (tmp_path / "m.sv").write_text(f"module m #(parameter int N = 2);\n{BLOCKS}")
    found = sweep(OneSource((tmp_path / "m.sv",)), ["m.sv"], [])
    assert {defect.line for defect in found} == {"assign c = a & b;", "assign e = ~f;", "assign e = f;"}


def test_parameters_of_a_descriptor_say_which_blocks_there_are() -> None:
    """Of the compute elements' units, those for minimum and maximum have no registers."""
    device = load(FOLDER / "devices" / "redmule_2x2x3.toml")
    assert not absent_blocks(device, ["fpnew_fma.sv"])["fpnew_fma.sv"]
    assert len(absent_blocks(device, ["fpnew_noncomp.sv"])["fpnew_noncomp.sv"]) == 2
    shallow = replace(device, parameters={**device.parameters, "P": 1})
    assert len(absent_blocks(shallow, ["fpnew_fma.sv"])["fpnew_fma.sv"]) == 2


def test_all_operators_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PER_LINE", None)
    made = {
        (defect.operator, defect.replacement)
        for defect in sweep(device(tmp_path, [*LINES, PATTERN, *LITERALS]), ["m.sv"], [])
        if defect.line in (*LINES[:2], PATTERN, *LITERALS)
    }
    assert made == {
        ("bitwise", "assign a = b | c;"),
        ("stuck", "assign a = '0;"),
        ("stuck", "assign a = '1;"),
        ("stuck", "assign a = (b & c) & ('1 << 1);"),
        ("bitwise", "assign d = b;"),
        ("stuck", "assign d = '0;"),
        ("stuck", "assign d = '1;"),
        ("stuck", "assign d = (~b) & ('1 << 1);"),
        # No operand may be a pattern.
        ("stuck", "assign g = '0;"),
        ("stuck", "assign g = '1;"),
        # A literal is changed once, and not into itself.
        ("constant", "assign h = '1;"),
        ("constant", "assign k = 1'b0;"),
    }


def test_values_that_are_stuck_may_be_of_any_type(tmp_path: Path) -> None:
    """Verilator takes no number for an enumeration unless it is told to."""
    array = load("redmule")
    changed = mutated(array, Copies(tmp_path / "mutant_pkg.sv", {}))
    assert set(changed.flags) - set(array.flags) == {"-Wno-ENUMVALUE"}


def test_a_reason_is_found_by_what_the_line_says(tmp_path: Path) -> None:
    reason = Excuse("m.sv", "^assignf=b; -> ", equivalent="nobody reads f")
    found = sweep(device(tmp_path, LINES), ["m.sv"], [reason])
    assert {defect.line for defect in found if defect.equivalent} == {LINES[3]}
    assert {defect.equivalent for defect in found} == {"nobody reads f", ""}


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (
            '[[reason]]\nfile = "m.sv"\npattern = "gone"\nunreachable = "x"',
            r"'gone' matches no defect of m\.sv",
        ),
        ('[[reason]]\nfile = "m.sv"\npattern = "f"', "give one reason, equivalent or unreachable"),
    ],
)
def test_a_reason_that_says_nothing_is_refused(tmp_path: Path, entry: str, error: str) -> None:
    (tmp_path / "own.toml").write_text(HEAD + entry)
    with pytest.raises(SchemaError, match=error):
        read_and_sweep(tmp_path)


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"sweep: unknown source file 'n\.sv'; did you mean 'm\.sv'"):
        sweep(device(tmp_path, LINES), ["n.sv"], [])


def test_an_index_of_a_loop_keeps_its_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first turn `i - 1` is no index, so that such a defect would be undefined."""
    monkeypatch.setattr(module, "PER_LINE", None)
    lines = ["for (genvar i = 0; i < 2; i++) begin : gen_bit", "assign a[i+1] = a[i] + c[N+1];", "end"]
    found = sweep(device(tmp_path, lines), ["m.sv"], [])
    replacements = {defect.replacement for defect in found if defect.operator == "connective"}
    assert replacements == {"assign a[i+1] = a[i] - c[N+1];", "assign a[i+1] = a[i] + c[N-1];"}


def test_the_data_of_fpnew_apply() -> None:
    """Each reason is about some defect, and no blanket: most defects have none."""
    listed = read(FOLDER / "fpnew.toml")
    assert listed.jobs is not None
    assert listed.jobs.is_file()
    found = sweep(load(listed.device), listed.sweep, listed.reasons)
    assert len(found) > 600
    assert {defect.file for defect in found} == set(listed.sweep)
    assert sum(not defect.reason for defect in found) > len(found) / 2
