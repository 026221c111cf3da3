# SPDX-License-Identifier: Apache-2.0
"""The event unit alone, under random events and accesses; and with defects, each of which the model finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.native import build_bench, run_bench

pytestmark = pytest.mark.sim
MODULES = ("cluster_pkg", "cluster_event_core", "cluster_event_unit")
CYCLES = 50_000

DEFECTS = {
    "an event that comes while it is cleared is lost": (
        "cluster_event_core",
        "(buffer_q & ~clear) | events_i",
        "(buffer_q | events_i) & ~clear",
    ),
    "a wait ends with an event that is masked": (
        "cluster_event_core",
        "(buffer_q & mask_q) != '0",
        "buffer_q != '0",
    ),
    "a core arrives again while it waits": ("cluster_event_core", "barrier && !arrived_q", "barrier"),
    "the clock of a core that waits goes on": ("cluster_event_core", "!own_req_i || ready", "1'b1"),
    "the barrier forgets nobody when it opens": ("cluster_event_unit", "arrived_d & ~barrier", "arrived_d"),
    "the barrier waits for all cores": (
        "cluster_event_unit",
        "(arrived_d & team_q) == team_q",
        "arrived_d == '1",
    ),
    "a software event for nobody is for nobody": (
        "cluster_event_unit",
        "(value == '0) ? '1 : value",
        "value",
    ),
    "byte enables are ignored": ("cluster_event_unit", "byte_mask(access_i.be)", "'1"),
}


def _bench() -> Path:
    return build_bench("cluster_event_unit", MODULES, "event_bench", DEFECTS.values(), N_CORES=4)


@pytest.mark.parametrize("seed", range(3))
def test_random_events(seed: int) -> None:
    code, said = run_bench(_bench(), seed, CYCLES, 0)
    assert code == 0, said


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(defect: str) -> None:
    code, said = run_bench(_bench(), 1, CYCLES, 1 + list(DEFECTS).index(defect))
    assert code == 1, said
