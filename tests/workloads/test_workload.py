# SPDX-License-Identifier: Apache-2.0
"""Programs as streams of jobs, their test entries, and their figures."""

from typing import ClassVar

import numpy as np
import pytest

from models.engine import ARRAY, Engine
from models.formats import Format
from models.timing import tile_cycles
from models.values import to_bits
from regressions import testlist
from regressions.testlist import LISTS
from regressions.tiers import load_tiers
from regressions.workloads.figures import phases, total
from regressions.workloads.learning import learn
from tb.descriptor import load
from tb.sequences import without_bench
from tb.stimulus.operands import operands
from tb.workloads.autoencoder import Autoencoder, AutoencoderBatch16, AutoencoderBatch16Hybrid
from tb.workloads.dense import FP16, HYBRID, Precision
from tb.workloads.digits import (
    BATCH,
    CLASSIFIER,
    EPOCHS,
    ClassifierTraining,
    DigitsSteps,
    DigitsStepsHybrid,
    digits,
)
from tb.workloads.workload import Workload
from tests.stimulus.devices import device

ENTRIES = testlist.load([LISTS], load_tiers())
WORKLOADS = {name: entry for name, entry in ENTRIES.items() if "/workloads/" in entry.sequence}


class Pair(Workload):
    """Two jobs, the second in other formats."""

    @classmethod
    def program(cls, engine: Engine) -> None:
        """A product, and one in FP8 from what it gave."""
        z = engine.matmul(np.eye(5), np.full((5, 3), 0.5), label="first")
        engine.gemm(z, np.ones((3, 2)), np.ones((5, 2)), formats=Format.E4M3, label="second")


class Watched(Workload):
    """Three jobs, of which the first one is in FP8."""

    ended: ClassVar[list[str]] = []

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Notes each product that it got."""
        for label, fmt in (("a", Format.E4M3), ("b", Format.FP16), ("c", Format.FP16)):
            engine.matmul(np.eye(4), np.eye(4), formats=fmt, label=label)
            cls.ended.append(label)


class Jobless(Workload):
    """Nothing to do."""

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Does nothing."""


def test_a_plan_asks_a_program_for_no_more_than_the_first_job_that_a_device_can_do() -> None:
    entry = ENTRIES["resnet8"]
    assert Watched.not_applicable(entry, load("redmule")) == ""
    assert Watched.ended == []
    assert Watched.not_applicable(entry, device(formats=frozenset({Format.FP16}))) == ""
    assert Watched.ended == ["a"]
    assert "FP16" in Watched.not_applicable(entry, device(formats=frozenset({Format.E5M2})))
    assert Watched.ended == ["a", "a", "b", "c"]
    assert Jobless.not_applicable(entry, device()) == "its program has no job"


def test_scenarios_are_the_jobs_of_the_program_with_its_operands() -> None:
    drawn = Pair("t", 1, {}, load("redmule"))
    first, second = (drawn.scenario(index).jobs[0] for index in range(2))
    assert [(job.op.name, job.m, job.n, job.k, job.fmt) for job in (first, second)] == [
        ("MATMUL", 5, 5, 3, Format.FP16),
        ("GEMM", 5, 3, 2, Format.E4M3),
    ]
    x, w, y = operands(second)
    assert np.array_equal(x, to_bits(np.full((5, 3), 0.5), Format.E4M3))
    assert np.array_equal(w, to_bits(np.ones((3, 2)), Format.E4M3))
    assert np.array_equal(y, to_bits(np.ones((5, 2)), Format.E4M3))
    assert drawn.scenario(2).jobs == drawn.scenario(0).jobs, "it begins again"


def test_what_a_device_cannot_do_is_left_out_and_the_rest_keeps_its_place() -> None:
    drawn = Pair("t", 1, {}, device(formats=(Format.E4M3,)))
    assert drawn.taken == [1]
    assert drawn.scenario(0).jobs[0].fmt is Format.E4M3
    assert drawn.left_out.total() == 1


@pytest.mark.parametrize("name", WORKLOADS)
def test_an_entry_runs_the_whole_program_on_the_array(name: str) -> None:
    entry = WORKLOADS[name]
    drawn = without_bench(entry.sequence)(name, 1, entry.knobs, load("redmule"))
    assert len(drawn.taken) == entry.count
    assert not drawn.left_out
    assert "workloads" in entry.tiers


def test_the_night_has_all_but_the_longest() -> None:
    left = {name for name, entry in WORKLOADS.items() if "nightly" not in entry.tiers}
    assert left == {"classifier_training", "classifier_training_hybrid", "digits_autoencoder_steps"}


@pytest.mark.parametrize(("kind", "precision"), [(DigitsSteps, FP16), (DigitsStepsHybrid, HYBRID)])
def test_steps_on_the_rtl_are_those_of_the_study(kind: type[DigitsSteps], precision: Precision) -> None:
    """The same split, first weights and order as its first seed has: the losses of two epochs."""
    losses = type("Epochs", (kind,), {"steps": 88}).train(Engine())
    epochs = [float(np.mean(losses[start : start + 44])) for start in (0, 44)]
    assert epochs == list(learn(CLASSIFIER, precision, seed=1, epochs=2).losses)


def test_a_whole_training_has_the_steps_of_the_study() -> None:
    assert ClassifierTraining.steps == EPOCHS * (digits(1)[0].images.shape[1] // BATCH)


@pytest.mark.parametrize(("kind", "arithmetic"), [(Autoencoder, 175_984), (AutoencoderBatch16, 244_096)])
def test_the_autoencoders_products_are_the_published_ones(kind: type[Workload], arithmetic: int) -> None:
    """The published bounds are those of the arithmetic alone; port, biases and updates come on top."""
    jobs = kind.account(ARRAY)
    assert sum(job.macs for job in jobs) == 710_656 * jobs[0].k
    compute = sum(-(-job.m // 12) * -(-job.k // 16) * 16 * -(-job.n // 4) for job in jobs)
    assert compute == arithmetic
    tiles = sum(tile_cycles(ARRAY, job.op, job.m, job.n, job.k, job.fmt) for job in jobs)
    assert arithmetic <= tiles <= sum(job.cycles or 0 for job in jobs)


def test_hybrid_steps_take_the_same_cycles_here() -> None:
    """The array computes a step a cycle in any format; FP8 halves the traffic, which does not limit it."""
    plain, hybrid = (kind.account(ARRAY) for kind in (AutoencoderBatch16, AutoencoderBatch16Hybrid))
    assert {job.fmt for job in hybrid} == {
        (Format.E4M3, Format.E4M3, Format.FP16),
        (Format.E4M3, Format.E5M2, Format.FP16),
        (Format.E5M2, Format.E4M3, Format.FP16),
    }
    assert sum(job.cycles or 0 for job in plain) == sum(job.cycles or 0 for job in hybrid)


def test_figures_add_up_by_phase() -> None:
    engine = Engine()
    for _ in range(3):
        engine.matmul(np.ones((12, 16)), np.ones((16, 16)), label="a")
    engine.matmul(np.ones((24, 16)), np.ones((16, 16)), label="b")
    rows = phases(ARRAY, engine.jobs, {0: 100, 1: 110, 3: 250})
    assert [(row.label, row.shape, row.jobs, row.cycles, row.tiles) for row in rows] == [
        ("a", "12 x 16 x 16", 2, 210, 128),
        ("b", "24 x 16 x 16", 1, 250, 128),
    ]
    everything = total(rows)
    assert (everything.jobs, everything.cycles, everything.macs) == (3, 460, 2 * 3072 + 6144)
    assert everything.utilization(ARRAY) == pytest.approx(12288 / (460 * 48))
