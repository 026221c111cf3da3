# SPDX-License-Identifier: Apache-2.0
"""The reports of a run, written again."""

import json
import re

import pytest

from tb.exchange.results import CoverageHits, encode
from tb.kinds import ACCELERATOR, kind
from tests.runner.harness import Runner
from tests.runner.test_speed_section import ROWS

TESTS = {"good": {}, "bad": {"knobs": {"behave": "mismatch", "at": 2}}}


def test_a_report_is_the_same_again_with_what_was_measured_since(runner: Runner) -> None:
    runner.tests(**TESTS)
    assert runner("regressions", "--tier", "smoke") == 1
    folder = runner.build / "reports" / "smoke-redmule"
    names = ("summary.json", "summary.md", "junit.xml", "report.html", "coverage.json")
    before = {name: (folder / name).read_text() for name in names}
    history = (runner.build / "reports" / "history.jsonl").read_text()
    for name in names:
        (folder / name).unlink()
    assert runner("report", "--r", str(folder)) == 0
    assert {name: (folder / name).read_text() for name in names} == before
    assert (runner.build / "reports" / "history.jsonl").read_text() == history
    figures = {"git": "abc", "accelerator": ROWS}
    (runner.build / "reports" / "bench.json").write_text(json.dumps(figures))
    assert runner("report") == 0
    assert re.fullmatch(r"report: .*-smoke-1/report.html", runner.out.strip())
    assert "Measured by <code>make bench</code> at commit" in (folder / "report.html").read_text()


def test_complaints_besides_failed_tests_stay(runner: Runner) -> None:
    runner.tests(**{f"bad_{n}": TESTS["bad"] for n in range(6)})
    assert runner("regressions", "--tier", "smoke", "--stop", "1") == 1
    (folder,) = (runner.build / "runs").iterdir()
    before = (folder / "report.html").read_text()
    assert "stopped after 1 failures" in before
    assert runner("report", "--r", str(folder)) == 0
    assert (folder / "report.html").read_text() == before


@pytest.mark.parametrize("arguments", [(), ("--r", "nowhere")])
def test_there_is_no_run(runner: Runner, arguments: tuple[str, ...]) -> None:
    assert runner("report", *arguments) == 2
    assert re.search(r"R: .*(runs|nowhere) is no run: it has no results.json; name one, such as", runner.err)


def test_coverage_by_other_covergroups_is_one_line(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 0, runner.out
    definition = kind(ACCELERATOR).definition(()).digest
    hits = encode(CoverageHits("0123456789abcdef", {}, {}))
    (path,) = runner.build.glob("runs/*/sims/*/results.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if b"test_end" in line)
    path.write_bytes(b"".join([*lines[:place], hits, *lines[place:]]))
    assert runner("report") == 2
    said = f": coverage of definition 0123456789abcdef cannot be read with {definition}: collect it with"
    assert said in runner.err
    assert runner.err.count("\n") == 1


def test_a_test_that_is_gone_is_one_line(runner: Runner) -> None:
    runner.tests(good={}, other={})
    assert runner("regressions", "--tier", "smoke") == 0
    runner.tests(good={})
    assert runner("report") == 2  # it reads the lists that the run had
    assert "unknown test 'other'" in runner.err
