# SPDX-License-Identifier: Apache-2.0
"""Processor time of a run, by what it went for."""

from collections import Counter
from pathlib import Path

from rich.console import Console

from regressions.processor import OTHERS, RUNNER, in_words, of_run
from regressions.report.console import print_verdict
from regressions.results import SimulationLog, TestLog
from tb.exchange.results import TestEnd
from tb.exchange.status import Status
from tests.runner.report_samples import report_job, result_of, summary_of


def test_processor_time_stands_behind_the_verdict() -> None:
    summary = summary_of(result_of(0, Status.PASSED, [report_job(0), report_job(1)]))
    summary.processor = Counter({"checks": 0.5, "simulator": 1.5})
    console = Console(record=True, width=200)
    print_verdict(console, summary, Path("x"))
    *_, shown, _report = console.export_text().splitlines()
    assert shown == "processor time 2.0 s: simulator 75.0%, checks 25.0%"


def test_a_run_is_its_simulations_and_the_runner() -> None:
    spent = of_run(Counter({"simulator": 1e6, "checks": 0.5}))
    assert spent["simulator"] == 1e6
    assert spent["checks"] == 0.5
    assert spent[RUNNER] > 0
    assert spent[OTHERS] == 0  # its processes told more than they used


def test_the_largest_share_comes_first() -> None:
    assert in_words({"checks": 0.5, "simulator": 1.5, "start": 0.0}) == (
        "processor time 2.0 s: simulator 75.0%, checks 25.0%"
    )
    assert in_words({}) == "processor time 0.0 s: "


def test_a_simulation_is_its_segments_and_its_start() -> None:
    ends = [TestEnd(test="t", status=Status.PASSED, processor={"simulator": 2.0}), None]
    tests = [TestLog(("t", 0, 1), end=end) for end in ends]
    assert SimulationLog(tests, start=0.5).processor == {"simulator": 2.0, "start": 0.5}
