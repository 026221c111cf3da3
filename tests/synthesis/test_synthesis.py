# SPDX-License-Identifier: Apache-2.0
"""Synthesis of small modules: planted structures are found, figures are right, growth fails."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.report.synthesis import area_section
from regressions.synthesis import baseline
from regressions.synthesis.depth import longest
from regressions.synthesis.figures import DeviceFigures, found_in, measure
from regressions.synthesis.findings import KNOWN, WRONG
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.yosys.tool import YosysError
from tests.extras import extra
from tests.synthesis.made import small, synthesized


def _figures() -> DeviceFigures:
    return measure(small("counting", "counting", WIDTH=4), synthesized("counting", "counting"))


@pytest.mark.parametrize(
    ("kind", "signal"),
    [
        ("latch", "held_o"),
        ("latch", "kept_o"),
        ("loop", "loop_b"),
        ("undriven", "undriven"),
        ("multiply driven", "fight"),
        ("memory without reset", "mem_q, 8 x 4 bits"),
        ("dead logic", "register unread_q"),
    ],
)
def test_each_planted_structure_is_found(kind: str, signal: str) -> None:
    found = {(each.kind, each.what) for each in synthesized("planted", "counting", "planted").findings}
    assert any(kind == this and signal in what for this, what in found), found


def test_nothing_else_is_found() -> None:
    findings = synthesized("planted", "counting", "planted").findings
    kinds = Counter(each.kind for each in findings)
    assert set(kinds) == {*WRONG, *KNOWN}
    assert {each.unit for each in findings} == {"planted-WIDTH4"}


def test_figures_are_those_of_the_cells() -> None:
    figures = _figures()
    assert figures.whole.all_registers == 4
    library = Library.read(GENERIC)
    cells = synthesized("counting", "counting").units[synthesized("counting", "counting").top].cells
    kinds = Counter(cell.kind for cell in cells)
    assert kinds["DFFR"] == 4
    assert figures.whole.whole == sum(library.areas[kind] * count for kind, count in kinds.items())
    # four flip-flops, and at least a half adder and two full adders without the last carry
    assert 4 * library.areas["DFFR"] + 15 < figures.whole.whole < 60


def test_units_below_others_are_counted_with_them() -> None:
    made = synthesized("planted", "counting", "planted")
    assert [unit.label for unit in made.units] == ["planted-WIDTH4", "counting-WIDTH4"]
    figures = measure(small("planted", "counting", "planted", WIDTH=4), made)
    whole, part = figures.units
    assert whole.whole == whole.own + part.whole
    assert whole.all_registers == 8 * 4 + 4  # the memory and the sum; what nobody reads is gone
    assert figures.paths == []  # a loop has no length


def test_the_longest_path_is_the_carry() -> None:
    first = longest(synthesized("counting", "counting"))[0]
    assert (first.end, first.start in ("sum_o", "input data_i")) == ("sum_o", True)
    assert 3 <= first.levels <= 12


def test_growth_beyond_the_tolerance_fails_until_it_is_kept(tmp_path: Path) -> None:
    figures = _figures()
    baseline.write({"counting": baseline.of(figures)}, tmp_path / "kept.json")
    kept = baseline.read(tmp_path / "kept.json")["counting"]
    assert list(baseline.complaints(kept, figures)) == []
    name, unit = next(iter(kept.units.items()))
    smaller = replace(kept, units={name: replace(unit, area=unit.area / 1.02)})
    assert [line for line in baseline.complaints(smaller, figures) if line.startswith(name)]
    within = replace(kept, units={name: replace(unit, area=unit.area / 1.005)})
    assert list(baseline.complaints(within, figures)) == []
    fewer = replace(kept, units={name: replace(unit, registers=unit.registers - 1)})
    assert "from 3 to 4 flip-flops" in next(baseline.complaints(fewer, figures))


def test_what_is_wrong_fails_also_when_nothing_grew() -> None:
    made = synthesized("planted", "counting", "planted")
    lines = list(baseline.complaints(None, replace(_figures(), findings=found_in(made.findings))))
    assert len([line for line in lines if any(f": {kind}: " in line for kind in WRONG)]) >= 4


def test_a_new_known_structure_fails_until_it_is_kept() -> None:
    made = synthesized("planted", "counting", "planted")
    figures = replace(_figures(), findings=found_in(made.findings))
    kept = baseline.of(figures)
    lines = list(baseline.complaints(replace(kept, findings=[]), figures))
    assert any("memory without reset, which was not kept" in line for line in lines)
    assert not any("was not kept" in line for line in baseline.complaints(kept, figures))


def test_the_report_shows_what_was_written(tmp_path: Path) -> None:
    figures = _figures()
    content = {"git": "abc", "seconds": 1.0, "wrong": 0, "devices": {"counting": to_builtins(figures)}}
    write_json(tmp_path / "synthesis.json", content)
    section = area_section(tmp_path / "synthesis.json")
    assert section.devices == [("counting", figures)]
    (tmp_path / "synthesis.json").write_text('{"devices": []}')
    assert area_section(tmp_path / "synthesis.json").devices == ()


def test_a_source_that_is_wrong_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "wrong.sv").write_text("module wrong (output logic a_o);\n  assign a_o = b;\nendmodule\n")
    device = replace(small("wrong"), sources=(tmp_path / "wrong.sv",))
    with pytest.raises(YosysError, match=r"wrong\.sv:2"):
        Synthesis(extra(), tmp_path, 1, Library.read(GENERIC)).of(device)


def test_a_library_without_a_unit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.lib").write_text("library(odd) {\n  cell(INV) { area : 1; }\n}\n")
    with pytest.raises(UserError, match="NAND2"):
        Library.read(tmp_path / "odd.lib")
    with pytest.raises(UserError, match="Liberty"):
        Library.read(tmp_path / "none.lib")
