# SPDX-License-Identifier: Apache-2.0
"""`make show` and `make list` on terminals of any width: what matters most is always there, and whole."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from regressions.commands.inspection import SHOWN_BY_DEFAULT, list_tests, show
from regressions.order import Order
from regressions.services import real_services

SIZES = ("scenario", "job", "op", "M", "N", "K")


def said(width: int, order: Order, *, terminal: bool = True, shown: bool = True) -> list[str]:
    """Lines of `make show`, or of `make list`, on a console of a width."""
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=terminal, color_system=None, markup=False)
    assert (show if shown else list_tests)(order, real_services(1), console) == 0
    return [line.rstrip() for line in text.getvalue().splitlines()]


def jobs(width: int, test: str, *, terminal: bool = True) -> list[dict[str, str]]:
    """Cells of the first columns of all jobs, by heading."""
    lines = said(width, Order(test=test, seed=1), terminal=terminal)
    start = next(number for number, line in enumerate(lines) if line.split()[:1] == ["scenario"])
    headings = lines[start].split()
    rows = [line.split() for line in lines[start + 1 :] if line.split()[0].isdecimal()]
    return [dict(zip(headings, row, strict=False)) for row in rows]


@pytest.mark.parametrize("width", [30, 80, 120, 200])
@pytest.mark.parametrize("test", ["gemm_ops:0:9", "gemm_ops_cut_deep:0:6"])
def test_jobs_have_operation_and_sizes_at_any_width(width: int, test: str) -> None:
    everything = jobs(1000, test)
    for row, whole in zip(jobs(width, test), everything, strict=True):
        assert {name: row[name] for name in SIZES} == {name: whole[name] for name in SIZES}


def test_addresses_go_first_and_a_line_says_what_went() -> None:
    order = Order(test="gemm_ops:0:9", seed=1)
    assert said(120, order)[-1] == "not shown in 120 columns: X, W, Z"
    assert all(len(line) <= 120 for line in said(120, order))
    assert said(80, order)[-1] == "not shown in 80 columns: X, W, Z, classes"
    assert all(len(line) <= 80 for line in said(80, order))


def test_a_pipe_gets_all_columns() -> None:
    assert {"X", "W", "Z", "classes", "cut"} <= jobs(80, "gemm_ops:0:9", terminal=False)[0].keys()


def test_a_test_of_many_scenarios_shows_the_first_and_says_so() -> None:
    lines = said(200, Order(test="coverage_closing", seed=1))
    more = f"TEST=coverage_closing:{SHOWN_BY_DEFAULT}:{2 * SHOWN_BY_DEFAULT}"
    assert lines[-1] == f"the first {SHOWN_BY_DEFAULT} scenarios; {more} has those that follow"
    assert len({row["scenario"] for row in jobs(200, "coverage_closing")}) == SHOWN_BY_DEFAULT


def test_brackets_in_a_description_are_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[test]]\nname = "t"\nsequence = "gemm_op"\ncount = 1\ndescription = "[/bold] [red]x"\n')
    assert said(120, Order(tests="t", lists=(path,)), shown=False)[-1].endswith("[/bold] [red]x")


@pytest.mark.parametrize("width", [80, 120])
def test_a_list_has_whole_names_and_descriptions(width: int) -> None:
    order = Order(tests="gemm_ops*")
    lines = said(width, order, shown=False)
    assert all(len(line) <= width for line in lines)
    assert not any("…" in line for line in lines)
    assert {name for name in order.entries if name.startswith("gemm_ops")} <= {
        line.split()[0] for line in lines if line
    }
    assert "testpoints" in lines[-1]
