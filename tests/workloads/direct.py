# SPDX-License-Identifier: Apache-2.0
"""Convolutions as their definition has them, in float64, one output at a time: no patches, no products."""

import numpy as np
from numpy.typing import NDArray

from tb.workloads.convolution import LayerRun

Image = NDArray[np.float64]


def same_border(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Returns the outputs of a dimension, and where the first kernel begins (TensorFlow's "SAME")."""
    outputs = (size + stride - 1) // stride
    return outputs, -(max(kernel + stride * (outputs - 1) - size, 0) // 2)


def convolved(run: LayerRun, image: Image, shortcut: Image | None) -> Image:
    """Returns the outputs of a layer for an image, with the weights that the layer had."""
    layer = run.layer
    rows, top = same_border(image.shape[0], layer.kernel[0], layer.stride)
    columns, left = same_border(image.shape[1], layer.kernel[1], layer.stride)
    result = np.empty((rows, columns, layer.outputs))
    for row in range(rows):
        for column in range(columns):
            total = run.bias.copy()
            for tap in np.ndindex(*layer.kernel):
                y, x = row * layer.stride + top + tap[0], column * layer.stride + left + tap[1]
                if 0 <= y < image.shape[0] and 0 <= x < image.shape[1]:
                    weights, pixel = run.weights[tap], image[y, x]
                    total += pixel * weights if layer.depthwise else (pixel[:, None] * weights).sum(axis=0)
            result[row, column] = total
    if shortcut is not None:
        result += shortcut
    return np.maximum(result, 0) if layer.relu else result
