# SPDX-License-Identifier: Apache-2.0
"""The peripheral bus alone, with targets that let masters wait; and with defects, each of which it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.native import build_bench, run_bench

pytestmark = pytest.mark.sim
MODULES = ("cluster_pkg", "cluster_rr_arbiter", "cluster_periph_bus", "periph_bench")
CYCLES = 50_000

DEFECTS = {
    "the first master goes first": ("cluster_rr_arbiter", "ahead != '0", "1'b0"),
    "an access that waits is taken from the bus": ("cluster_periph_bus", "held_q != '0", "1'b0"),
    "an access without a target waits for one": ("cluster_periph_bus", "target == '0", "1'b0"),
    "any target grants": ("cluster_periph_bus", "(target & gnt_i) != '0", "gnt_i != '0"),
    "a target ends one access too early": (
        "cluster_periph_bus",
        "access_o.add <= LAST[t]",
        "access_o.add < LAST[t] - 3",
    ),
    "what is nowhere reads 0": ("cluster_periph_bus", "target_q == '0", "1'b0"),
}


def _bench() -> Path:
    return build_bench("periph_bench", MODULES, "periph_bench", DEFECTS.values())


@pytest.mark.parametrize("seed", range(3))
def test_random_accesses(seed: int) -> None:
    code, said = run_bench(_bench(), seed, CYCLES, 0)
    assert code == 0, said


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(defect: str) -> None:
    code, said = run_bench(_bench(), 1, CYCLES, 1 + list(DEFECTS).index(defect))
    assert code == 1, said
