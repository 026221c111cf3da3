# SPDX-License-Identifier: Apache-2.0
"""Training steps in L2, as ``sw/programs/train.c`` reads them and leaves its results there."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.left import LeftMatrix
from tb.cluster.task import Arbitration
from tb.scoreboard.products import MatrixProduct
from tb.workloads.device_step import Network, Step, train_step
from tb.workloads.half import Half, bits_of

MOST_LAYERS = 12
"""Layers of a network, sw/hal/network.h."""
_HEAD = struct.Struct(f"<{19 + MOST_LAYERS + 1}I")
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Training:
    """A network and its samples in L2, as sw/hal/network.h has them."""

    network: Network
    inputs: Half  # features x batch
    targets: Half
    scale: np.float16  # what gradients are multiplied with
    # Of weights in the TCDM at once: inputs of the first layer, outputs of a hidden one and of the last.
    blocks: tuple[int, int, int]
    room: int = 0  # bytes for weights in the TCDM; 0 for all that is left
    saved_layers: int = 1  # layers whose activations are in the TCDM for updates at once, or 2
    in_software: bool = False  # True if the harts compute the products, and not the accelerator
    # Of the TCDM: forward, from the last layer back, in the first; empty where it stays as it is.
    arbitration: tuple[Arbitration, ...] = ()

    def memory(self) -> dict[int, bytes]:
        """Bytes by address; the descriptor is the first."""
        at = self._places()
        sizes = self.network.sizes
        ratios = [each.register() for each in self.arbitration] or [0, 0, 0]
        bits = int(self.scale.view(np.uint16)) * 0x1_0001
        shape = (len(sizes) - 1, self.inputs.shape[1], *self.blocks, self.room)
        words = (*shape, self.saved_layers, self.in_software, bits, *ratios, *list(at.values())[1:], *sizes)
        head = _HEAD.pack(*words, *[0] * (MOST_LAYERS + 1 - len(sizes)))
        given = {
            "inputs": self.inputs.tobytes(),
            "targets": self.targets.tobytes(),
            **_parameters(self.network),
        }
        return {at["head"]: head, **{at[name]: data for name, data in given.items()}}

    def left(self, harts: int) -> dict[int, bytes]:
        """Bytes by address that a step leaves: what it reads, what is new, activations, outputs and loss."""
        at, step = self._places(), self._step(harts)
        results = {
            "activations": b"".join(each.T.tobytes() for each in step.activations),
            "outputs": step.outputs.tobytes(),
            "loss": step.loss.tobytes(),
            **_parameters(step.network),
        }
        return {**self.memory(), **{at[name]: data for name, data in results.items()}}

    def matrices(self, harts: int) -> Iterator[LeftMatrix]:
        """Matrices of what a step leaves, with their operands."""
        at, step = self._places(), self._step(harts)
        seen = (self.inputs, *step.activations)

        def left(
            kind: str, layer: int, matrix: Half, product: MatrixProduct | None = None, *, relu: bool = False
        ) -> LeftMatrix:
            place = at[kind]
            at[kind] += matrix.nbytes
            return LeftMatrix(f"{kind} of layer {layer}", place, bits_of(matrix), product, relu)

        for layer, (weights, biases) in enumerate(
            zip(self.network.weights, self.network.biases, strict=True)
        ):
            before = seen[layer]
            update = _gemm(step.changes[layer], before.T, weights)
            yield left("weights", layer, step.network.weights[layer], update)
            yield left("biases", layer, step.network.biases[layer][None])
            start = np.repeat(biases[:, None], before.shape[1], axis=1)
            if layer + 1 < len(seen):
                sums = _gemm(before.T, weights.T, start.T)
                yield left("activations", layer, seen[layer + 1].T, sums, relu=True)
            else:
                yield left("outputs", layer, step.outputs, _gemm(weights, before, start))

    def _step(self, harts: int) -> Step:
        return train_step(
            self.network, self.inputs, self.targets, self.scale, block=self.blocks[2], harts=harts
        )

    @property
    def jobs(self) -> int:
        """Jobs of a step: two of each block of the first layer, three of the others, and ReLU."""
        if self.in_software:
            return 0
        first, *others = (len(range(0, size, block)) for size, block in self.cuts())
        return 2 * first + 3 * sum(others) + len(others)

    @property
    def least_room(self) -> int:
        """Bytes of the largest block with the samples that come with it."""
        sizes = self.network.sizes
        batch: int = self.inputs.shape[1]
        (_, first), *hidden, (_, last) = self.cuts()
        middle = (2 * block * size for (_, block), size in zip(hidden, sizes[1:-2], strict=True))
        return max(*middle, 2 * first * (sizes[1] + batch), 2 * last * (sizes[-2] + batch))

    def cuts(self) -> list[tuple[int, int]]:
        """Returns the size across which each layer's weights are cut, and that of a block."""
        sizes = (self.network.sizes[0], *self.network.sizes[2:])
        first, hidden, last = self.blocks
        blocks = (first, *[hidden] * (len(sizes) - 2), last)
        return [(size, min(size, block)) for size, block in zip(sizes, blocks, strict=True)]

    def _places(self) -> dict[str, int]:
        """Addresses by name, in the order of sw/hal/network.h."""
        parameters = _parameters(self.network)
        bytes_of = {
            "head": _HEAD.size,
            "weights": len(parameters["weights"]),
            "biases": len(parameters["biases"]),
            "inputs": self.inputs.nbytes,
            "targets": self.targets.nbytes,
            "activations": 2 * sum(self.network.sizes[1:-1]) * self.inputs.shape[1],
            "outputs": self.targets.nbytes,
            "loss": 4,
        }
        places, at = {}, memory_map.L2
        for name, size in bytes_of.items():
            places[name] = at
            at += -(-size // _ALIGNMENT) * _ALIGNMENT
        return places


def _parameters(network: Network) -> dict[str, bytes]:
    return {
        "weights": b"".join(each.tobytes() for each in network.weights),
        "biases": b"".join(each.tobytes() for each in network.biases),
    }


def _gemm(x: Half, w: Half, y: Half) -> MatrixProduct:
    return MatrixProduct(Op.GEMM, bits_of(x), bits_of(w), bits_of(y))
