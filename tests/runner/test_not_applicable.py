# SPDX-License-Identifier: Apache-2.0
"""Tests and scenarios that a device cannot run are left out of a run, and told with the reason."""

import xml.etree.ElementTree as ET

import pytest

from models.ops import Op
from regressions.testbench import not_applicable
from tb.exchange.applicable import NotApplicable, in_words
from tb.exchange.entry import TestEntry
from tb.stimulus.stream import ScenarioStream
from tests.runner.harness import Runner
from tests.stimulus.devices import device

LOCK = "redmule has no lock"


@pytest.mark.parametrize("command", [("regressions", "--tier", "smoke"), ("run", "--test", "plain,locked")])
def test_a_test_without_a_meaning_is_told_everywhere(runner: Runner, command: tuple[str, ...]) -> None:
    runner.tests(plain={}, locked={"knobs": {"lacks": LOCK}, "testpoints": ["lock"]})
    assert runner(*command) == 0
    line = f"not applicable: 1 of 2 tests: locked: {LOCK}"
    assert line in runner.out
    assert "1 of 1 tests passed (1 not applicable)" in runner.out
    label = "run" if command[0] == "run" else "smoke-redmule"
    summary = runner.summary(label)
    assert [test["name"] for test in summary["tests"]] == ["plain"]
    (part,) = summary["not_applicable"]
    assert (part["test"], part["device"], part["reason"], part["scenarios"]) == ("locked", "redmule", LOCK, 0)
    assert summary["totals"]["not_applicable"] == 1
    folder = runner.build / "reports" / label
    assert f"<td>locked</td><td>redmule</td><td>{LOCK}</td>" in (folder / "report.html").read_text()
    assert f"- {line}" in (folder / "summary.md").read_text()
    skipped = ET.parse(folder / "junit.xml").getroot().findall(".//skipped")
    assert [each.get("message") for each in skipped] == [f"not applicable: {LOCK}"]


def test_what_is_checked_less_is_told_by_testpoint(runner: Runner) -> None:
    lacking = {"knobs": {"lacks": LOCK}, "testpoints": ["soft_clear", "lock"]}
    clear, lock = {"testpoints": ["soft_clear"]}, {"testpoints": ["lock"]}
    runner.tests(locked=lacking, clear=clear, more=lock, most=lock)
    assert runner("regressions", "--tier", "smoke") == 0
    less = [line for line in runner.out.splitlines() if line.startswith("less is checked")]
    assert less == ["less is checked on redmule: soft_clear (1 of 2 tests)"], (
        "two of three are enough for lock"
    )
    folder = runner.build / "reports" / "smoke-redmule"
    assert f"- {less[0]}" in (folder / "summary.md").read_text()
    assert less[0] in (folder / "report.html").read_text()


def test_a_pattern_stands_for_all_tests_that_match(runner: Runner) -> None:
    runner.tests(reg_one={}, other={}, reg_two={}, reg_lock={"knobs": {"lacks": LOCK}})
    assert runner("run", "--test", "reg_*:0:2") == 0
    assert [test["name"] for test in runner.summary("run")["tests"]] == ["reg_one", "reg_two"]
    assert f"not applicable: 1 of 3 tests: reg_lock: {LOCK}" in runner.out


def test_a_run_of_nothing_else_says_why(runner: Runner) -> None:
    runner.tests(locked={"knobs": {"lacks": LOCK}})
    assert runner("run", "--test", "locked:0:2") == 2
    assert f"TEST: locked is not applicable: {LOCK}" in runner.err


def test_scenarios_that_were_left_out_are_counted(runner: Runner) -> None:
    runner.tests(sizes={"knobs": {"behave": "leave out"}})
    assert runner("run", "--test", "sizes:0:2,sizes:2:4") == 0
    assert "not applicable: 6 of 10 drawn scenarios of sizes: redmule has no M below 8" in runner.out
    (part,) = runner.summary("run")["not_applicable"]
    assert (part["scenarios"], part["drawn"]) == (6, 10)


def test_scenarios_of_a_directed_test_are_counted_once(runner: Runner) -> None:
    """Those left out are among its runs, where a stream draws others in their place."""
    runner.tests(directed={"knobs": {"behave": "cannot", "at": 1}})
    assert runner("run", "--test", "directed:0:2,directed:2:4") == 0
    assert "not applicable: 3 of 4 drawn scenarios of directed: redmule has no M below 8" in runner.out
    (part,) = runner.summary("run")["not_applicable"]
    assert (part["scenarios"], part["drawn"]) == (3, 4)


def test_a_test_that_a_known_hang_leaves_nothing_to_compare_is_told_and_fails_nothing(runner: Runner) -> None:
    runner.tests(plain={}, stuck={"knobs": {"behave": "stop"}, "testpoints": ["soft_clear"]})
    assert runner("regressions", "--tier", "smoke") == 0, runner.out
    reason = "redmule: known issue 'odd' stops every job before there is anything to compare"
    assert f"not applicable: 1 of 2 tests: stuck: {reason}" in runner.out
    assert "1 of 1 tests passed (1 not applicable)" in runner.out
    (part,) = runner.summary()["not_applicable"]
    assert (part["test"], part["reason"], part["testpoints"]) == ("stuck", reason, ["soft_clear"])
    page = (runner.build / "reports" / "smoke-redmule" / "report.html").read_text()
    assert "<td>stuck</td><td>redmule</td>" in page


@pytest.mark.parametrize("knobs", [{"behave": "stop", "at": 1}, {"behave": "compare nothing"}])
def test_a_test_that_compares_nothing_for_any_other_reason_fails(
    runner: Runner, knobs: dict[str, object]
) -> None:
    """In the first one, the hang is that of all scenarios but one."""
    runner.tests(plain={}, other={"knobs": knobs})
    assert runner("regressions", "--tier", "smoke") == 1
    assert runner.status("other") == ("not_run", "nothing was compared")


def test_a_run_in_which_nothing_at_all_is_compared_has_not_passed(runner: Runner) -> None:
    runner.tests(stuck={"knobs": {"behave": "stop"}})
    assert runner("run", "--test", "stuck") == 1
    assert "0 of 0 tests passed (1 not applicable)" in runner.out


@pytest.mark.parametrize("command", [("regressions", "--tier", "smoke"), ("run", "--test", "*")])
def test_values_of_knobs_that_the_device_lacks_are_told_and_the_test_runs(
    runner: Runner, command: tuple[str, ...]
) -> None:
    reason = "redmule does not have E4M3; it has FP16"
    runner.tests(plain={}, **{name: {"knobs": {"narrowed": reason}} for name in ("few", "less")})
    assert runner(*command) == 0
    assert f"not applicable: values of knob fmt of few, less: {reason}" in runner.out
    assert "3 of 3 tests passed," in runner.out
    label = "run" if command[0] == "run" else "smoke-redmule"
    assert [part["knob"] for part in runner.summary(label)["not_applicable"]] == ["fmt", "fmt"]
    folder = runner.build / "reports" / label
    assert "some values of fmt" in (folder / "report.html").read_text()
    assert not ET.parse(folder / "junit.xml").getroot().findall(".//skipped")


def test_a_stream_draws_what_the_device_can_and_counts_the_rest() -> None:
    matmul = device(operations=[Op.MATMUL])
    drawing = ScenarioStream("mixed", 1, {}, device())
    drawing.descriptor = matmul
    drawn = [drawing.scenario(index) for index in range(20)]
    assert {job.op for scenario in drawn for job in scenario.jobs} == {Op.MATMUL}
    assert set(drawing.left_out) == {f"paper has no operation {op.name}" for op in Op if op is not Op.MATMUL}
    assert not drawing.rejected


def test_a_test_all_of_whose_scenarios_are_impossible_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = TestEntry("all", "gemm_op", count=1)
    assert not_applicable(entry, device()) == ""
    monkeypatch.setattr(type(device()), "cannot", lambda _self, _scenario: "paper has no power")
    assert not_applicable(entry, device()) == "paper has no power"


def test_lines_join_what_has_one_reason() -> None:
    parts = [
        *(NotApplicable("a", name, LOCK) for name in ("x", "y")),
        *(NotApplicable("a", name, "m < 8", 2, 10) for name in ("z", "z")),
    ]
    assert in_words(parts, 9) == [
        f"not applicable: 2 of 9 tests: x, y: {LOCK}",
        "not applicable: 4 of 20 drawn scenarios of z: m < 8",
    ]


def test_a_merged_run_keeps_what_its_parts_left_out(runner: Runner) -> None:
    runner.tests(plain={}, other={}, locked={"knobs": {"lacks": LOCK}})
    parts: list[str] = []
    for number in (1, 2):
        assert runner("regressions", "--tier", "smoke", "--shard", f"{number}/2") == 0
        parts = [str(run) for run in sorted((runner.build / "runs").iterdir())]
    assert runner("merge", "--runs", *parts) == 0, runner.out + runner.err
    assert f"1 of 3 tests: locked: {LOCK}" in runner.out
