# SPDX-License-Identifier: Apache-2.0
"""No two classes of the project share a name, so that a name in a log or a review means one thing."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def classes(*folders: Path) -> dict[str, list[str]]:
    """Returns the places of each class of the Python files below some folders, by its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(file for folder in folders for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{file}:{node.lineno}")
    return found


def test_a_class_has_its_name_alone() -> None:
    found = classes(*(ROOT / name for name in ("models", "tb", "regressions")))
    assert len(found) > 200
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_classes_that_share_a_name_are_seen(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text("class Row:\n    pass\n")
    assert [len(places) for places in classes(tmp_path).values()] == [2]
