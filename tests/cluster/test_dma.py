# SPDX-License-Identifier: Apache-2.0
"""The DMA alone with its memories, under random transfers; and with defects, each of which it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.native import build_bench, run_bench

pytestmark = pytest.mark.sim
MODULES = (
    "cluster_pkg",
    "cluster_dma_pkg",
    "cluster_rr_arbiter",
    "cluster_conflict_arbiter",
    "cluster_wide_branch",
    "cluster_log_branch",
    "cluster_bank_mux",
    "cluster_tcdm_bank",
    "cluster_tcdm",
    "cluster_fifo",
    "cluster_dma_regs",
    "cluster_dma_walker",
    "cluster_dma_realigner",
    "cluster_dma_select",
    "cluster_dma_tcdm",
    "cluster_dma",
    "cluster_l2",
    "dma_bench",
)
TRANSFERS = 300

DEFECTS = {
    "the bytes are not moved to their place": ("cluster_dma_realigner", "{offset_w_i, 3'b000}", "6'd0"),
    "a full buffer takes more": (
        "cluster_dma_realigner",
        "6'(level_q) + 6'(count_i) <= 6'd24",
        "level_q <= 5'd24",
    ),
    "the stride of the source is that of the destination": (
        "cluster_dma",
        "job.src_stride",
        "job.dst_stride",
    ),
    "reads run ahead of their room": ("cluster_dma", "!asked_full", "1'b1"),
    "the event goes to core 0": ("cluster_dma", "job.core == 3'(c)", "c == 0"),
    "the idle event comes after every transfer": ("cluster_dma", "level == 4'd1", "1'b1"),
    "half an access is enough": ("cluster_dma_tcdm", "(need & ~done_d) == '0", "(need & ~done_d) != need"),
    "the half that came first is forgotten": (
        "cluster_dma_tcdm",
        "tcdm_rvalid_i[h] ? tcdm_rdata_i[h] : early_q[h]",
        "tcdm_rdata_i[h]",
    ),
    "a transfer is done before its last write": (
        "cluster_dma",
        "write_done && write_beat.last",
        "write_beat.last",
    ),
    "a ninth transfer is queued": ("cluster_dma_regs", "start && in_range && !full_i", "start && in_range"),
    "both cores have one programming set": ("cluster_dma_regs", "CW'(c)", "CW'(0)"),
    "a row is one byte short": ("cluster_dma_walker", "left_q == 32'(count)", "left_q <= 32'(count) + 1"),
}


def _bench() -> Path:
    return build_bench("dma_bench", MODULES, "dma_bench", DEFECTS.values())


@pytest.mark.parametrize("seed", range(3))
def test_random_transfers(seed: int) -> None:
    code, said = run_bench(_bench(), seed, TRANSFERS, 0)
    assert code == 0, said


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(defect: str) -> None:
    code, said = run_bench(_bench(), 1, TRANSFERS, 1 + list(DEFECTS).index(defect))
    assert code == 1, said
