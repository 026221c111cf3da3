# SPDX-License-Identifier: Apache-2.0
"""Rules of docs/rtl-style.md that can be read off the text of the RTL, for all devices alike."""

import re
from pathlib import Path

import pytest

from tb.paths import ROOT

SOURCES = sorted((ROOT / "rtl").rglob("*.sv"))
HEAD = re.compile(
    r"// SPDX-License-Identifier: Apache-2\.0\n// \S[^\n]*\n(?://[^\n]*\n)*\n(?:module|package) "
)
TYPE = r"(?:logic|bit|T|\w+_[te]|\w+::\w+)\b *(?:\[.*?\] ?)* *"
PORT = re.compile(rf"  (?P<direction>input |output) +{TYPE}(?P<name>\w+),?")
CONSTANT = re.compile(r"^ *(?:parameter|localparam) .*?(\w+) *=", re.MULTILINE)
ENUM = re.compile(r"typedef enum [^{]*\{(.*?)\}", re.DOTALL)

every_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def code(path: Path) -> str:
    """A source without its comments."""
    return re.sub(r"//.*", "", path.read_text())


@every_source
def test_head(path: Path) -> None:
    assert HEAD.match(path.read_text()), "SPDX, what it does, a blank line, then the module"


@every_source
def test_one_module_a_file(path: Path) -> None:
    assert re.findall(r"^(?:module|package)\s+(\w+)", path.read_text(), re.MULTILINE) == [path.stem]


@every_source
def test_lines(path: Path) -> None:
    text = path.read_text()
    assert [
        line for line in text.split("\n") if len(line) > 120 or "\t" in line or line != line.rstrip()
    ] == []


@every_source
def test_packages_are_imported_in_the_header(path: Path) -> None:
    head, _, body = code(path).partition(");\n")
    assert "import " not in body
    assert re.findall(r"\b(?:redmule|serial|cluster\w*)_pkg::(?!\*)", head + body) == []


@every_source
def test_constants_are_upper_case(path: Path) -> None:
    text = code(path)
    names = CONSTANT.findall(text) + [
        re.split(r"\W", value.strip())[0] for body in ENUM.findall(text) for value in body.split(",")
    ]
    assert [name for name in names if name != name.upper()] == []


@every_source
def test_ports(path: Path) -> None:
    """Named by their directions; types and names in columns."""
    head = code(path).partition("\n);\n")[0]
    ports = [port for line in head.split("\n") if (port := PORT.fullmatch(line.rstrip()))]
    endings = {"input ": r"\w+_n?i", "output": r"\w+_o"}
    assert [p["name"] for p in ports if not re.fullmatch(endings[p["direction"]], p["name"])] == []
    assert len({port.start("name") for port in ports}) <= 1, "the names of ports are not in one column"


@every_source
def test_connections_have_no_blanks(path: Path) -> None:
    assert re.findall(r"^ *\.\w+ *\( +.*|^ *\.\w+ *\(.* \),?$", code(path), re.MULTILINE) == []


@every_source
def test_no_process_is_named(path: Path) -> None:
    assert re.findall(r"always_\w+.* begin : \w+", code(path)) == []
