# SPDX-License-Identifier: Apache-2.0
"""A whole campaign on the serial device: defects killed, explained, wrongly explained, and invalid."""

import json
from pathlib import Path
from typing import Any

import pytest

from regressions.errors import UserError
from tests.mutants.campaign import campaign

pytestmark = pytest.mark.sim

DATA = """
schema = 1
device = "serial"

[[defect]]
id = "wrong-unit"
file = "serial_alu.sv"
line = "assign acc_o      = op_i inside {MATMUL, GEMM} ? fma_result : outer_result;"
replacement = "assign acc_o      = op_i inside {MATMUL} ? fma_result : outer_result;"
about = "GEMM gives the result of the outer operation"
seen_by = ["memory"]

[[defect]]
id = "same-sum"
file = "redmule_serial.sv"
line = "assign busy_o = jobs_pending || raised;"
replacement = "assign busy_o = raised || jobs_pending;"
about = "another order"
equivalent = "or is symmetric"

[[defect]]
id = "wrongly-excused"
file = "serial_engine.sv"
line = "assign last_n = n_q == job_i.n - 16'd1;"
replacement = "assign last_n = n_q == job_i.n - 16'd2;"
about = "one step is left out"
unreachable = "it is thought to be"

[[defect]]
id = "nonsense"
file = "serial_engine.sv"
line = "assign empty  = job_i.m == '0 || job_i.k == '0;"
replacement = "assign empty  = job_i.m == '0 || job_i.none == '0;"
about = "no such member"

[[defect]]
id = "not-reset"
file = "serial_regs.sv"
line = "{used_q, head_q, tail_q}        <= '0;"
replacement = ""
about = "the queue is not reset"

[[defect]]
id = "not-reset-at-random"
file = "serial_regs.sv"
line = "{used_q, head_q, tail_q}        <= '0;"
replacement = ""
about = "the queue is not reset"
kind = "xrand"
"""
SMALL = ("gemm_ops_small:0:12",)
LIST = """
[[test]]
name = "fails"
sequence = "failing.py:Fails"
tiers = ["pr"]
count = 1
"""
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, dict[str, Any]]:
    """Exit code, output and report of all six defects."""
    code, output, tree = campaign(tmp_path_factory.mktemp("campaign"), "serial", DATA, SMALL)
    return code, output, json.loads((tree / "reports" / "mutants-own" / "mutants.json").read_text())


def test_every_defect_has_its_fate(complete: tuple[int, str, dict[str, Any]]) -> None:
    found = {entry["id"]: entry for entry in complete[2]["defects"]}
    assert {name: entry["fate"] for name, entry in found.items()} == {
        "wrong-unit": "killed",
        "same-sum": "survived",
        "wrongly-excused": "killed",
        "nonsense": "invalid",
        "not-reset": "survived",
        "not-reset-at-random": "killed",
    }
    assert found["wrong-unit"]["checkers"] == ["memory"]
    assert 0 < found["wrong-unit"]["jobs"] <= complete[2]["jobs"] == found["same-sum"]["jobs"]
    assert "none" in found["nonsense"]["detail"]


def test_stale_reason_and_invalid_defect_make_the_run_fail(complete: tuple[int, str, dict[str, Any]]) -> None:
    code, output, report = complete
    assert code == 1
    assert {entry["id"] for entry in report["defects"] if entry["complaint"]} == {
        "wrongly-excused",
        "nonsense",
        "not-reset",
    }
    assert "remove the reason" in output
    assert "does not compile" in output


def test_part_of_the_defects_passes_and_replaces_no_report(tmp_path: Path) -> None:
    code, output, tree = campaign(tmp_path, "serial", DATA, SMALL, "wrong-*,same-sum")
    assert code == 0
    assert "1 of 2 defects killed, 1 explained;" in output
    assert not (tree / "reports").exists()


def test_device_that_fails_by_itself_stops_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(LIST)
    (tmp_path / "failing.py").write_text((HERE / "failing.py").read_text())
    with pytest.raises(UserError, match=r"serial fails without any defect.*test fails: nothing is right"):
        campaign(tmp_path, "serial", DATA, ["fails:0:1"], "wrong-*", (tmp_path / "list.toml",))


def test_a_graded_campaign_names_every_test_that_finds_a_defect(tmp_path: Path) -> None:
    # Enough of the mix for some GEMM with elements: the defect shows in no other operation.
    jobs = (*SMALL, "gemm_ops:0:60", "reg_hw_reset:0:1")
    for graded, tests in ((False, ["gemm_ops_small"]), (True, ["gemm_ops_small", "gemm_ops"])):
        _, _, tree = campaign(tmp_path, "serial", DATA, jobs, "wrong-unit", graded=graded)
        newest = max((tree / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns)
        report = json.loads((newest / "mutants.json").read_text())
        assert report["graded"] is graded
        assert [entry["tests"] for entry in report["defects"]] == [tests]
