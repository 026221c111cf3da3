# SPDX-License-Identifier: Apache-2.0
"""Logs are kept of all scenarios where the plan asks for it, else of the first failure of each kind."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from tb.dpi.bindings import beat_dtype
from tb.env.keeper import FAILURES, LogKeeper
from tb.exchange.logs import FOLDER, place, read_logs
from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.scoreboard.verdict import Verdict
from tests.trace.made import made

LOGS = made()


def bench(beats: int = 0) -> Any:
    """A bench that holds these logs, with a number of beats if need be."""
    wide = np.zeros(LOGS.beats.size, beat_dtype(9, 16))
    for name in LOGS.beats.dtype.names:
        wide[name] = LOGS.beats[name]
    return SimpleNamespace(
        shared=SimpleNamespace(beat_count=beats or wide.size, state_capacity=1 << 14),
        beat_log=lambda: wide,
        periph_log=lambda: LOGS.accesses,
        event_log=lambda: LOGS.events,
        probe_log=lambda: LOGS.probe,
        state_log=lambda: LOGS.states,
    )


def verdict(*checkers: str) -> Verdict:
    """A verdict with findings of some checkers."""
    return Verdict([], [Finding(Status.MISMATCH, name, "wrong", 0) for name in checkers], 0)


def kept(folder: Path, verdicts: list[Verdict], *, everything: bool = False, beats: int = 0) -> list[str]:
    """Names of the files that are kept of scenarios with these verdicts."""
    keeper = LogKeeper(bench(beats), folder, "t", everything=everything)
    for index, each in enumerate(verdicts):
        keeper.judged(replace(LOGS.scenario, index=index), (), each)
    return sorted(path.stem for path in (folder / FOLDER).glob("*.npz"))


def test_all_are_kept_where_the_plan_asks_for_it(tmp_path: Path) -> None:
    assert kept(tmp_path, [verdict(), verdict("memory"), verdict("memory")], everything=True) == [
        "t-0",
        "t-1",
        "t-2",
    ]
    again = read_logs(place(tmp_path, "t", 1))
    assert np.array_equal(again.beats, LOGS.beats)
    assert again.beats.itemsize == 14  # data and byte enables are left out


def test_the_first_failure_of_each_kind_is_kept(tmp_path: Path) -> None:
    verdicts = [verdict(), verdict("memory"), verdict("memory"), verdict("memory", "bound"), verdict("bound")]
    assert kept(tmp_path, verdicts) == ["t-1", "t-3"]


def test_only_some_kinds_are_kept(tmp_path: Path) -> None:
    assert len(kept(tmp_path, [verdict(name) for name in "abcdefgh"])) == FAILURES


@pytest.mark.parametrize(("everything", "count"), [(False, 0), (True, 1)])
def test_a_log_that_a_device_filled_is_kept_only_if_asked_for(
    tmp_path: Path, everything: bool, count: int
) -> None:
    assert len(kept(tmp_path, [verdict("watchdog")], everything=everything, beats=1 << 22)) == count
