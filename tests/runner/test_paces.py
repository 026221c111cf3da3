# SPDX-License-Identifier: Apache-2.0
"""Times of earlier runs put long simulations first, and change nothing else."""

from pathlib import Path

import pytest

from regressions.farm.sameness import differences
from regressions.judge import SegmentResult
from regressions.paces import Paces, note
from regressions.planner import Simulation
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import TestEnd
from tb.exchange.status import Status
from tests.runner.harness import Runner


def segment(test: str, cycles: int, device: str = "redmule", kind: str = "fast") -> Segment:
    """A segment of so many planned cycles."""
    return Segment(TestEntry(test, "gemm_op", weight=1.0), 1, 0, 1, 1, cycles, kind, device)


def result(of: Segment, seconds: float, status: Status = Status.PASSED) -> SegmentResult:
    """Result of a segment that took so long."""
    return SegmentResult(of, status, "", "", end=TestEnd(test=of.entry.name, status=status, seconds=seconds))


def simulations(*segments: Segment) -> list[Simulation]:
    """A simulation of each."""
    return [Simulation(number, (each,)) for number, each in enumerate(segments)]


def test_what_took_longest_for_its_cycles_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "paces.json"
    quick, slow = segment("quick", 1_000_000), segment("slow", 1_000_000)
    note(path, [result(quick, 1.0), result(quick, 3.0), result(slow, 20.0)])
    one, two, three = simulations(segment("quick", 9_000_000), slow, quick)
    assert Paces.read(path).longest_first([one, two, three]) == [two, one, three]
    note(path, [result(slow, 0.5), result(quick, 90.0, Status.MISMATCH)])
    assert Paces.read(path).known == {"redmule/fast/quick": 2.0, "redmule/fast/slow": 0.5}
    assert Paces.read(path).longest_first([one, two, three]) == [one, three, two]


def test_a_test_that_never_ran_counts_as_others_of_its_build(tmp_path: Path) -> None:
    path = tmp_path / "paces.json"
    note(path, [result(segment("a", 1_000_000), 1.0), result(segment("a", 1_000_000, "serial"), 8.0)])
    here, there, nowhere = simulations(
        segment("new", 3_000_000), segment("new", 1_000_000, "serial"), segment("new", 1_000_000, "other")
    )
    assert Paces.read(path).longest_first([here, nowhere, there]) == [there, nowhere, here]


@pytest.mark.parametrize("content", [None, b"", b"\xff", b'{"schema": 2, "seconds": {}}'])
def test_without_times_the_planned_cycles_decide(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "paces.json"
    if content is not None:
        path.write_bytes(content)
    short, long, alike = simulations(segment("a", 1), segment("b", 2), segment("c", 2))
    assert Paces.read(path).longest_first([short, long, alike]) == [long, alike, short]


def test_a_run_is_the_same_in_any_order(runner: Runner) -> None:
    runner.tests(**{f"test_{number}": {"count": 3 + number} for number in range(8)})
    began: list[list[str]] = []
    for turn in range(2):
        assert runner("regressions", "--tier", "smoke", "--jobs", "1") == 0, runner.out
        folder = max((runner.build / "runs").iterdir())
        sims = sorted((folder / "sims").iterdir(), key=lambda each: (each / "plan.json").stat().st_mtime_ns)
        began.append([each.name for each in sims])
        paces = runner.build / "reports" / "paces.json"
        assert paces.exists()
        if not turn:
            (runner.build / "reports" / "history.jsonl").unlink()  # reports tell of the run before
            last = sims[-1]
            text = paces.read_text()
            for name in {test for test in text.split('"') if test.startswith("redmule/")}:
                slow = name.rpartition("/")[2] in (last / "plan.json").read_text()
                text = text.replace(f'"{name}": ', f'"{name}": {"9" if slow else "0"}.00001, "x{name}": ')
            paces.write_text(text)
    assert began[0] != began[1]
    assert began[1][1] == began[0][-1], "behind the first of the build"
    one, other = sorted((runner.build / "runs").iterdir())
    assert list(differences(one, other)) == []
