# SPDX-License-Identifier: Apache-2.0
"""What is made of the measured times, and what is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regressions import cli
from regressions.bench import accelerator, model, simulation
from regressions.bench.bare import BareResult, digest
from regressions.bench.simulation import Figures, Speed
from regressions.errors import UserError
from regressions.results import JobResult, TestLog
from tests.runner.fake import services

FIGURES = Figures(1.0, 2.0, 0.5, 3.0, 0.5, 7.0)
MODEL_ROW = {"data": "normal", "size": 16, "fma_per_second": 1, "ratio": 0.5}
ROW = accelerator.Row("GEMM", "FP16", 12, 16, 16, 140, 141, 0.4)


def test_medians_and_ratios_by_round() -> None:
    # The second round ran on a machine of half the speed, the third disturbed the bench alone.
    rounds = [
        (Speed(1000, 0.002), Speed(900, 0.0009)),
        (Speed(1000, 0.004), Speed(900, 0.0018)),
        (Speed(1000, 0.02), Speed(900, 0.0009)),
    ]
    figures = simulation.figures(rounds, jobs=10)
    assert figures.bench_cycles_per_second == 250_000
    assert figures.bare_cycles_per_second == 1_000_000
    assert figures.ratio == 0.5
    assert figures.jobs_per_minute == 150_000
    assert figures.overhead_us_per_cycle == 2.0
    assert figures.overhead_us_per_job == 200.0


@pytest.mark.parametrize(
    ("bench", "bare", "message"),
    [
        ([5, 7], (5, 8), "scenario 1 took 7 cycles in the bench, 8 in the bare loop"),
        ([5], (5, 7), "2 jobs planned, 1 ran in the bench and 2 in the bare loop"),
        ([5, 7], (5,), "2 jobs planned, 2 ran in the bench and 1 in the bare loop"),
    ],
)
def test_a_loop_that_does_other_work_gives_no_figures(
    bench: list[int], bare: tuple[int, ...], message: str
) -> None:
    from tb.descriptor import load

    planned = simulation.scenarios(load("serial"), 0, 2)
    jobs = [JobResult.from_json({"scenario": index, "cycles": value}) for index, value in enumerate(bench)]
    log = TestLog(("bench_mix", 0, 2), jobs=jobs)
    with pytest.raises(UserError, match=message):
        simulation.check_cycles(planned, log, BareResult(1, 1.0, bare, ()))


def test_digest_is_fnv_1a() -> None:
    assert digest(np.zeros(0, np.uint8)) == "cbf29ce484222325"
    assert digest(np.frombuffer(b"foobar", np.uint8)) == "85944171f73967e8"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements that take no time."""
    monkeypatch.setattr(simulation, "measure", lambda *_args, **_more: FIGURES)
    monkeypatch.setattr(model, "measure", lambda: [MODEL_ROW])
    monkeypatch.setattr(accelerator, "measure", lambda *_args: [ROW])


@pytest.mark.usefixtures("measured")
def test_bench_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 0
    written = json.loads((tmp_path / "reports" / "bench.json").read_text())
    assert set(written) == {"simulation", "model", "accelerator"}
    required = {"bench_cycles_per_second", "bare_cycles_per_second", "ratio", "jobs_per_minute"}
    assert required | {"overhead_us_per_cycle", "overhead_us_per_job"} == set(written["simulation"])
    assert written["model"] == [MODEL_ROW]
    expected = {"op", "format", "M", "N", "K", "cycles", "bound", "utilization"}
    assert set(written["accelerator"][0]) == expected
    assert re.search(r"^ +ratio +0\.5$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.usefixtures("measured")
def test_a_failed_measurement_leaves_the_earlier_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 0
    before = (tmp_path / "reports" / "bench.json").read_text()

    def fail(*_args: Any, **_more: Any) -> Figures:
        raise UserError("bench_mix failed: scenario 3: memory: job 0: Z[0,0] is wrong")

    monkeypatch.setattr(simulation, "measure", fail)
    capsys.readouterr()
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 2
    assert capsys.readouterr().err.startswith("error: bench_mix failed: scenario 3")
    assert (tmp_path / "reports" / "bench.json").read_text() == before
    assert not list((tmp_path / "reports").glob(".*"))
