# SPDX-License-Identifier: Apache-2.0
"""``make shrink`` on a device with a defect: the result is small, and still fails in the same way."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from regressions import cli
from regressions.paths import relative
from regressions.results import read_results
from regressions.services import real_services
from regressions.simulators import fst
from regressions.simulators.base import Build
from regressions.simulators.verilator import Verilator
from tb.descriptor import load
from tb.exchange.entry import TestEntry
from tb.exchange.record import Record, read_record
from tb.exchange.results import HANG, Finding
from tb.exchange.scenario import NO_STALL, Scenario
from tb.exchange.status import Status
from tb.stimulus.stream import ScenarioStream
from tests.bench.faults import fault_numbers
from tests.bench.simulation import DESCRIPTOR

pytestmark = pytest.mark.sim

KNOBS = {"jobs": [1, 2], "max_macs": 600, "corners": 0, "core": [0, 7]}
WRONG = Finding(Status.MISMATCH, "memory", "Z[0,0] is 0x0001 instead of 0x0000 (FP16); no step: N is 0", 0)
Shrink = Callable[..., tuple[int, list[str], Record | None]]


class Faulty(Verilator):
    """The simulator, with a defect of the device switched on in every simulation."""

    def __init__(self, fault: str, at: int) -> None:
        super().__init__(1)
        self._plusargs = [f"+fault={fault_numbers()[fault]}", f"+fault_at={at}", "+fault_recurs"]

    def command(
        self, build: Build, plan_dir: Path, *, waves: bool = False, state: int = 0
    ) -> tuple[list[str], dict[str, str]]:
        """Command line with the fault."""
        argv, environment = super().command(build, plan_dir, waves=waves, state=state)
        return [*argv, *self._plusargs], environment


def drawn(count: int, knobs: dict[str, object] | None = None) -> tuple[Scenario, ...]:
    """Scenarios of the faulty device."""
    stream = ScenarioStream("shrink", 5, KNOBS | (knobs or {}), load(str(DESCRIPTOR)))
    return tuple(stream.scenario(index) for index in range(count))


@pytest.fixture
def shrink(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shrink:
    """Shrink a record; return exit code, output, and the smallest failure."""

    def run(
        fault: str,
        at: int,
        scenarios: tuple[Scenario, ...],
        *options: str,
        about: Finding = WRONG,
        command: str = "shrink",
        device: Path = DESCRIPTOR,
    ) -> tuple[int, list[str], Record | None]:
        record = Record(
            **{"descriptor": str(device), "entry": TestEntry("shrink", "gemm_op", count=3), "seed": 5},
            **{"status": about.status, "detail": about.line, "findings": (about,), "scenarios": scenarios},
        )
        record.write(tmp_path / "failures" / "record.json")
        real = real_services(1)
        services = replace(real, simulator=lambda _: Faulty(fault, at))
        place = [f"--r={tmp_path / 'failures' / 'record.json'}", f"--build={tmp_path / 'build'}"]
        capsys.readouterr()
        code = cli.main([command, *place, *options], services)
        out = capsys.readouterr().out.splitlines()
        found = next(iter(tmp_path.glob("build/replays/*/*/sims/0000/shrunk.json")), None)
        return code, out, None if found is None else read_record(found)

    return run


def left(folder: Path, name: str) -> Path:
    """Path of the smallest failure (`shrunk`), or of the account of the search (`shrink`)."""
    (path,) = folder.glob(f"build/replays/*/*/sims/0000/{name}.json")
    return path


def complete(folder: Path) -> bool:
    """The search found no smaller failure, and not for want of time."""
    return json.loads(left(folder, "shrink").read_text())["complete"]


def test_a_wrong_write_shrinks_to_three_lines(shrink: Shrink, tmp_path: Path) -> None:
    # The 31st write after a reset is wrong, so 31 outputs are needed, in any shape and in any number of jobs.
    code, out, record = shrink("WriteFlip", 30, drawn(6))
    assert code == 1
    jobs = [job for scenario in record.scenarios for job in scenario.jobs]
    assert sum(job.m * job.k for job in jobs) >= 31
    for job in jobs:
        less = min(job.m, job.k)  # outputs lost with a row or column
        assert sum(job.m * job.k for job in jobs) - less < 31
        assert (job.n, job.core) == (0, 0)
    assert all(scenario.stall == NO_STALL for scenario in record.scenarios)
    assert len(record.scenarios) == 1
    finding, what, command = out
    assert finding == f"{record.status}: {record.detail}"
    assert finding.startswith("mismatch: memory: ")
    assert f"M={record.failing.jobs[-1].m} N=0" in what
    assert re.fullmatch(r"make replay R=\S+/shrunk\.json WAVES=1", command)
    assert complete(tmp_path)


@pytest.mark.parametrize("known", ["k >= 0", "m >= 0 and n > 60000"])
def test_what_is_known_of_a_device_hides_no_failure_from_the_search(
    shrink: Shrink, tmp_path: Path, known: str
) -> None:
    """A rule explains the record; the simulation must look for what it would not count."""
    path = tmp_path / "rules.toml"
    rule = {"id": "flips", "reason": "tracker 17", "expect": "memory", "when": known}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in rule.items())
    path.write_text(f'base = "{DESCRIPTOR}"\nname = "known"\n[[known_issues]]\n{lines}\n')
    code, out, record = shrink("WriteFlip", 0, drawn(1), device=path)
    assert code == 1
    assert record is not None
    title = "mismatch, known issue 'flips' (tracker 17)" if known == "k >= 0" else "mismatch"
    finding, what, _ = out
    assert finding.startswith(f"{title}: memory: ")
    assert what.startswith("known: MATMUL ")
    code, out, _ = shrink("WriteFlip", 0, drawn(1), device=path, command="replay")
    assert code == 1
    assert out[-1].startswith(f"reproduced alone: {title}, log ")


def test_a_defect_behind_stalls_keeps_a_stall(shrink: Shrink, tmp_path: Path) -> None:
    scenarios = drawn(3, {"stall": "random", "stall_rate": [0.4, 0.6], "op": "GEMM"})
    code, _, record = shrink("ReadAfterStall", 0, scenarios)
    assert code == 1
    (scenario,) = record.scenarios
    (job,) = scenario.jobs
    assert scenario.stall.kind == "random"
    assert job.m * job.k <= 4
    assert complete(tmp_path)


def test_what_ran_before_stays_only_where_it_is_needed(shrink: Shrink) -> None:
    # Small jobs: no single scenario makes 31 writes, so some of those before the failing one are needed.
    small = drawn(12, {"m": [2, 3], "k": [2, 3], "jobs": 1})
    code, out, record = shrink("WriteFlip", 30, small)
    assert code == 1
    assert 31 // 9 < len(record.scenarios) < 12
    assert sum(job.m * job.k for scenario in record.scenarios for job in scenario.jobs) == 31
    assert "; after " in out[-2] or ": after " in out[-2]


def test_a_failure_of_another_kind_is_not_taken_for_the_one_that_is_looked_for(shrink: Shrink) -> None:
    # The device never raises its event: every job fails, but by the watchdog.
    code, out, record = shrink("EventMissing", 0, drawn(2))
    assert code == 1
    assert record is None
    assert "not reproduced" in out[-1]
    assert "it fails otherwise: " in out[-1]


def test_a_hang_stays_a_hang_of_its_kind(shrink: Shrink) -> None:
    # The third event after a reset is missing: three jobs are needed, of which the last is no empty one.
    scenarios = drawn(3, {"m": [2, 4], "n": [2, 4], "k": [2, 4], "jobs": 1})
    text = "silent after the last write, busy_o low; no event of job 0, 0 of 1 ended"
    code, out, record = shrink("EventMissing", 2, scenarios, about=Finding(Status.TIMEOUT, HANG, text, 0))
    assert code == 1
    assert [(job.m, job.n, job.k) for scenario in record.scenarios for job in scenario.jobs] == [
        *((0, 0, 0), (0, 0, 0), (1, 1, 1))
    ]
    assert out[-3].startswith("timeout: watchdog: job 0: silent after")


def test_a_device_that_is_right_is_said_to_be(shrink: Shrink) -> None:
    code, out, record = shrink("None", 0, drawn(2))
    assert (code, record) == (0, None)
    assert out[-1] == "not reproduced: no 'memory' alone or after what ran before it"


def test_a_search_that_is_cut_short_says_so(shrink: Shrink) -> None:
    code, out, record = shrink("WriteFlip", 30, drawn(6), "--time=0.000001s")
    assert code == 1
    assert record is not None
    assert "(smaller ones may exist: " in out[-2]
    assert out[-1].startswith("make replay R=")


def test_a_missing_record_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["shrink"], real_services(1)) == 2
    assert capsys.readouterr().err.startswith("error: R: name a failure record")


@pytest.fixture
def vcd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waves are text, wherever the test runs."""
    monkeypatch.setattr(fst, "lacking", lambda: "asked for")


def waves_of(out: list[str], record: Record, folder: Path) -> Path:
    """The waves that the lines below the three name, with a view of them."""
    *_, finding, _, _, place, view = out
    assert record.detail in finding
    (waves,) = folder.rglob("*.vcd")
    assert place == f"waves: {relative(waves)} (asked for)"
    assert view.startswith("at job 0 of scenario ")
    return waves


@pytest.mark.usefixtures("vcd")
def test_waves_show_the_jobs_that_the_failure_needs_as_they_are(shrink: Shrink, tmp_path: Path) -> None:
    scenarios = drawn(4, {"m": [2, 3], "k": [2, 3], "jobs": 1})
    code, out, record = shrink("WriteFlip", 7, scenarios, command="waves")
    assert code == 1
    assert record.failing in scenarios
    waves = waves_of(out, record, tmp_path)
    assert "tcdm_req" in waves.read_text()


@pytest.mark.usefixtures("vcd")
def test_waves_are_those_of_the_smallest_failure_alone(shrink: Shrink, tmp_path: Path) -> None:
    code, out, record = shrink("WriteFlip", 3, drawn(2), "--waves")
    assert code == 1
    waves = waves_of(out, record, tmp_path)
    assert out[-3] == f"make replay R={relative(left(tmp_path, 'shrunk'))} WAVES=1"
    # Of one scenario, from a reset on, 2000 ps a cycle: the search before it took hundreds of times as long.
    times = [int(line[1:]) for line in waves.read_text().splitlines() if re.fullmatch(r"#\d+", line)]
    (test,) = read_results(waves.parent / "results.jsonl").tests
    assert times[-1] - times[0] < 2000 * (test.end.cycles + 50)
    assert "tcdm_req" in waves.read_text()
