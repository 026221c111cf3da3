# SPDX-License-Identifier: Apache-2.0
"""Files and folders that documents name are there, and modules stand in a table of the architecture."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePath

from regressions.paths import ROOT
from tests.docs.tree import tracked

FILES = [str(path.relative_to(ROOT)) for path in tracked(".")]
FOLDERS = {file[:at] for file in FILES for at in range(len(file)) if file[at] == "/"}

_PATH = re.compile(r"`([\w.*<>-]*(?:/[\w.*<>-]*)+|[\w-]+\.(?:py|toml|sv|svh|rdl|cpp|h|c|ld|S|json|j2|md))`")
_MADE = ("build/*", "sims/*", "code_coverage/*", "failures/*", "runs/*", "/*")
_NO_PATH = {
    *("E4M3/FP16/FP16", "name.toml", "tb/duts/name.toml"),
    *("bhv/", "sva/", "cv32e40p_pkg.sv"),  # of CV32E40P
    *("vfmac.h", "instance.h", "shapes.py", "mine.py", "farm.toml"),  # an instruction, a key, examples
}
_WRITTEN = {
    *(
        "plan.json",
        "outcome.json",
        "results.json",
        "summary.json",
        "summary.md",
        "bench.json",
        "learning.json",
        "paces.json",
        "coverage.json",
        "points.json",
        "trace.json",
    ),
    *("mutants.json", "shrunk.json", "shrink.json", "map.json", "grading.json", "coverage-cluster.json"),
}


def missing(text: str) -> list[str]:
    """Paths in a text, in backticks, that are neither in the project nor made by its commands."""
    names = (name for name in _PATH.findall(text) if name not in _NO_PATH | _WRITTEN)
    return [name for name in names if not any(fnmatchcase(name, made) for made in _MADE) and not _there(name)]


def _there(name: str) -> bool:
    pattern = re.sub(r"<[^<>]*>", "*", name).rstrip("/")
    return any(fnmatchcase(each, pattern) or fnmatchcase(each, f"*/{pattern}") for each in [*FILES, *FOLDERS])


def test_paths_in_documents_exist() -> None:
    documents = [path for path in tracked("*.md") if path.name != "CHANGELOG.md"]  # which names what is gone
    found = {path.relative_to(ROOT): missing(path.read_text()) for path in documents}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_missing_path_is_found() -> None:
    text = "`tb/env/`, `tb/duts/*.toml`, `cli.py`, `build/runs/x`, `tb/no/file.py`, `nothing.py`, `a / b`"
    assert missing(text) == ["tb/no/file.py", "nothing.py"]


def described(text: str) -> set[str]:
    """Modules, and folders that stand for theirs, in the tables of a text about the architecture.

    A section about a folder has a row for each of its modules, beside which the folder counts no more.
    """
    found, sections = set(), set()
    for title, body in re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", text, re.MULTILINE):
        folder = "regressions" if title == "Runner" else title.split()[0].rstrip("/")
        if "/" in folder:
            sections.add(folder)
        for row in re.findall(r"^\|.*", body, re.MULTILINE):
            names = [name.rstrip("/") for name in re.findall(r"`([\w./]+)`", row)]
            found |= {*names, *(f"{folder}/{name}" for name in names)}
    return found - sections - {"regressions", "tb", "models"}


def undescribed(text: str, files: Iterable[str]) -> list[str]:
    """Files that neither stand in these tables nor have a folder that does."""
    names = described(text)
    return [file for file in files if names.isdisjoint({file, *map(str, PurePath(file).parents)})]


def test_each_module_stands_in_a_table() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    modules = [file for file in FILES if re.fullmatch(r"(tb|regressions)/.*(?<!/__init__)\.py", file)]
    assert len(modules) > 250
    assert undescribed(text, modules) == []


def test_a_module_that_no_table_names_is_found() -> None:
    text = "## tb/exchange/\n\n| `job.py` | jobs |\n\n## Else\n\n| `tb/exchange/`, `tb/env/` | both |\n"
    files = ["tb/exchange/job.py", "tb/exchange/plan.py", "tb/env/a.py"]
    assert undescribed(text, files) == ["tb/exchange/plan.py"]
