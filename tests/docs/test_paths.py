# SPDX-License-Identifier: Apache-2.0
"""Files and folders that documents name are there."""

import re
from fnmatch import fnmatchcase

from regressions.paths import ROOT
from tests.docs.tree import tracked

FILES = [str(path.relative_to(ROOT)) for path in tracked(".")]
FOLDERS = {file[:at] for file in FILES for at in range(len(file)) if file[at] == "/"}

_PATH = re.compile(r"`([\w.*<>-]*(?:/[\w.*<>-]*)+|[\w-]+\.(?:py|toml|sv|svh|rdl|cpp|h|c|ld|S|json|j2|md))`")
_MADE = ("build/*", "sims/*", "code_coverage/*", "failures/*", "runs/*", "/*")
_NO_PATH = {
    *("E4M3/FP16/FP16", "name.toml", "tb/duts/name.toml"),
    *("bhv/", "sva/", "cv32e40p_pkg.sv"),  # of CV32E40P
    *("vfmac.h", "instance.h", "shapes.py"),  # an instruction, a key, an example
}
_WRITTEN = {
    *(
        "plan.json",
        "results.json",
        "summary.json",
        "summary.md",
        "bench.json",
        "coverage.json",
        "points.json",
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
