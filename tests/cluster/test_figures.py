# SPDX-License-Identifier: Apache-2.0
"""Figures of programs: measured on the cluster, held against the model, kept beside those of others."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from models.ops import Op
from regressions import cli
from regressions.cluster import figures as measured_figures
from regressions.cluster.figures import ClusterFigures, FigureRow, Phases, keep
from regressions.cluster.inference import InferenceFigures, LayerFigures, measure_inference
from regressions.cluster.measuring import Measuring, Product
from regressions.cluster.sharing import RATIOS, SharedBanks
from regressions.cluster.sizes import CONTRACT
from regressions.cluster.training import (
    PHASES,
    StepFigures,
    StepPhase,
    TrainingFigures,
    busy,
    macs,
    measure_training,
    step_figures,
)
from regressions.errors import UserError
from tb.cluster.config import ClusterConfig, cluster_of
from tb.cluster.mailbox import ANSWERS
from tb.cluster.mailbox import BYTES as MAILBOX_BYTES
from tb.cluster.memory_map import L2
from tb.cluster.task import ProgramOutcome
from tb.descriptor import load
from tb.workloads.autoencoder import SIZES
from tests.cluster.harness import CONFIG

STEP = StepFigures(1000, 0.9, 33.6, 50, (StepPhase("forward", 400, 350, 20),))
TRAINED = [TrainingFigures(16, 0.7, STEP, dataclasses.replace(STEP, cycles=4000), 9.5)]
INFERRED = InferenceFigures(1000, 0.95, 0.8, 300, 20, 10, 50, 500, [LayerFigures("a", 2, 9, 1000, 950)])


def test_figures_are_kept_beside_others(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "bench.json"
    row = FigureRow("simd", "GEMM", "FP16", 16, 16, 16, 8, 600, 6.8, None)
    figures = ClusterFigures(
        [row],
        [Phases(16, 28, 230, 12)],
        [SharedBanks("cores", ("DMA",), 0.5, 100, 1.25)],
        TRAINED,
        INFERRED,
    )
    keep(figures, "abc", path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model": 1}))
    keep(dataclasses.replace(figures, sharing=[]), "def", path)
    content = json.loads(path.read_text())
    assert content.keys() == {"model", "cluster", "cluster_figures"}
    assert content["cluster"] == [dataclasses.asdict(row)]
    assert content["cluster_figures"]["git"] == "def"
    assert content["cluster_figures"]["phases"][0]["waking"] == 12
    assert content["cluster_figures"]["training"][0]["accelerator"]["products"] == 0.9
    assert content["cluster_figures"]["inference"]["layers"][0]["name"] == "a"


def test_make_cluster_measures_the_contracts_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs = []

    def measure(config: ClusterConfig, *_: object) -> ClusterFigures:
        configs.append(config)
        return ClusterFigures([], [Phases(16, 28, 230, 12)], [], TRAINED, INFERRED)

    monkeypatch.setattr(measured_figures, "measure", measure)
    assert cli.main(["cluster", "--build", str(tmp_path)]) == 0
    assert configs == [ClusterConfig()], "the defaults are the contract's"
    content = json.loads((tmp_path / "reports" / "bench.json").read_text())
    assert content["cluster_figures"]["phases"][0]["programming"] == 28


def test_a_device_without_cores_is_no_cluster() -> None:
    with pytest.raises(UserError, match="redmule is no cluster; choose one of cluster_1, cluster_2"):
        cluster_of(load("redmule"))


def test_the_ratios_are_the_shares_they_are_named_after() -> None:
    for share, ratio in RATIOS.items():
        if ratio.numerator == 0:
            assert share == float(ratio.wide_first)
        else:
            # The side with priority has the conflicts below the numerator.
            assert share == ratio.numerator / ratio.denominator
            assert ratio.wide_first


def test_the_accelerator_is_busy_from_trigger_or_the_job_before_to_the_event() -> None:
    assert busy([]) == 0
    assert (
        busy([{"trigger": 10, "event": 30}, {"trigger": 20, "event": 45}, {"trigger": 60, "event": 61}]) == 36
    )


def test_a_step_has_the_published_number_of_products() -> None:
    assert macs((3, 2, 5), 4) == 4 * (2 * 6 + 3 * 10)
    assert macs(SIZES, 16) == 16 * (3 * 264_192 - 640 * 128)


def answers(*notes: tuple[int, ...]) -> bytes:
    """The TCDM of a program that ended after 500 cycles, with notes of phases."""
    words = (500, notes[-1][1], 110, notes[-1][3], *(word for note in notes for word in note))
    return bytes(MAILBOX_BYTES - 4 * ANSWERS) + np.array(words, np.uint32).tobytes().ljust(4 * ANSWERS, b"\0")


NOTES = (
    (50, 0, 40, 0),
    (120, 2, 50, 10),
    (200, 3, 50, 10),
    (210, 3, 50, 10),
    (480, 4, 80, 10),
    (500, 4, 100, 10),
)
"""Of each phase until its end: cycles, jobs, waits for the DMA without a job, and for jobs."""


def test_a_step_is_divided_into_phases_by_the_jobs_of_each() -> None:
    times = ((1060, 1100), (1080, 1160), (1170, 1240), (1300, 1480))
    log = [{"trigger": begin, "event": end} for begin, end in times]
    figures = step_figures(ProgramOutcome({"jobs": log}, answers(*NOTES), b"", ()), 1000)
    assert (figures.cycles, figures.mac_per_cycle, figures.dma_cycles) == (500, 2, 110)
    assert figures.products == (100 + 70 + 180) / 500
    # A phase of jobs ends with the last of them, at the program's time, which is 1000 behind the log's.
    assert [phase.cycles for phase in figures.phases] == [50, 110, 80, 0, 240, 20]
    assert [phase.products for phase in figures.phases] == [0, 100, 70, 0, 180, 0]
    assert [phase.dma for phase in figures.phases] == [40, 10, 0, 0, 30, 20]
    assert tuple(phase.name for phase in figures.phases) == PHASES


def test_a_step_in_software_is_divided_by_its_own_notes() -> None:
    figures = step_figures(ProgramOutcome({"jobs": []}, answers(*NOTES), b"", ()), 1000)
    assert [phase.cycles for phase in figures.phases] == [50, 70, 80, 10, 270, 20]
    assert [phase.products for phase in figures.phases] == [0, 10, 0, 0, 0, 0]


class Trained:
    """In place of a cluster that is measured: leaves what it was given."""

    config = cluster_of(load(CONTRACT))
    peak = 48

    def run(self, _name: str, _jobs: object, memory: dict[int, bytes], **_: object) -> ProgramOutcome:
        """Returns the memory as it was given."""
        l2 = bytearray(self.config.l2_bytes)
        for address, data in memory.items():
            l2[address - L2 : address - L2 + len(data)] = data
        return ProgramOutcome({"jobs": []}, b"", bytes(l2), ())


def test_a_program_that_leaves_memory_as_it_was_makes_figures_void() -> None:
    with pytest.raises(UserError, match="the figures of train are void: memory from 0x1c0000"):
        measure_training(Trained(), Console())  # type: ignore[arg-type]
    with pytest.raises(UserError, match="the figures of infer are void: memory from 0x1c0"):
        measure_inference(Trained(), Console())  # type: ignore[arg-type]


@pytest.mark.sim
def test_a_wrong_result_makes_figures_void(tmp_path: Path) -> None:
    bench = Measuring(CONFIG, tmp_path)
    product = Product(Op.MATMUL, 8, 8, 8)
    outcome = bench.run("gemm", (product.job,), product.memory)
    product.check("gemm", outcome)
    wrong = bytearray(outcome.tcdm)
    wrong[product.end - 1 - 0x10000000] ^= 1
    with pytest.raises(UserError, match="its result is not that of the model"):
        product.check("gemm", dataclasses.replace(outcome, tcdm=bytes(wrong)))
    with pytest.raises(UserError, match="cannot be measured: the program returned 0x1"):
        bench.run("tiled", (dataclasses.replace(product.job, m=0), product.job), product.memory)


@pytest.mark.sim
def test_software_is_faster_with_blocks_and_with_vectors(tmp_path: Path) -> None:
    bench = Measuring(cluster_of(load(CONTRACT)), tmp_path)
    product = Product(Op.GEMM, 32, 32, 32)
    cycles = []
    for mode in range(3):
        outcome = bench.run("software", (product.job,), product.memory, mode=mode, cores=8)
        product.check("software", outcome)
        cycles.append(outcome.answers[0])
    assert cycles[0] > 3 * cycles[1] > 5 * cycles[2]
    assert 32**3 / cycles[2] > 6, "MAC a cycle of eight cores with vectors"
