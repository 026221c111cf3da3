# SPDX-License-Identifier: Apache-2.0
"""A training step of the AutoEncoder of MLPerf Tiny (Banbury et al., NeurIPS 2021)."""

from typing import ClassVar

import numpy as np

from models.engine import Engine
from tb.workloads.dense import FP16, HYBRID, DenseNetwork, Precision
from tb.workloads.workload import Workload

SIZES = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
"""Features of its layers: five frames of 128 mel bands, and what they are reduced to."""


class Autoencoder(Workload):
    """One step with a batch of one sample."""

    batch: ClassVar[int] = 1
    precision: ClassVar[Precision] = FP16

    @classmethod
    def program(cls, engine: Engine) -> None:
        """A step from the first weights; spectra are made up, since cycles do not depend on them."""
        random = np.random.default_rng(1)
        network = DenseNetwork(SIZES, engine, random, cls.precision)
        samples = random.standard_normal((SIZES[0], cls.batch)) * 0.5
        network.step(samples, samples, rate=0.1)


class AutoencoderBatch16(Autoencoder):
    """One step with a batch of 16."""

    batch = 16


class AutoencoderBatch16Hybrid(AutoencoderBatch16):
    """One step with a batch of 16 in hybrid FP8."""

    precision = HYBRID


class AutoencoderBatch64(Autoencoder):
    """One step with a batch of 64."""

    batch = 64
