# SPDX-License-Identifier: Apache-2.0
"""Keeps logs of scenarios: of all if the plan asks for it, else of the first failure of each kind."""

from collections.abc import Sequence
from pathlib import Path

from numpy.lib.recfunctions import repack_fields

from tb.dpi.bindings import BenchHandle
from tb.exchange.bucket import bucket_of
from tb.exchange.logs import ScenarioLogs, place
from tb.exchange.scenario import Scenario
from tb.scoreboard.verdict import Verdict

FAILURES = 5
"""Most scenarios of a segment whose logs are kept since they failed: reports draw few."""

_MOST_BEATS = 1 << 18  # of a scenario that failed: a device that never stops fills the log


class LogKeeper:
    """Keeper of the logs of a segment.

    Args:
        handle: Bench whose logs they are.
        folder: Folder of the simulation.
        test: Name of the test.
        everything: The logs of every scenario are kept.
    """

    def __init__(self, handle: BenchHandle, folder: Path, test: str, *, everything: bool) -> None:
        self._handle = handle
        self._folder = folder
        self._test = test
        self._everything = everything
        self._kinds: set[str] = set()  # of failures whose logs are kept
        self._left = FAILURES

    def judged(self, scenario: Scenario, cuts: Sequence[int], verdict: Verdict) -> None:
        """Keep the logs of a scenario, if it is one of those; its logs are still in the bench.

        What runs again after a cut has the number of the scenario that was cut, which stays.
        """
        if not self._everything:
            if not verdict.findings or not self._left:
                return
            kinds = {bucket_of(finding) for finding in verdict.findings}
            if kinds <= self._kinds or self._handle.shared.beat_count > _MOST_BEATS:
                return
            self._kinds |= kinds
            self._left -= 1
        path = place(self._folder, self._test, scenario.index)
        if path.exists():
            return
        handle, states = self._handle, self._handle.state_log()
        ScenarioLogs(
            scenario=scenario,
            beats=repack_fields(handle.beat_log()[["cycle", "add", "flags"]]),  # without the data
            accesses=handle.periph_log(),
            events=handle.event_log(),
            probe=handle.probe_log(),
            states=states,
            complete=states.size < handle.shared.state_capacity,
            cuts=tuple(cuts),
        ).write(path)
