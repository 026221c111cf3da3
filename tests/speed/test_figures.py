# SPDX-License-Identifier: Apache-2.0
"""Figures that are made of the measured times, and written."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from models.published import cases_of
from regressions import cli
from regressions.cluster import speed as cluster
from regressions.errors import UserError
from regressions.provenance import git_revision
from regressions.results import TestLog
from regressions.services import real_services
from regressions.speed import accelerator, job_choice, model, simulation
from regressions.speed.bare import BareResult, digest
from regressions.speed.job_choice import MeasuredJob
from regressions.speed.simulation import Speed, SpeedFigures
from tb.descriptor import available, load
from tests.job_results import job_result
from tests.runner.fake import services

FIGURES = SpeedFigures(1.0, 2.0, 0.5, 3.0, 0.5, 7.0, 0.6, {"simulator": 3.0, "checks": 2.0})
MODEL_ROW = {"data": "normal", "size": 16, "fma_per_second": 1, "ratio": 0.5}
ROW = accelerator.CaseRow(
    **{"instance": "4x12x3 DW256", "series": "table", "op": "GEMM", "format": "FP16", "stall_rate": None},
    **{"M": 12, "N": 16, "K": 16, "cycles": 140, "bound": 140, "published": 170},
    **{"mac_per_cycle": 21.94, "utilization": 0.4571},
)


def test_medians_and_ratios_by_round() -> None:
    # The second round ran on a machine of half the speed, the third disturbed the bench alone.
    rounds = [
        (Speed(1000, 0.002, {"simulator": 3.0, "checks": 1.0}), Speed(900, 0.0009)),
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
    assert figures.simulator_share == 0.75
    assert figures.processor == {"simulator": 3.0, "checks": 1.0}


@pytest.mark.parametrize(
    ("bench", "bare", "message"),
    [
        ([5, 7], (5, 8), "scenario 1 took 7 cycles in the bench, 8 in the bare loop"),
        ([5], (5, 7), "2 jobs planned, 1 ran in the bench and 2 in the bare loop"),
        ([5, 7], (5,), "2 jobs planned, 2 ran in the bench and 1 in the bare loop"),
    ],
)
def test_a_loop_of_other_work_gives_no_figures(bench: list[int], bare: tuple[int, ...], message: str) -> None:
    planned = simulation.scenarios(load("serial"), 0, 2)
    jobs = [job_result(scenario=index, cycles=value) for index, value in enumerate(bench)]
    log = TestLog(("bench_mix", 0, 2), jobs=jobs)
    with pytest.raises(UserError, match=message):
        simulation.check_cycles(planned, log, BareResult(1, 1.0, bare, (), ()))


def test_digest_is_fnv_1a() -> None:
    assert digest(np.zeros(0, np.uint8)) == "cbf29ce484222325"
    assert digest(np.frombuffer(b"foobar", np.uint8)) == "85944171f73967e8"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements that take no time."""
    monkeypatch.setattr(simulation, "measure", lambda *_args, **_more: FIGURES)
    monkeypatch.setattr(cluster, "measure", lambda *_args, **_more: FIGURES)
    monkeypatch.setattr(model, "measure", lambda: [MODEL_ROW])
    monkeypatch.setattr(job_choice, "measured_jobs", lambda _device: [])
    monkeypatch.setattr(job_choice, "measured_devices", lambda: ["redmule", "redmule_4x8x3"])
    monkeypatch.setattr(accelerator, "measure", lambda *_args: [ROW])


@pytest.mark.usefixtures("measured")
def test_a_cluster_is_measured_alone_and_the_rest_stays(tmp_path: Path) -> None:
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 0
    path = tmp_path / "reports" / "bench.json"
    before = json.loads(path.read_text())
    assert cli.main(["bench", "--dut", "cluster_2", "--build", str(tmp_path)], real_services(1)) == 0
    after = json.loads(path.read_text())
    assert after.pop("cluster_simulation")["device"] == "cluster_2"
    assert before.pop("cluster_simulation")["device"] == "cluster_8"
    assert after == before


@pytest.mark.usefixtures("measured")
def test_bench_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 0
    written = json.loads((tmp_path / "reports" / "bench.json").read_text())
    assert set(written) == {"git", "simulation", "model", "accelerator", "cluster_simulation"}
    assert set(written["cluster_simulation"]) == {"device", *written["simulation"]}
    assert written["cluster_simulation"]["device"] == "cluster_8"
    assert written["git"].partition("-")[0] == git_revision().partition("-")[0]
    required = {"bench_cycles_per_second", "bare_cycles_per_second", "ratio", "jobs_per_minute"}
    required |= {"overhead_us_per_cycle", "overhead_us_per_job", "simulator_share", "processor"}
    assert required == set(written["simulation"])
    assert written["model"] == [MODEL_ROW]
    assert [row["instance"] for row in written["accelerator"]] == ["4x12x3 DW256"] * 2
    expected = {"instance", "op", "format", "M", "N", "K", "cycles", "bound", "published", "utilization"}
    assert set(written["accelerator"][0]) == expected | {"series", "mac_per_cycle"}
    shown = capsys.readouterr().out
    assert re.search(r"^ +ratio +0\.5$", shown, re.MULTILINE)
    assert "processor time 5.0 s: simulator 60.0%, checks 40.0%" in shown
    assert re.search(r"4x12x3 DW256 +FP16 +12 +16 +16 +140 +140 +170 +21\.94 +45\.71 %", shown)


@pytest.mark.usefixtures("measured")
def test_a_row_over_its_bound_fails_after_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = replace(ROW, cycles=141)
    monkeypatch.setattr(accelerator, "measure", lambda *_args: [ROW, slow])
    assert cli.main(["bench", "--dut", "redmule", "--build", str(tmp_path)], services()) == 1
    written = json.loads((tmp_path / "reports" / "bench.json").read_text())
    assert [row["cycles"] for row in written["accelerator"]] == [140, 141]
    text = "slower than its bound: 4x12x3 DW256 GEMM FP16 12x16x16, 141 cycles, at most 140"
    assert text in capsys.readouterr().out


def test_rows_of_stalled_jobs_say_how_often_and_are_compared_with_nobody() -> None:
    device = load("redmule")
    jobs = [
        MeasuredJob("table", Op.GEMM, Format.FP16, 96, 96, 96),
        MeasuredJob("stall", Op.GEMM, Format.FP16, 96, 96, 96, 0.5),
    ]
    result = BareResult(1, 1.0, (18500, 40000), (0, 16000), ())
    rows = accelerator.rows(device, jobs, accelerator.scenarios(jobs), result)
    assert [row.published for row in rows] == [18540, None]
    assert [row.bound for row in rows] == [18510, 18510 + 20000]
    assert [row.slow for row in rows] == [False, True]
    assert ["stall_rate" in row.to_json() for row in rows] == [False, True]
    assert rows[0].utilization == pytest.approx(0.9963, abs=1e-4)


@pytest.mark.parametrize("name", available())
def test_what_is_measured_covers_the_table_and_every_sweep(name: str) -> None:
    device = load(name)
    jobs = job_choice.measured_jobs(device)
    table = [job for job in jobs if job.series == "table"]
    assert len(table) == len(cases_of(device.instance))
    assert {job.series for job in jobs} - {"table"} == {"M", "N", "K", "size", "operation", "stall"}
    assert {job.fmt for job in jobs if job.series == "size"} == set(device.formats)
    assert {job.op for job in jobs if job.series == "operation"} == set(device.operations)
    assert all(device.supports(scenario.jobs[0]) is None for scenario in accelerator.scenarios(jobs[:4]))


def test_every_instance_with_published_figures_is_measured() -> None:
    assert job_choice.measured_devices() == ["redmule", "redmule_8x12x3", "redmule_4x8x3", "redmule_8x8x1"]


@pytest.mark.usefixtures("measured")
def test_a_failed_measurement_leaves_the_earlier_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 0
    before = (tmp_path / "reports" / "bench.json").read_text()

    def fail(*_args: Any, **_more: Any) -> SpeedFigures:
        raise UserError("bench_mix failed: scenario 3: memory: job 0: Z[0,0] is wrong")

    monkeypatch.setattr(simulation, "measure", fail)
    capsys.readouterr()
    assert cli.main(["bench", "--build", str(tmp_path)], services()) == 2
    assert capsys.readouterr().err.startswith("error: bench_mix failed: scenario 3")
    assert (tmp_path / "reports" / "bench.json").read_text() == before
    assert not list((tmp_path / "reports").glob(".*"))
