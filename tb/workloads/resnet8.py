# SPDX-License-Identifier: Apache-2.0
"""Layers of ResNet8, MLPerf Tiny's network for images (Banbury et al., NeurIPS 2021), forward."""

import numpy as np

from models.values import Values
from tb.workloads.convolution import Convolution, ConvolutionNetwork, ConvolutionWorkload
from tb.workloads.dense import HYBRID, rounded

SHAPE = (32, 32, 3)
"""An image of CIFAR-10: rows, columns, channels."""
CLASSES = 10
_STACKS = ((16, 16, 1), (16, 32, 2), (32, 64, 2))
"""Inputs, outputs and stride of each stack of two layers and a shortcut."""


class ResNet8(ConvolutionWorkload):
    """One image."""

    @classmethod
    def infer(cls, network: ConvolutionNetwork) -> Values:
        """Returns the outputs for the ten classes."""
        image = rounded(np.random.default_rng(2).uniform(-1, 1, SHAPE))
        image = network.layer(Convolution("first", SHAPE[2], 16), image)
        for number, (inputs, outputs, stride) in enumerate(_STACKS, 1):
            shortcut = image
            if stride != 1:
                layer = Convolution(f"shortcut {number}", inputs, outputs, (1, 1), stride, relu=False)
                shortcut = network.layer(layer, image)
            image = network.layer(Convolution(f"stack {number} a", inputs, outputs, stride=stride), image)
            image = network.layer(Convolution(f"stack {number} b", outputs, outputs), image, shortcut)
        mean = network.pooled(image)
        return network.layer(Convolution("dense", 64, CLASSES, (1, 1), relu=False), mean).ravel()


class ResNet8Hybrid(ResNet8):
    """The same in E4M3, with sums in FP16."""

    precision = HYBRID
