# SPDX-License-Identifier: Apache-2.0
"""Tests of the kept cycles: differences, the written file, and its completeness."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from rich.console import Console

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from regressions.baseline import record
from regressions.baseline.compare import compare
from regressions.baseline.jobs import describe, scenarios
from regressions.baseline.record import Device, Kept
from regressions.commands import baseline as command
from regressions.commands.baseline import changes, collect
from regressions.errors import UserError
from regressions.order import Order
from regressions.paths import BuildTree
from tb.descriptor import available, load
from tb.exchange.results import JobResult
from tb.exchange.status import Status
from tb.schema import SchemaError
from tests.job_results import job_result
from tests.runner.fake import services

AT = Instance(4, 12, 3, 256)
ONE = Kept("left_n", 0, "GEMM FP16 12x17x16", 400, {"WORKING": 3264, "WAIT_W": 96, "DRAIN": 480})
TWO = Kept("queued", 1, "GEMM FP16 24x16x16", 500, {})
DEVICES = available()


def test_equal_cycles_differ_in_nothing_wherever_they_went() -> None:
    assert not compare([ONE, TWO], [structs.replace(ONE, causes={"FILL": 1}), TWO], AT)


def test_a_slower_job_names_the_causes_that_grew_the_most_grown_first() -> None:
    causes = {"WORKING": 3264, "WAIT_W": 240, "DRAIN": 528, "FILL": 24}
    slower = structs.replace(ONE, cycles=403, causes=causes)
    (found,) = compare([ONE], [slower], AT)
    assert found.slower
    assert found.text == (
        "left_n[0] (GEMM FP16 12x17x16) takes 403 cycles, 400 before: "
        "grew: WAIT_W by 3.0 cycles, DRAIN by 1.0 cycles, FILL by 0.5 cycles"
    )


def test_without_a_probe_nobody_says_why() -> None:
    (found,) = compare([TWO], [structs.replace(TWO, cycles=501)], AT)
    assert found.text.endswith("501 cycles, 500 before: the device has no probe that says why")


def test_a_faster_job_asks_for_its_gain_to_be_kept() -> None:
    (found,) = compare([ONE], [structs.replace(ONE, cycles=399)], AT)
    assert not found.slower
    assert "399 cycles, 400 before; keep it with make baseline" in found.text


def test_slower_jobs_come_first() -> None:
    found = compare([ONE, TWO], [structs.replace(ONE, cycles=399), structs.replace(TWO, cycles=501)], AT)
    assert [each.slower for each in found] == [True, False]


@pytest.mark.parametrize(
    ("kept", "measured", "text"),
    [
        ([], [ONE], "left_n[0] (GEMM FP16 12x17x16) is not in the baseline"),
        ([ONE], [structs.replace(ONE, what="GEMM BF16 1x1x1")], "is 'GEMM FP16 12x17x16' in the baseline"),
        ([ONE], [], "left_n[0] (GEMM FP16 12x17x16) did not run"),
    ],
)
def test_a_changed_list_asks_for_a_new_baseline(kept: list[Kept], measured: list[Kept], text: str) -> None:
    (found,) = compare(kept, measured, AT)
    assert text in found.text
    assert found.text.endswith("the list changed: run make baseline")


def test_what_is_written_is_read_again_a_line_for_each_job(tmp_path: Path) -> None:
    baseline = {"b": Device("1x1x0 DW256", [TWO]), "a": Device("4x12x3 DW256", [ONE, TWO])}
    path = tmp_path / "baseline.json"
    record.write(baseline, path)
    assert record.read(path) == baseline
    assert len([line for line in path.read_text().splitlines() if '"cycles"' in line]) == 3
    assert list(json.loads(path.read_text())) == ["a", "b"]


def test_no_file_keeps_nothing(tmp_path: Path) -> None:
    assert record.read(tmp_path / "baseline.json") == {}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": 1}', '{"a": {"instance": "x", "jobs": [{"scenario": "s", "cycles": 0}]}}']
)
def test_a_damaged_file_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(SchemaError) as caught:
        record.read(path)
    assert "\n" not in str(caught.value)
    assert "baseline.json" in str(caught.value)


def results_of(device: str) -> list[JobResult]:
    """Results of a simulation in which all is well."""
    return [
        job_result(scenario=scenario.index, job=position, cycles=10, causes={"FILL": 480})
        for scenario in scenarios(load(device)).values()
        for position in range(len(scenario.jobs))
    ]


def test_every_job_is_collected_under_its_name() -> None:
    named = scenarios(load("redmule"))
    jobs = collect(named, results_of("redmule"), Path("sim.log"))
    assert len(jobs) == sum(len(scenario.jobs) for scenario in named.values())
    assert jobs[0] == Kept("matmul", 0, "MATMUL FP16 13x9x17", 10, {"FILL": 480})


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"status": Status.MISMATCH, "detail": "memory: Z[0,0]"},
            "matmul[0]: memory: Z[0,0]; nothing was written",
        ),
        ({"cycles": None}, "matmul[0]: passed; nothing was written"),
        ({"scenario": 999}, "matmul[0]: did not run; nothing was written"),
    ],
)
def test_a_job_that_did_not_pass_is_not_kept(change: dict[str, Any], text: str) -> None:
    results = results_of("redmule")
    results[0] = structs.replace(results[0], **change)
    with pytest.raises(UserError) as caught:
        collect(scenarios(load("redmule")), results, Path("sim.log"))
    assert text in str(caught.value)


def test_other_devices_stay_and_a_failure_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "baseline.json"
    monkeypatch.setattr(record, "FILE", path)
    write, read = record.write, record.read
    monkeypatch.setattr(record, "write", lambda baseline: write(baseline, path))
    monkeypatch.setattr(record, "read", lambda: read(path))
    write({"other": Device("1x1x0 DW256", [TWO])}, path)
    real = replace(services(), device=load)
    order = Order(dut="serial", tree=BuildTree(tmp_path))
    monkeypatch.setattr(command, "measure", lambda *_: [ONE])
    assert command.baseline(order, real, Console()) == 0
    assert read(path) == {"other": Device("1x1x0 DW256", [TWO]), "serial": Device("1x1x0 DW256", [ONE])}
    monkeypatch.setattr(command, "measure", lambda *_: [structs.replace(ONE, cycles=399)])
    assert command.baseline(order, real, Console()) == 0
    assert "left_n[0] (GEMM FP16 12x17x16): 400 -> 399 cycles, faster" in capsys.readouterr().out

    def fail(*_: Any) -> list[Kept]:
        raise UserError("baseline: left_n[0]: did not run")

    before = path.read_text()
    monkeypatch.setattr(command, "measure", fail)
    with pytest.raises(UserError):
        command.baseline(order, real, Console())
    assert path.read_text() == before


def test_changes_count_what_is_new_and_gone() -> None:
    old = Device("4x12x3 DW256", [ONE, TWO])
    assert list(changes(old, [structs.replace(ONE, cycles=401), structs.replace(TWO, what="x")])) == [
        "left_n[0] (GEMM FP16 12x17x16): 400 -> 401 cycles, slower",
        "1 slower, 0 faster, 1 new, 0 unchanged, 1 gone",
    ]
    assert list(changes(None, [ONE])) == ["1 jobs, none kept before"]


@pytest.mark.parametrize("name", DEVICES)
def test_the_list_covers_a_device(name: str) -> None:
    device = load(name)
    found = list(scenarios(device).values())
    jobs = [job for scenario in found for job in scenario.jobs]
    assert {job.op for job in jobs} == set(Op)
    assert {fmt for job in jobs for fmt in job.formats} == set(Format)
    assert any(job.mixed for job in jobs)
    assert {scenario.stall.kind for scenario in found} >= {"none", "random", "burst", "blackout"}
    assert {len(scenario.jobs) for scenario in found} >= {1, 2, 3}
    assert sum(device.bound(job) for job in jobs) < 100_000  # seconds to run


@pytest.mark.parametrize("name", DEVICES)
def test_the_file_has_every_job_of_the_list_and_no_other(name: str) -> None:
    device = load(name)
    kept = record.read()[name]
    assert kept.instance == device.instance.title
    assert [(job.scenario, job.job, job.what) for job in kept.jobs] == [
        (name, position, describe(scenario, position))
        for name, scenario in scenarios(device).items()
        for position in range(len(scenario.jobs))
    ]


@pytest.mark.parametrize("name", DEVICES)
def test_kept_causes_sum_to_the_cycles(name: str) -> None:
    device = load(name)
    places = device.instance.h * device.instance.l
    jobs = defaultdict(list)
    for job in record.read()[name].jobs:
        # A queued job may have slots while the one before has not ended: only together they fill the cycles.
        jobs[job.scenario].append(job)
    for queue in jobs.values():
        cycles = sum(job.cycles for job in queue) if device.probe is not None else 0
        assert sum(sum(job.causes.values()) for job in queue) == cycles * places


def test_every_device_of_the_file_exists() -> None:
    assert set(record.read()) == set(DEVICES)
