# SPDX-License-Identifier: Apache-2.0
"""Convolutions on the engine as products with patches (im2col).

An image is rows x columns x channels. Its patches, one a row, are X; weights, kernel rows x kernel columns x
inputs as one dimension, times outputs, are W; so Z is the next image, rows x columns x channels, as it lies.
Software makes the patches, adds biases to what sums start with, and does ReLU.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from models.engine import Engine
from models.ops import Op
from models.values import Values
from tb.workloads.dense import FP16, Precision, fitting_scales, rounded
from tb.workloads.depthwise import Packing, best_packing
from tb.workloads.patches import patches
from tb.workloads.workload import Workload


@dataclass(frozen=True, slots=True)
class Convolution:
    """Shape of a layer; its image is padded so that `stride` alone makes the next one smaller."""

    name: str
    inputs: int  # channels
    outputs: int
    kernel: tuple[int, int] = (3, 3)  # rows, columns
    stride: int = 1
    relu: bool = True
    depthwise: bool = False  # each output from the input of its number alone

    @property
    def fan_in(self) -> int:
        """Products that an output is the sum of."""
        return self.kernel[0] * self.kernel[1] * (1 if self.depthwise else self.inputs)


class LayerRun(NamedTuple):
    """Operands and outcome of a layer that ran."""

    layer: Convolution
    image: Values
    weights: Values  # kernel rows x kernel columns x inputs x outputs; depthwise: without inputs
    bias: Values
    shortcut: Values | None  # image that was added
    result: Values

    @property
    def macs(self) -> int:
        """Multiply-adds of the layer, whatever way its products go."""
        return self.result.size * self.layer.fan_in


class ConvolutionNetwork:
    """Layers whose weights are drawn as they come (He et al., ICCV 2015).

    Args:
        engine: Computes the products.
        random: Source of weights and biases.
        precision: Formats of the products.
        packing: Way of a depthwise layer; None for what takes the fewest cycles.

    Attributes:
        runs: Layers that ran, in order.
    """

    def __init__(
        self,
        engine: Engine,
        random: np.random.Generator,
        precision: Precision = FP16,
        packing: Packing | None = None,
    ) -> None:
        self._engine = engine
        self._random = random
        self._precision = precision
        self._packing = packing
        self.runs: list[LayerRun] = []

    def layer(self, layer: Convolution, image: Values, shortcut: Values | None = None) -> Values:
        """Returns the outputs of a layer, to whose sums `shortcut` is added before ReLU."""
        inputs = () if layer.depthwise else (layer.inputs,)
        drawn = self._random.standard_normal((*layer.kernel, *inputs, layer.outputs))
        weights = rounded(drawn * np.sqrt(2 / layer.fan_in))
        bias = rounded(self._random.uniform(-0.1, 0.1, layer.outputs))
        rows, columns = (-(-size // layer.stride) for size in image.shape[:2])
        start = np.zeros((rows, columns, layer.outputs)) if shortcut is None else shortcut
        compute = self._depthwise if layer.depthwise else self._full
        sums = compute(layer, image, weights, rounded(start + bias))
        result = np.maximum(sums, 0.0) if layer.relu else sums
        self.runs.append(LayerRun(layer, image, weights, bias, shortcut, result))
        return result

    def pooled(self, image: Values) -> Values:
        """Returns the mean of each channel as an image of one pixel; one product with rows of 1 / pixels."""
        pixels = image.shape[0] * image.shape[1]
        flat = image.reshape(pixels, -1)
        mean = self._product("pool", np.full((1, pixels), 1 / pixels), flat, np.zeros((1, flat.shape[1])))
        return mean.reshape(1, 1, -1)

    def _full(self, layer: Convolution, image: Values, weights: Values, start: Values) -> Values:
        x = patches(image, layer.kernel, layer.stride).reshape(-1, layer.fan_in)
        w = weights.reshape(layer.fan_in, layer.outputs)
        return self._product(layer.name, x, w, start.reshape(len(x), -1)).reshape(start.shape)

    def _depthwise(self, layer: Convolution, image: Values, weights: Values, start: Values) -> Values:
        """Sums of some channels a job, as the packing lays them."""
        packing = self._packing or best_packing(
            self._engine.instance, image.shape, layer.kernel, layer.stride
        )
        sums = np.empty_like(start)
        for first in range(0, layer.inputs, packing.group):
            part = slice(first, first + packing.group)
            x, w = packing.operands(image[..., part], weights[..., part], layer.stride)
            z = self._product(layer.name, x, w, packing.laid(start[..., part]))
            sums[..., part] = packing.image(z, start[..., part].shape)
        return sums

    def _product(self, label: str, x: Values, w: Values, y: Values) -> Values:
        fmt = self._precision.forward
        scales = fitting_scales(x, w, y, fmt) if self._precision.scaled else (0, 0)
        return self._engine.gemm_op(Op.GEMM, x, w, y, formats=fmt, scales=scales, label=label)


class ConvolutionWorkload(Workload):
    """A network forward, with operands that are made up, since cycles do not depend on them.

    Batch normalisation is in weights and biases, as it is where networks are deployed.
    """

    precision: ClassVar[Precision] = FP16
    packing: ClassVar[Packing | None] = None
    """Of depthwise layers; None for what takes the fewest cycles."""

    @classmethod
    @abstractmethod
    def infer(cls, network: ConvolutionNetwork) -> Values:
        """Runs the layers; returns the last one's outputs."""

    @classmethod
    def network(cls, engine: Engine) -> ConvolutionNetwork:
        """Returns the network, none of whose layers has run."""
        return ConvolutionNetwork(engine, np.random.default_rng(1), cls.precision, cls.packing)

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Runs the layers on an engine."""
        cls.infer(cls.network(engine))

    @classmethod
    def needed(cls) -> Mapping[str, int]:
        """Returns the multiply-adds of each layer: products of packed channels have zeros beside them."""
        network = cls.network(Engine())
        cls.infer(network)
        return {run.layer.name: run.macs for run in network.runs}
