# SPDX-License-Identifier: Apache-2.0
"""Python files outside of packages are loaded once, by one loader, and say in a line why they do not load."""

import pickle
from pathlib import Path

import pytest

from regressions.paths import ROOT
from tb.python_file import PythonFileError, load_python
from tb.sequences import without_bench
from tb.workloads import problems

POINT = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Point:
    x: int
"""


def test_a_file_is_loaded_once_and_two_of_one_name_are_two_modules(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text(POINT)
    first, other = (load_python(tmp_path / folder / "same.py") for folder in ("a", "b"))
    assert load_python(tmp_path / "b" / ".." / "a" / "same.py") is first
    assert first is not other
    assert pickle.loads(pickle.dumps(first.Point(3))) == first.Point(3)


def test_a_file_of_the_bench_is_its_module() -> None:
    """Else its classes would be there twice, and none a subclass of the other's bases."""
    assert load_python(ROOT / "tb" / "workloads" / "problems.py") is problems
    assert issubclass(without_bench("tb/workloads/problems.py:ShortestWays"), problems.GraphProblem)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.py", None, "no Python file"),
        ("text.txt", "x", "no Python file"),
        ("bad.py", "1 / 0", "does not load: .*bad.py:1: ZeroDivisionError: division by zero"),
        ("bad.py", "def", "does not load: .*bad.py:1: SyntaxError: invalid syntax"),
        ("bad.py", "import sys\nsys.exit()", "does not load: .*bad.py:2: SystemExit"),
        ("bad.py", "assert 1 == 2", "does not load: .*bad.py:1: AssertionError: assert 1 == 2"),
    ],
)
def test_a_file_that_does_not_load_says_why_each_time(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    for _ in range(2):
        with pytest.raises(PythonFileError, match=message):
            load_python(tmp_path / name)
