# SPDX-License-Identifier: Apache-2.0
"""Keeps the logs of scenarios as files, for a plan that asks for them."""

from collections.abc import Sequence
from pathlib import Path

from numpy.lib.recfunctions import repack_fields

from tb.dpi.bindings import BenchHandle
from tb.exchange.logs import ScenarioLogs, place
from tb.exchange.scenario import Scenario


def keep_logs(handle: BenchHandle, folder: Path, test: str, scenario: Scenario, cuts: Sequence[int]) -> None:
    """Write what the monitors saw of a scenario, unless that is there.

    What runs again after a cut has the number of the scenario that was cut.
    """
    path = place(folder, test, scenario.index)
    if path.exists():
        return
    states = handle.state_log()
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
