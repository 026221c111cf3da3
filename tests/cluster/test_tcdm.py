# SPDX-License-Identifier: Apache-2.0
"""Banks and interconnect alone, under random traffic; and with defects, which the monitor has to find."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regressions.simulators.base import BuildError
from tests.cluster.native import build_bench, run_bench

pytestmark = pytest.mark.sim
MODULES = (
    "cluster_pkg",
    "cluster_rr_arbiter",
    "cluster_conflict_arbiter",
    "cluster_wide_branch",
    "cluster_log_branch",
    "cluster_bank_mux",
    "cluster_tcdm_bank",
    "cluster_tcdm",
)
CYCLES = 30_000

DEFECTS = {
    "a bank serves one fixed core first": ("cluster_rr_arbiter", "ahead != '0", "1'b0"),
    "the priority side never yields": ("cluster_conflict_arbiter", "wide_first_i ^ yields", "wide_first_i"),
    "it yields too late": ("cluster_conflict_arbiter", "count_q >= numerator_i", "count_q > numerator_i"),
    "a wide access goes on with some of its banks": ("cluster_bank_mux", "!conflict_o", "!log_want_i[0]"),
    "a granted wide access leaves a bank to the others": (
        "cluster_bank_mux",
        "~wide",
        "~(wide & ~BANKS'(2))",
    ),
    "the wrap to the next row is lost": ("cluster_wide_branch", "BW'(b) < first", "1'b0"),
    "writes outside the memory are not dropped": ("cluster_wide_branch", "its_tag == TAG", "1'b1"),
    "an answer comes from the next bank": ("cluster_log_branch", "bank_q[i]", "bank[i]"),
    "an access is granted that its bank refuses": ("cluster_log_branch", "gnt[bank[i]][i]", "req_i[i]"),
    "test-and-set sets nothing": ("cluster_log_branch", "chosen.we || chosen.tas", "chosen.we"),
    "byte enables are ignored": ("cluster_tcdm_bank", "we_i[b]", "we_i != '0"),
}


def _bench() -> Path:
    return build_bench("cluster_tcdm", MODULES, "tcdm_bench", DEFECTS.values(), BYTES=4096)


@pytest.mark.parametrize("seed", range(3))
def test_random_traffic(seed: int) -> None:
    code, said = run_bench(_bench(), seed, CYCLES, 0)
    assert code == 0, said
    wide, waits, others = (int(number) for number in said.replace(",", "").split() if number.isdigit())
    assert min(wide, waits, others) > CYCLES // 20, "traffic that never meets proves little"


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(defect: str) -> None:
    code, said = run_bench(_bench(), 1, CYCLES, 1 + list(DEFECTS).index(defect))
    assert code == 1, said


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"BANKS": 8}, "at least DW/32 + 1"),
        ({"BANKS": 24}, "power of two"),
        ({"BANKS": 16, "DW": 512}, "at least DW/32 + 1"),
        ({"BYTES": 2 * 1024 * 1024}, "at most 1 MiB"),
        ({"BYTES": 3000}, "power of two"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused(parameters: dict[str, int], message: str) -> None:
    with pytest.raises(BuildError, match=re.escape(message)):
        build_bench("cluster_tcdm", MODULES, "tcdm_bench", **parameters)
