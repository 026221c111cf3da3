# SPDX-License-Identifier: Apache-2.0
"""A failing scenario leaves a record of all that was wrong, which is about what tells it best."""

import json
from pathlib import Path

from tb.env.recorder import Recorder
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.record import read_record
from tb.exchange.results import HANG, Finding, decode
from tb.exchange.status import Status
from tb.scoreboard.verdict import Verdict
from tb.stimulus.stream import ScenarioStream
from tests.stimulus.devices import device

READS = [Finding(Status.PROTOCOL, "rule 5", f"broken: read at {n}", n % 2) for n in range(30)]
STATE = 1234  # seed of the state that the simulation started from
STOPPED = Finding(Status.TIMEOUT, HANG, "no event of job 1", 1)


def recorded(folder: Path, *findings: Finding) -> Recorder:
    """The recorder of a segment with one failing scenario."""
    segment = Segment(TestEntry("t", "gemm_op"), 1, 0, 1)
    recorder = Recorder(folder, "serial", segment, STATE, lambda _, __: None)
    scenario = ScenarioStream("t", 1, {}, device()).scenario(0)
    recorder.scenario(scenario, Verdict([], list(findings), 0), [scenario])
    recorder.close()
    return recorder


def test_a_hang_is_not_taken_for_what_broke_before_it(tmp_path: Path) -> None:
    recorder = recorded(tmp_path, *READS, STOPPED)
    record = read_record(tmp_path / "failures" / "t-0.json")
    assert (record.status, record.detail) == (Status.TIMEOUT, "watchdog: job 1: no event of job 1")
    assert record.findings == (STOPPED, *READS)
    assert record.state == STATE
    assert recorder.worst is Status.PROTOCOL


def test_a_line_tells_each_bucket_once_and_twenty_findings_at_most(tmp_path: Path) -> None:
    recorded(tmp_path, *READS, STOPPED)
    failure = decode((tmp_path / "results.jsonl").read_bytes())
    assert failure.findings == (*READS[:19], STOPPED)
    assert json.loads((tmp_path / failure.record).read_text())["status"] == "timeout"


def test_without_a_hang_the_gravest_leads(tmp_path: Path) -> None:
    wrong = Finding(Status.MISMATCH, "memory", "Z[0,0] is wrong", 0)
    recorded(tmp_path, READS[0], wrong)
    assert read_record(tmp_path / "failures" / "t-0.json").detail == "memory: job 0: Z[0,0] is wrong"
