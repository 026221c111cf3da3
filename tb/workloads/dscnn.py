# SPDX-License-Identifier: Apache-2.0
"""Layers of DS-CNN, MLPerf Tiny's network for keywords (Zhang et al., arXiv 1711.07128), forward."""

import numpy as np

from models.values import Values
from tb.workloads.convolution import Convolution, ConvolutionNetwork, ConvolutionWorkload
from tb.workloads.dense import HYBRID, rounded
from tb.workloads.depthwise import BLOCKS, CHANNELS

SHAPE = (49, 10, 1)
"""A second of sound: frames, cepstral coefficients, one channel."""
CHANNEL_COUNT = 64
CLASSES = 12
_BLOCKS = 4


class DsCnn(ConvolutionWorkload):
    """One sound, depthwise layers in the packing that takes the fewest cycles."""

    @classmethod
    def infer(cls, network: ConvolutionNetwork) -> Values:
        """Returns the outputs for the twelve classes."""
        image = rounded(np.random.default_rng(2).uniform(-1, 1, SHAPE))
        image = network.layer(Convolution("first", 1, CHANNEL_COUNT, (10, 4), stride=2), image)
        for number in range(1, _BLOCKS + 1):
            depthwise = Convolution(f"depthwise {number}", CHANNEL_COUNT, CHANNEL_COUNT, depthwise=True)
            image = network.layer(depthwise, image)
            pointwise = Convolution(f"pointwise {number}", CHANNEL_COUNT, CHANNEL_COUNT, (1, 1))
            image = network.layer(pointwise, image)
        mean = network.pooled(image)
        return network.layer(Convolution("dense", CHANNEL_COUNT, CLASSES, (1, 1), relu=False), mean).ravel()


class DsCnnHybrid(DsCnn):
    """The same in E4M3, with sums in FP16."""

    precision = HYBRID


class DsCnnByChannel(DsCnn):
    """The same with one channel of a depthwise layer a job: one row of outputs."""

    packing = CHANNELS


class DsCnnByBlocks(DsCnn):
    """The same with twelve channels a job, kernels as blocks of X: the best without bands."""

    packing = BLOCKS
