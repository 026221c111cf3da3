# SPDX-License-Identifier: Apache-2.0
"""Mutation operators for Python and C++ propose the described changes, in code alone, and each applies."""

from collections.abc import Callable

import pytest

from regressions.mutants.bench.operators import applied, cpp_candidates, python_candidates
from regressions.mutants.operators import Candidate

PYTHON = '''\
def share(rows: int, most: int = 3) -> int:
    """Rows + 1 that are < most."""
    if not rows or rows < most:
        raise ValueError(f"{rows + 1} rows")
    rows -= 1
    check(rows, most)
    é = "ü"; same = é is None and rows == (most) - rows
    return rows // most
'''
CPP = """\
#include "a + 1.h"
bool Deputy::fits(uint32_t count) {  // count < 3
  if (count > 2 && ready(count)) return false;
  total_ += count;
  std::array<int, 4> sums{};
  return count << 3 == total_;
}
"""


def found(candidates: list[Candidate], operator: str) -> set[tuple[str, str]]:
    return {(c.change.line, c.change.replacement) for c in candidates if c.operator == operator}


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("negate", {"if (not (not rows or rows < most)):", "if bool(rows) or rows < most:"}),
        ("off_by_one", {"if not rows or rows <= most:"}),
        ("constant", {"def share(rows: int, most: int = 4) -> int:", "rows -= 2"}),
        ("drop", {"pass"}),
        (
            "connective",
            {
                "if not rows and rows < most:",
                'é = "ü"; same = é is not None and rows == (most) - rows',
                'é = "ü"; same = é is None or rows == (most) - rows',
                'é = "ü"; same = é is None and rows != (most) - rows',
                'é = "ü"; same = é is None and rows == (most) + rows',
            },
        ),
        ("swap", {"if not rows or most < rows:", "check(most, rows)", "return most // rows"}),
    ],
)
def test_operator_proposes_for_python(operator: str, expected: set[str]) -> None:
    assert {new for _, new in found(python_candidates(PYTHON), operator)} >= expected


def test_text_for_people_and_annotations_stay() -> None:
    lines = {c.change.line for c in python_candidates(PYTHON)}
    assert not any("raise" in line or line.startswith('"""') for line in lines)
    assert len({c.change.replacement for c in python_candidates("size: Annotated[int, 3] = 4\n")}) == 1
    declared = "if TYPE_CHECKING:\n    from a import b\nclass Size(Struct, frozen=True):\n    ends: int\n"
    assert python_candidates(declared) == []


def test_a_dropped_statement_is_named_by_its_line() -> None:
    assert {old for old, _ in found(python_candidates(PYTHON), "drop")} == {"rows -= 1", "check(rows, most)"}


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("negate", {"if (!(count > 2 && ready(count))) return false;"}),
        ("off_by_one", {"if (count >= 2 && ready(count)) return false;"}),
        ("constant", {"if (count > 3 && ready(count)) return false;", "return count << 4 == total_;"}),
        ("drop", {";"}),
        (
            "connective",
            {
                "if (count > 2 || ready(count)) return false;",
                "return count >> 3 == total_;",
                "return count << 3 != total_;",
            },
        ),
    ],
)
def test_operator_proposes_for_cpp(operator: str, expected: set[str]) -> None:
    proposed = found(cpp_candidates(CPP), operator)
    assert {new for _, new in proposed} >= expected
    assert not any(old.startswith(("#include", "bool")) for old, _ in proposed)


@pytest.mark.parametrize(("text", "candidates"), [(PYTHON, python_candidates), (CPP, cpp_candidates)])
def test_each_change_applies_to_its_line_alone(
    text: str, candidates: Callable[[str], list[Candidate]]
) -> None:
    twice = text + text
    for candidate in candidates(twice):
        changed = applied(twice, candidate.change).split("\n")
        differing = [pair for pair in zip(twice.split("\n"), changed, strict=True) if pair[0] != pair[1]]
        assert len(differing) == 1
        assert differing[0][0].strip() == candidate.change.line
