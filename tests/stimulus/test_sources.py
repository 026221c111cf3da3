# SPDX-License-Identifier: Apache-2.0
"""Sources of other authors: what is refused by name, and what a descriptor may say of their build."""

from pathlib import Path

import pytest

from regressions.accelerator.models import bench_model
from tb.descriptor import load
from tb.headers import included
from tb.schema import SchemaError
from tests.stimulus.test_descriptor import FULL, message, write

NO_SOURCES = {
    "a.vhd": (b"library ieee;", "but VHDL"),
    "b.md": (b"module", "but text for people"),
    "c.cpp": (b"", "but C or C++"),
    "d.sv": (b"\x7fELF\x00\x01", "but a binary file"),
    "e.sv": (b"# Title\n", "it begins with '# Title'"),
    "f.v": (b"-- VHDL\nentity x is", "it begins with '-- VHDL'"),
    "g.unknown": (b"import", ""),
}


@pytest.mark.parametrize("name", NO_SOURCES)
def test_what_is_no_systemverilog_is_refused_by_name(name: str, tmp_path: Path) -> None:
    content, words = NO_SOURCES[name]
    (tmp_path / name).write_bytes(content)
    text = FULL.replace('"a.sv"', f'"{name}"')
    if not words:
        assert load(write(tmp_path, text)).sources == (tmp_path / name,)
        return
    found = message(tmp_path, text)
    assert f"{tmp_path / name} is no SystemVerilog" in found
    assert words in found


@pytest.mark.parametrize(
    "text",
    ["", "// only\n/* comments */", "(* keep *) module a; endmodule", "`timescale 1ns/1ps\n", "\ufeff;"],
)
def test_what_may_be_a_source(text: str, tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    (tmp_path / "a.sv").write_text(text, encoding="utf-8")
    load(path)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--top-module", "flags[0]: '--top-module' has a key of its own; write it in `top`"),
        ("-DA=1", "write it in `defines`"),
        ("+incdir+rtl", "write it in `includes`"),
        ("-GDW=64", "write it in `parameters`"),
        ("-y", "write it in `sources` and lists"),
        ("--Mdir", "'--Mdir' would break the bench, which sets it itself; remove it"),
        ("-o", "'-o' would break the bench"),
        ("--trace", "'--trace' would break the bench"),
    ],
)
def test_flags_that_would_break_the_bench_are_refused(flag: str, words: str, tmp_path: Path) -> None:
    assert words in message(tmp_path, f'flags = ["{flag}"]' + FULL)


def test_macros_flags_and_waivers_come_to_the_simulator(tmp_path: Path) -> None:
    more = 'defines = {A = "1", B = ""}\nflags = ["--converge-limit", "500"]\nlint = "off"\n'
    model = bench_model(load(write(tmp_path, more + FULL)))
    assert model.flags[-5:] == ("--no-assert-case", "-DA=1", "-DB", "--converge-limit", "500")
    assert f'lint_off -file "*/{tmp_path.name}/a.sv"' in model.texts["foreign.vlt"]
    assert model.sources[1] == Path("foreign.vlt")
    assert "foreign.vlt" not in bench_model(load(write(tmp_path, FULL))).texts


def test_a_build_depends_on_the_headers_of_its_sources(tmp_path: Path) -> None:
    """Whatever they end in, and wherever they lie."""
    path = write(tmp_path, 'includes = ["inc"]' + FULL)
    (tmp_path / "inc").mkdir()
    (tmp_path / "a.sv").write_text('`include "one.vh"\nmodule a; endmodule\n')
    (tmp_path / "one.vh").write_text('  `include "two.inc"\n`include "missing.vh"\n')
    (tmp_path / "inc" / "two.inc").write_text('`include "one.vh"\n')
    device = load(path)
    headers = [tmp_path / "one.vh", tmp_path / "inc" / "two.inc"]
    assert included(device.sources, device.includes) == headers
    assert set(headers) <= set(bench_model(device).files)


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        ("unique case (a)", True),
        ("priority if (a)", True),
        ("case (a) // synopsys full_case", True),
        ("case (a)", False),
        ("unique", False),
    ],
)
def test_cases_of_others_stay_checked(text: str, checked: bool, tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    (tmp_path / "a.sv").write_text(f"module a; initial {text} endcase endmodule\n")
    assert ("--no-assert-case" not in bench_model(load(path)).flags) == checked


def test_an_unknown_word_for_lint(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"lint: unknown value 'of'; did you mean 'off'\?"):
        load(write(tmp_path, 'lint = "of"' + FULL))
