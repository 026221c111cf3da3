# SPDX-License-Identifier: Apache-2.0
"""`make trace`: of a scenario and of a failure record, and what it says where there is nothing to draw."""

import json
import re
from pathlib import Path

import pytest

from regressions import cli
from regressions.kinds import runner as runner_kind
from tb.exchange.entry import TestEntry
from tb.exchange.plan import read_plan
from tb.exchange.record import Record
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tests.runner.fake import services
from tests.runner.harness import Runner
from tests.trace.made import ONE_TILE, SECOND, made


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Logs of two jobs."""
    path = tmp_path / "made.npz"
    made((ONE_TILE, SECOND)).write(path)
    return path


def files(runner: Runner) -> list[Path]:
    """Pages and traces that were written."""
    return sorted(runner.build.glob("replays/*/**/trace.*"))


def test_a_scenario_is_run_alone_and_drawn(runner: Runner, logs: Path) -> None:
    runner.tests(fine={"knobs": {"logs": str(logs)}})
    assert runner("trace", "--test", "fine:3", "--seed", "7") == 0
    assert "job 0: GEMM FP16 M=12 N=16 K=16: 125 cycles to its event" in runner.out
    page, trace = files(runner)
    assert f"picture: {page}" in runner.out
    assert f"trace: {trace}, for ui.perfetto.dev" in runner.out
    assert "make trace TEST=fine:3 SEED=7" in page.read_text(encoding="utf-8")
    assert json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    (plan,) = runner.build.glob("replays/*/**/plan.json")
    assert read_plan(plan).logs
    assert [(part.begin, part.end) for part in read_plan(plan).tests] == [(3, 4)]
    assert not (runner.build / "reports").exists()


def test_one_that_fails_is_drawn_all_the_same(runner: Runner, logs: Path) -> None:
    runner.tests(bad={"knobs": {"logs": str(logs), "behave": "mismatch", "at": 3}})
    assert runner("trace", "--test", "bad:3") == 1
    assert "failed: " in runner.out
    assert len(files(runner)) == 2


@pytest.mark.parametrize("needs", [1, 2])
def test_a_record_is_drawn_as_it_fails(runner: Runner, tmp_path: Path, logs: Path, needs: int) -> None:
    window = made().scenario.window
    record = Record(
        scenarios=tuple(Scenario(index, (ONE_TILE,), window) for index in (2, 3)),
        status=Status.MISMATCH,
        detail="memory: Z[7] differs",
        findings=(Finding(Status.MISMATCH, "memory", "Z[7] differs", 0),),
        descriptor="tb/duts/redmule.toml",
        entry=TestEntry("bad", "gemm_op", count=4, knobs={"needs": needs, "logs": str(logs)}),
        seed=7,
    )
    path = tmp_path / "bad-3.json"
    record.write(path)
    assert cli.main(["trace", "--r", str(path), "--build", str(runner.build)], services()) == 1
    page, _ = files(runner)
    assert ("/alone/" if needs == 1 else "/prefix/") in str(page)
    text = page.read_text(encoding="utf-8")
    assert "memory: job 0: Z[7] differs" in text
    assert f"make trace R={path}" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "TEST: name a test, such as"),
        (("--test", "fine"), "TEST: name one scenario of one test, such as fine:7, or a record with R="),
        (("--test", "fine:2:4"), "TEST: name one scenario of one test"),
        (("--test", "fine:2,fine:3"), "TEST: name one scenario of one test"),
        (("--test", "fien:2"), "did you mean 'fine'"),
        (("--test", "poor:2"), "TEST: poor is not applicable: nothing is as it should"),
        (("--test", "fine:2"), "no job of fine, scenario 2, seed 1, on redmule was logged"),
        (("--r", "none.json", "--test", "fine:2"), "TEST: the record that R= names has its own; give one of"),
        (("--r", "none.json", "--seed", "2"), "SEED: the record that R= names has its own"),
        (("--r", "none.json"), "DUT: the record that R= names has its own"),
        (("--test", "fine:2", "--finding", "memory"), "FINDING: it is a record's; name the record with R="),
    ],
)
def test_what_cannot_be_drawn_is_an_error_of_one_line(
    runner: Runner, arguments: tuple[str, ...], said: str
) -> None:
    runner.tests(fine={}, poor={"knobs": {"lacks": "nothing is as it should"}})
    assert runner("trace", *arguments) == 2
    assert said in runner.err
    assert runner.err.count("\n") == 1


def test_clusters_say_that_they_have_no_logs() -> None:
    assert runner_kind("cluster").untraced
    assert not runner_kind("accelerator").untraced


def test_the_first_failure_of_each_kind_has_a_timeline_in_the_report(runner: Runner, logs: Path) -> None:
    knobs = {"logs": str(logs), "behave": "mismatch", "at": 2}
    runner.tests(bad={"knobs": knobs}, alike={"knobs": knobs}, other={"knobs": knobs | {"behave": "timeout"}})
    assert runner("run", "--test", "bad,alike,other") == 1
    pages = sorted(runner.build.glob("runs/*/sims/*/logs/*.html"))
    assert [page.name for page in pages] == ["bad-2.html", "other-2.html"]
    text = pages[0].read_text(encoding="utf-8")
    assert "make trace R=" in text
    assert "/failures/bad-2.json" in text
    (report,) = runner.build.glob("runs/*/report.html")
    links = re.findall(r'href="([^"]*)">timeline<', report.read_text(encoding="utf-8"))
    assert sorted(links) == sorted(str(page.relative_to(report.parent)) for page in pages)


def test_logs_that_are_damaged_cost_no_report(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "half.npz").write_bytes(b"PK")
    runner.tests(bad={"knobs": {"logs": str(tmp_path / "half.npz"), "behave": "mismatch", "at": 2}})
    assert runner("run", "--test", "bad") == 1
    (report,) = runner.build.glob("runs/*/report.html")
    assert ">timeline<" not in report.read_text(encoding="utf-8")
