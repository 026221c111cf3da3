# SPDX-License-Identifier: Apache-2.0
"""Lists of sources: what they may hold, where their paths start, and one line for each error."""

from pathlib import Path

import pytest

from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.filelist import ListReader
from tb.schema import SchemaError
from tests.stimulus.test_descriptor import FULL

TREE = {
    "lists/all.f": """# how the tree is compiled
// nothing here has an effect: +define+NO
/* nor
   this */
-sverilog +define+WIDTH=4'd3+DEEP+NAME="a b" -DONE=1
+incdir+$RTL/inc+${RTL}/more \\
  -I$(RTL)/third
-f lists/nested.f
-F sub/own.f
$RTL/pkg.sv // the package
"rtl/with blank.sv" rtl/a\\ b.sv
hints.vlt
""",
    "lists/nested.f": "rtl/nested.sv\n-v rtl/cells.v\n",
    "sub/own.f": "own.sv\n-f lists/deep.f\n",
    "lists/deep.f": "",
    "sub/own.sv": "",
    "sub/lists/deep.f": "rtl/deep.sv\n",
    "hints.vlt": "`verilator_config\n",
    **dict.fromkeys(
        f"rtl/{name}" for name in ("nested.sv", "cells.v", "pkg.sv", "with blank.sv", "a b.sv", "deep.sv")
    ),
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with lists, whose sources a variable of the environment names."""
    monkeypatch.setenv("RTL", str(tmp_path / "rtl"))
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text or "module m; endmodule\n")
    for folder in ("inc", "more", "third"):
        (tmp_path / "rtl" / folder).mkdir()
    return tmp_path


def device(folder: Path, sources: str, more: str = "") -> Descriptor:
    """A device with these sources."""
    path = folder / "mine.toml"
    path.write_text(more + FULL.replace('["a.sv"]', sources))
    return load(path)


def test_a_list_is_read_as_verilator_reads_it(tree: Path) -> None:
    """Paths start at one folder for all lists read by `-f`, and at the list's own for `-F`."""
    mine = device(tree, '["lists/all.f"]')
    names = ["nested.sv", "own.sv", "deep.sv", "pkg.sv", "with blank.sv", "a b.sv", "cells.v"]
    assert [path.name for path in mine.sources] == names
    assert [path.name for path in mine.includes] == ["inc", "more", "third"]
    assert [path.name for path in mine.waivers] == ["hints.vlt"]
    assert mine.defines == {"WIDTH": "4'd3", "DEEP": "", "NAME": "a b", "ONE": "1"}


def test_a_descriptor_may_stand_elsewhere_than_its_lists_start(tree: Path) -> None:
    (tree / "bench").mkdir()
    mine = device(tree / "bench", '["../lists/all.f"]', 'list_folder = ".."\ndefines = {ONE = "2"}\n')
    assert len(mine.sources) == 7
    assert mine.defines["ONE"] == "2", "those of the descriptor count"
    other = tree / "other.toml"
    other.write_text('base = "bench/mine.toml"\nname = "other"\ndefines = {TWO = "2"}\n')
    assert load(other).sources == mine.sources
    assert load(other).defines == {**mine.defines, "TWO": "2"}


def test_a_list_of_its_own_folder_has_a_base(tree: Path) -> None:
    mine = device(tree, '["-F sub/own.f", "rtl/*.sv", "rtl/pkg.sv"]')
    assert [path.name for path in mine.sources][:2] == ["own.sv", "deep.sv"]
    (tree / "below").mkdir()
    (tree / "below" / "other.toml").write_text('base = "../mine.toml"\nname = "other"\n')
    assert load(tree / "below" / "other.toml").sources == mine.sources


def test_files_of_library_folders_are_found_by_the_modules_they_define(tree: Path) -> None:
    (tree / "cells").mkdir()
    (tree / "rtl" / "inc" / "name.vh").write_text("`define OTHER leaf\n")
    (tree / "rtl" / "top.sv").write_text("module top; middle i_middle (); endmodule\n")
    for name, text in {
        "middle.sv": '`include "name.vh"\nmodule middle; `OTHER i_leaf (); endmodule\n',
        "leaf.v": "`ifdef DEEP\nmodule leaf; endmodule\n`endif\n",
        "unused.v": "module unused; endmodule\n",
        "top.sv": "module top; endmodule\n",
    }.items():
        (tree / "cells" / name).write_text(text)
    (tree / "my.f").write_text("+define+DEEP -y cells +libext+.v+.sv +incdir+rtl/inc rtl/top.sv\n")
    found = device(tree, '["my.f"]').sources
    assert [str(path.relative_to(tree)) for path in found] == [
        "rtl/top.sv",
        "cells/middle.sv",
        "cells/leaf.v",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("rtl/pkg.sv\n-top my_top", 2, "option '-top' is not understood here; take it out of the list"),
        ("+incdir+none", 1, "no folder 'none' (looked for"),
        ("/* a\n*/ none.sv", 2, "no file 'none.sv' (looked for"),
        ("\n\n-f\n", 3, "-f without a path"),
        ("+define+", 1, "+define+ without a value"),
        ("$NOWHERE/a.sv", 1, "environment variable NOWHERE is not set"),
        ("a.sv /* b", 1, "no file 'a.sv'"),
        ("rtl/pkg.sv\n/* b", 2, "a quote or a comment without an end"),
        ('rtl/pkg.sv "b', 1, "a quote or a comment without an end"),
        ("-f my.f", 1, "'my.f' leads back to itself"),
        ("-f none.f", 1, "no file 'none.f'"),
    ],
)
def test_a_list_that_cannot_be_read(tree: Path, text: str, line: int, words: str) -> None:
    (tree / "my.f").write_text(text)
    with pytest.raises(SchemaError) as caught:
        ListReader(tree).read(tree / "my.f")
    assert str(caught.value).startswith(f"{tree / 'my.f'}:{line}: {words}")


def test_lists_that_lead_to_each_other(tree: Path) -> None:
    (tree / "one.f").write_text("rtl/pkg.sv\n-F two.f")
    (tree / "two.f").write_text("\n-f one.f")
    with pytest.raises(SchemaError, match=r"two\.f:2: 'one\.f' leads back to itself"):
        ListReader(tree).read(tree / "one.f")


def test_paths_of_the_list_itself_are_offered(tree: Path) -> None:
    with pytest.raises(SchemaError, match=r"from the list's own folder: have the list read by '-F own\.f'"):
        ListReader(tree).read(tree / "sub" / "own.f")
