# SPDX-License-Identifier: Apache-2.0
"""A network for images as ``sw/programs/infer.c`` has it, bit for bit: the engine's products and FP16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models import fp16
from models.fp16 import Fp16
from models.gemm import gemm_op
from models.ops import Op
from tb.workloads.convolution import Convolution, LayerRun
from tb.workloads.half import Half, bits_of
from tb.workloads.patches import patches


@dataclass(frozen=True, slots=True)
class DeviceLayer:
    """A layer with its parameters, and the images that it is connected with.

    Images are numbered: 0 is the network's input, i the output of the i-th layer.
    """

    layer: Convolution
    weights: Half  # kernel rows x kernel columns x inputs x outputs
    bias: Half
    source: int  # image that it reads
    added: int | None = None  # image to which it adds its sums, in that one's place
    pool: bool = False  # the mean of each channel, by a kernel that is one row of weights, without biases

    def sums(self, images: Sequence[Half]) -> Half:
        """Returns the outputs before ReLU, rows x columns x channels."""
        op, x, w, y = self.product(images)
        rows, columns, _ = (1, 1, 0) if self.pool else images[self.source].shape
        shape = (-(-rows // self.layer.stride), -(-columns // self.layer.stride), self.layer.outputs)
        return gemm_op(op, x, w, y).view(np.float16).reshape(shape)

    def product(self, images: Sequence[Half]) -> tuple[Op, Fp16, Fp16, Fp16]:
        """Returns the product that has these, pixels x channels: operation, bits of X, W and Y."""
        image = images[self.source]
        if self.pool:
            w = image.reshape(-1, image.shape[2])
            return (
                Op.MATMUL,
                bits_of(self.weights.reshape(1, -1)),
                bits_of(w),
                np.zeros((1, w.shape[1]), np.uint16),
            )
        seen = patches(image, self.layer.kernel, self.layer.stride)
        shape = (*seen.shape[:2], self.layer.outputs)
        before = np.zeros(shape, np.float16) if self.added is None else images[self.added]
        start = np.broadcast_to(self.bias, shape) if self.added is None else before + self.bias
        w = self.weights.reshape(-1, self.layer.outputs)
        return Op.GEMM, bits_of(seen.reshape(-1, len(w))), bits_of(w), bits_of(start.reshape(-1, shape[2]))


def infer(layers: Sequence[DeviceLayer], image: Half) -> list[Half]:
    """Returns all images, the input first."""
    images = [image]
    for layer in layers:
        sums = layer.sums(images)
        if layer.layer.relu:
            zero = np.zeros(1, np.uint16)
            sums = fp16.maximum(np.ascontiguousarray(sums).view(np.uint16), zero).view(np.float16)
        images.append(sums)
    return images


def pooling(pixels: int, channels: int, source: int) -> DeviceLayer:
    """Returns a layer that takes means over an image."""
    layer = Convolution("pool", channels, channels, relu=False)
    weights = np.full((1, pixels), 1 / pixels, np.float16)
    return DeviceLayer(layer, weights, np.zeros(channels, np.float16), source, pool=True)


def resnet8_layers(runs: Sequence[LayerRun]) -> tuple[list[DeviceLayer], Half]:
    """Returns ResNet8 with the parameters that its layers had, and its image, with a channel of zeros."""
    layers: list[DeviceLayer] = []
    image, shortcut = 0, 0
    for run in runs:
        name = run.layer.name
        if name == "dense":
            layers.append(pooling(64, run.layer.inputs, image))
            image = len(layers)
        weights, bias = run.weights.astype(np.float16), run.bias.astype(np.float16)
        layer = DeviceLayer(run.layer, weights, bias, image)
        if name == "first":
            even = replace(run.layer, inputs=4)
            layer = DeviceLayer(even, np.pad(weights, [(0, 0), (0, 0), (0, 1), (0, 0)]), bias, image)
        if name.endswith("b"):
            layer = replace(layer, added=shortcut)
        layers.append(layer)
        if name.startswith("shortcut"):
            shortcut = len(layers)
            continue
        image = len(layers)
        if name == "first":
            shortcut = image
    first = runs[0].image.astype(np.float16)
    return layers, np.pad(first, [(0, 0), (0, 0), (0, 1)])
