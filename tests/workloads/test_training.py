# SPDX-License-Identifier: Apache-2.0
"""Training on the engine: gradients against those that autograd derives, and what is learnt."""

from typing import Any

import numpy as np
import pytest

from models.engine import Engine
from models.formats import Format
from models.values import to_bits, to_values
from regressions.workloads.float32 import Float32Network
from regressions.workloads.learning import learn
from tb.workloads.dense import (
    FP16,
    HYBRID,
    HYBRID_INNER,
    DenseNetwork,
    Precision,
    cross_entropy,
    fitting_scales,
    squared_error,
)
from tb.workloads.digits import AUTOENCODER, CLASSIFIER, digits

_SIZES = (20, 16, 12, 9)
_BATCH = 8


def _networks(precision: Precision, loss: Any) -> tuple[DenseNetwork, Float32Network]:
    network = DenseNetwork(_SIZES, Engine(), np.random.default_rng(3), precision, loss)
    return network, Float32Network(network.weights, loss)


def _batch(loss: Any) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    samples = random.standard_normal((_SIZES[0], _BATCH))
    if loss is squared_error:
        return samples, random.standard_normal((_SIZES[-1], _BATCH))
    return samples, np.eye(_SIZES[-1])[:, random.integers(0, _SIZES[-1], _BATCH)]


@pytest.mark.parametrize("loss", [squared_error, cross_entropy])
@pytest.mark.parametrize(("precision", "tolerance"), [(FP16, 0.02), (HYBRID, 0.15)])
def test_a_step_moves_all_weights_as_autograd_does(precision: Precision, tolerance: float, loss: Any) -> None:
    """A wrong transposition, sign, factor or scale moves them elsewhere."""
    network, judge = _networks(precision, loss)
    before = [weights.copy() for weights in network.weights]
    losses = [each.step(*_batch(loss), rate=1.0) for each in (network, judge)]
    assert losses[0] == pytest.approx(losses[1], rel=tolerance)
    for old, new, bias, (theirs, their_bias) in zip(
        before, network.weights, network.biases, judge.parameters, strict=True
    ):
        ours, other = new - old, theirs - old
        assert np.linalg.norm(ours - other) < tolerance * np.linalg.norm(other)
        assert np.linalg.norm(bias - their_bias[:, 0]) < tolerance * np.linalg.norm(their_bias) + 1e-6


def test_products_of_a_step_are_those_of_the_paper() -> None:
    """Forward M = out, N = in, K = B; inputs M = in, N = out; update M = out, N = B, K = in."""
    engine = Engine()
    network = DenseNetwork((6, 5, 4), engine, np.random.default_rng(1))
    network.step(np.ones((6, 3)), np.ones((4, 3)), rate=0.1)
    assert [(job.label, job.m, job.n, job.k) for job in engine.jobs] == [
        ("forward 1", 5, 6, 3),
        ("forward 2", 4, 5, 3),
        ("inputs 2", 5, 4, 3),
        ("update 2", 4, 3, 5),
        ("update 1", 5, 3, 6),
    ]


def test_scales_use_the_formats_and_never_overflow() -> None:
    random = np.random.default_rng(2)
    fmt = (Format.E4M3, Format.E5M2, Format.FP16)
    for magnitude in (-12, 0, 12):
        x = random.standard_normal((30, 200)) * 2.0**magnitude
        w = random.standard_normal((200, 10)) * 2.0**-18
        scales = fitting_scales(x, w, None, fmt)
        exact = np.ldexp(np.abs(x) @ np.abs(w), sum(scales))
        assert exact.max() < 65504
        stored = to_values(to_bits(w, Format.E5M2, scales[1]), Format.E5M2, -scales[1])
        assert np.linalg.norm(stored - w) < 0.1 * np.linalg.norm(w)
        result = Engine(formats=fmt).matmul(x, w, scales=scales)
        assert np.linalg.norm(result - x @ w) < 0.15 * np.linalg.norm(x @ w)
        lost = Engine(formats=fmt).matmul(x, w)
        assert not np.linalg.norm(lost - x @ w) < 0.15 * np.linalg.norm(x @ w), "it needs the scales"


def test_digits_are_split_by_the_seed_and_none_is_on_both_sides() -> None:
    training, unseen = digits(1)
    assert training.images.shape == (64, 1437)
    assert unseen.images.shape == (64, 360)
    every = np.concatenate([training.images, unseen.images], axis=1)
    again = np.concatenate([part.images for part in digits(2)], axis=1)
    assert not np.array_equal(every, again)
    assert np.array_equal(np.sort(every.sum(axis=0)), np.sort(again.sum(axis=0)))
    assert every.max() == 1.0
    assert (training.classes.sum(axis=0) == 1).all()


@pytest.mark.parametrize(("precision", "lost"), [(FP16, 0.01), (HYBRID, 0.03)])
def test_the_engine_learns_digits_as_float32_does(precision: Precision, lost: float) -> None:
    """One seed and fewer epochs of what docs/workloads.md reports."""
    engine, judge = (learn(CLASSIFIER, each, seed=1, epochs=8) for each in (precision, None))
    assert judge.score > 0.93
    assert engine.score > judge.score - lost
    assert engine.losses[-1] < 1.05 * judge.losses[-1]
    assert engine.losses[-1] < 0.2 * engine.losses[0]


def test_ends_in_fp16_leave_fp8_to_the_layers_between() -> None:
    engine = Engine()
    network = DenseNetwork((6, 5, 4, 6), engine, np.random.default_rng(1), HYBRID_INNER)
    network.step(np.ones((6, 3)), np.ones((6, 3)), rate=0.1)
    hybrid = {job.label for job in engine.jobs if job.fmt != Format.FP16}
    assert hybrid == {"forward 2", "inputs 2", "update 2"}


@pytest.mark.parametrize("precision", [FP16, HYBRID_INNER])
def test_an_autoencoder_restores_digits_as_in_float32(precision: Precision) -> None:
    """Within what a thousandth more or less in the first weights does to float32 itself, some per cent."""
    engine, judge = (learn(AUTOENCODER, each, seed=1, epochs=6) for each in (precision, None))
    assert engine.score == pytest.approx(judge.score, rel=0.07)
    assert engine.losses[-1] < 0.5 * engine.losses[0]
