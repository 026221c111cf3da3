# SPDX-License-Identifier: Apache-2.0
"""Tests of a campaign on one unit bench, and of the reading of a bench's output and a program's end."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regressions.cluster.mutants import jobs as cluster_jobs
from regressions.cluster.mutants import outcome as cluster_outcome
from regressions.cluster.mutants import target as cluster
from regressions.cluster.mutants.outcome import ClusterTask, Found, read_cluster, read_unit
from regressions.errors import UserError
from regressions.judge import Ending, ProcessEnd
from tb.schema import SchemaError
from tests.mutants.campaign import campaign

DATA = """
schema = 1
device = "cluster"

[[defect]]
id = "any-grant"
file = "cluster_core_bus.sv"
line = "event_req_o   = req_i && in_event;"
replacement = "event_req_o   = in_event;"
about = "the event unit is asked all the time"
seen_by = ["request"]

[[defect]]
id = "same-sum"
file = "cluster_core_bus.sv"
line = "rvalid_o = tcdm_rvalid_i || periph_rvalid_i || event_rvalid_i || error_q;"
replacement = "rvalid_o = periph_rvalid_i || tcdm_rvalid_i || event_rvalid_i || error_q;"
about = "another order"
equivalent = "or is symmetric"

[[defect]]
id = "wrongly-excused"
file = "cluster_core_bus.sv"
line = "error_o       = req_i && none;"
replacement = "error_o       = 1'b0;"
about = "nowhere never answers"
unreachable = "it is thought to be"

[[defect]]
id = "nonsense"
file = "cluster_core_bus.sv"
line = "else error_q <= error_o;"
replacement = "else error_q <= missing;"
about = "no such signal"
"""
LIST = "schema = 1\nseed = 1\njobs = [{}]\n"
JOBS = ("periph:0:9", "core_bus:0:2")


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, dict[str, Any]]:
    """Exit code, output and report of all four defects."""
    code, output, tree = campaign(tmp_path_factory.mktemp("campaign"), cluster.NAME, DATA, JOBS)
    return code, output, json.loads((tree / "reports" / "mutants-cluster-own" / "mutants.json").read_text())


@pytest.mark.sim
def test_every_defect_has_its_fate(complete: tuple[int, str, dict[str, Any]]) -> None:
    code, output, report = complete
    found = {entry["id"]: entry for entry in report["defects"]}
    assert {name: entry["fate"] for name, entry in found.items()} == {
        "any-grant": "killed",
        "same-sum": "survived",
        "wrongly-excused": "killed",
        "nonsense": "invalid",
    }
    assert found["any-grant"]["checkers"] == ["request"]
    assert found["any-grant"]["test"] == "core_bus"
    assert 0 < found["any-grant"]["cycles"] < report["cycles"] == found["same-sum"]["cycles"] == 100_000
    assert "missing" in found["nonsense"]["detail"]
    assert {name for name, entry in found.items() if entry["complaint"]} == {"wrongly-excused", "nonsense"}
    assert code == 1
    assert "without a defect all 100000 cycles pass" in output


@pytest.mark.sim
@pytest.mark.usefixtures("complete")
def test_part_of_the_defects_passes(tmp_path: Path) -> None:
    code, output, tree = campaign(tmp_path, cluster.NAME, DATA, JOBS, "any-*,same-sum")
    assert code == 0
    assert "1 of 2 defects killed, 1 explained;" in output
    assert not (tree / "reports").exists()


@pytest.mark.parametrize(
    ("jobs", "error", "message"),
    [
        ('"core_bus"', SchemaError, "'core_bus' is no part; write name:begin:end"),
        ('"core_bus:2:2"', SchemaError, "'core_bus:2:2' is no part"),
        ('"core_buss:0:1"', UserError, "bench, check or cluster 'core_buss'; did you mean 'core_bus'"),
        ('"check-trp:0:1"', UserError, "did you mean 'check-trap'"),
    ],
)
def test_a_bad_list_is_one_line(tmp_path: Path, jobs: str, error: type[Exception], message: str) -> None:
    (tmp_path / "jobs.toml").write_text(LIST.format(jobs))
    with pytest.raises(error, match=message):
        cluster_jobs.load(tmp_path / "jobs.toml")


def test_every_check_and_bench_is_in_the_list() -> None:
    parts = cluster_jobs.load(cluster_jobs.JOBS)[1]
    assert {part.check for part in parts} - {""} == set(cluster_jobs.EXPECTED)
    units = {part.unit.name: part.unit for part in parts if part.unit is not None}
    assert set(units) == set(cluster_jobs.UNITS)
    covered = {module for unit in units.values() for module in unit.modules}
    names = {path.stem for path in cluster.CLUSTER.sources}
    # Defects that only programs reach.
    assert names - covered == {"cluster_code", "cluster_core", "cluster_system", "cluster_top"}
    assert any(not part.unit and not part.check for part in parts)


@pytest.mark.parametrize(
    ("said", "code", "found"),
    [
        ("cycles 50\n", 0, Found((), "", 50)),
        ("read in cycle 7: 1 for 2\ncycles 8\n", 1, Found(("read",), "1 for 2", 8)),
        ("read in cycle 7: 1 for 2\ncycles 8\n", -6, Found(("crash",), "abort", 8)),
        ("", 0, Found(("crash",), "abort", 0)),
        ("cycles 50\n", 1, Found(("crash",), "abort", 50)),
    ],
)
def test_words_of_a_bench(said: str, code: int, found: Found) -> None:
    assert read_unit(said, ProcessEnd(Ending.EXITED, code, "abort")) == found


QUIET = {"cycles": 9, "findings": [], "trapped": 0, "ended": True, "return": 0, "bus_errors": 0}
FINDING = {"rule": "wait", "cycle": 3, "detail": "long"}


@pytest.mark.parametrize(
    ("log", "problems", "expected", "found"),
    [
        ({}, (), "", Found((), "", 9)),
        ({"return": 4}, ("returned 4",), "", Found(("return",), "returned 4", 9)),
        ({"ended": False, "return": 4}, ("no end",), "", Found(("end",), "no end", 9)),
        ({"trapped": 1, "ended": False}, ("trap", "x"), "", Found(("trap", "end"), "trap", 9)),
        ({"findings": [FINDING, FINDING]}, ("wait in",), "", Found(("wait",), "wait in", 9)),
        ({"trapped": 1}, ("hart 0 trapped",), "hart . trapped", Found((), "", 9)),
        (
            {"trapped": 1},
            ("hart 0 trapped", "wait"),
            "hart . trapped",
            Found(("report",), "hart 0 trapped", 9),
        ),
        ({}, (), "hart . trapped", Found(("report",), "nothing reported like hart . trapped", 9)),
        ({"bus_errors": 1}, ("hart 0 accessed",), "", Found(("bus_error",), "hart 0 accessed", 9)),
    ],
)
def test_end_of_a_program(
    monkeypatch: pytest.MonkeyPatch,
    log: dict[str, Any],
    problems: tuple[str, ...],
    expected: str,
    found: Found,
) -> None:
    outcome = SimpleNamespace(log=QUIET | log, problems=problems)
    monkeypatch.setattr(cluster_outcome, "read_outcome", lambda *_: outcome)
    task: Any = SimpleNamespace()
    assert read_cluster(ClusterTask(task, task, expected), Path(), "rerun: x\n{}\n") == found
