# SPDX-License-Identifier: Apache-2.0
"""Networks for images in L2, as ``sw/programs/infer.c`` reads them and leaves its outputs there."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from models.engine import Engine
from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.left import LeftMatrix
from tb.cluster.passes import MOST, PASS, POOL, ImageSize, cut, image_places
from tb.cluster.places import TcdmLayout, layout_of
from tb.errors import UserError
from tb.scoreboard.products import MatrixProduct
from tb.workloads.device_layers import DeviceLayer, infer, resnet8_layers
from tb.workloads.half import Half
from tb.workloads.resnet8 import ResNet8

_HEAD = struct.Struct("<9I")
_ALIGNMENT = 64
_BEHIND = 68  # the accelerator reads up to an access behind an operand
_WORD = 2**32 - 1
_STRIP_STEP = 1152
_WEIGHTS_MOST = 16 * 1024  # of a pass of ResNet8; its last layers have more than fits beside the next one's


@dataclass(frozen=True, slots=True)
class Inference:
    """A network and an image in L2, as sw/hal/passes.h has them."""

    layers: Sequence[DeviceLayer]
    image: Half  # rows x columns x channels
    layout: TcdmLayout
    saves: bool = False  # True if every image goes to L2 that is not added to, and not the last alone

    @property
    def jobs(self) -> int:
        """Jobs of the accelerator."""
        return sum(each.jobs for each in self.layout.passes)

    def macs(self, layer: int) -> int:
        """Multiply-adds of a layer, without those of the first one's channel of zeros."""
        each = self.layers[layer]
        outputs = next(one.result for one in self.layout.passes if one.layer == layer)
        products = each.weights.size if each.pool else int(np.count_nonzero(each.weights.any(axis=3)))
        return outputs.pixels * outputs.channels * products

    def memory(self) -> dict[int, bytes]:
        """Bytes by address; the descriptor is the first."""
        at = self._places()
        biases = b"".join(each.bias.tobytes() for each in self.layers)
        words = (self.layout.images[0], self.image.nbytes, at["biases"], self.layout.biases, len(biases))
        head = _HEAD.pack(len(self.layout.passes), *self.layout.strips, at["image"], *words)
        passes = b"".join(self._packed(number, at) for number in range(len(self.layout.passes)))
        return {
            at["head"]: (head + passes).ljust(_HEAD.size + MOST * PASS.size, b"\0"),
            at["weights"]: b"".join(each.weights.tobytes() for each in self.layers),
            at["biases"]: biases,
            at["image"]: self.image.tobytes(),
        }

    def left(self) -> dict[int, bytes]:
        """Bytes by address that the program leaves: what it reads, and images that are saved."""
        at, images = self._places(), infer(self.layers, self.image)
        saved = {at[f"image {number}"]: images[number].tobytes() for number in self._saved()}
        return {**self.memory(), **saved}

    def matrices(self) -> Iterator[LeftMatrix]:
        """Images that the program leaves, pixels x channels, with the operands of their products."""
        at, images = self._places(), infer(self.layers, self.image)
        for number in self._saved():
            each = self.layers[number - 1]
            bits = images[number].reshape(-1, images[number].shape[2]).view(np.uint16)
            product = MatrixProduct(*each.product(images))
            name = f"outputs of layer {number - 1}, {each.layer.name}"
            yield LeftMatrix(name, at[f"image {number}"], bits, product, each.layer.relu)

    def _saved(self) -> list[int]:
        """Images that go to L2: those that nothing is added to later."""
        number, places = len(self.layers), image_places(self.layers)
        if not self.saves:
            return [number]
        return [each for each in range(1, number + 1) if places[each] not in places[each + 1 :]]

    def _packed(self, number: int, at: Mapping[str, int]) -> bytes:
        each = self.layout.passes[number]
        first = sum(len(layer.bias) for layer in self.layers[: each.layer])
        ends = number + 1 == len(self.layout.passes) or self.layout.passes[number + 1].layer != each.layer
        saved = at[f"image {each.layer + 1}"] if ends and each.layer + 1 in self._saved() else 0
        words = (
            *(each.flags, Op.MATMUL if each.flags & POOL else Op.GEMM),
            *(each.image.rows, each.image.columns, each.image.channels),
            *(each.stride, each.top, each.left, *each.kernel),
            *(each.result.columns, each.result.pixels, each.result.channels, each.steps, each.strip),
            *(self.layout.images[self.layers[each.layer].source], self.layout.images[each.layer + 1]),
            *(self.layout.biases + 2 * first, self.layout.weights[number]),
            *(at["weights"] + each.origin, each.nbytes, saved),
        )
        return PASS.pack(*(word & _WORD for word in words))

    def _places(self) -> dict[str, int]:
        """Addresses in L2 by name."""
        sizes = {"head": _HEAD.size + MOST * PASS.size}
        sizes["weights"] = sum(each.weights.nbytes for each in self.layers)
        sizes["biases"] = sum(each.bias.nbytes for each in self.layers)
        sizes["image"] = self.image.nbytes
        for each in self.layout.passes:
            sizes[f"image {each.layer + 1}"] = each.result.nbytes
        places, at = {}, memory_map.L2
        for name, size in sizes.items():
            places[name] = at
            at += -(-size // _ALIGNMENT) * _ALIGNMENT
        return places


def arranged(
    layers: Sequence[DeviceLayer],
    image: Half,
    tcdm_bytes: int,
    strip_bytes: int,
    *,
    most: int = _WEIGHTS_MOST,
    saves: bool,
) -> Inference:
    """Returns a network that is arranged with a given room for patches.

    Args:
        layers: The layers.
        image: The input.
        tcdm_bytes: Size of the TCDM.
        strip_bytes: Bytes for the patches of a job.
        most: Bytes of weights above which a layer has a pass for each row of its kernel.
        saves: True if all images go to L2 that nothing is added to later.

    Raises:
        UserError: It does not fit.
    """
    passes = cut(layers, ImageSize(*image.shape), strip_bytes, most)
    if len(passes) > MOST:
        raise UserError(f"{len(passes)} passes; sw/hal/passes.h has room for {MOST}")
    end = memory_map.TCDM + tcdm_bytes - _BEHIND
    return Inference(layers, image, layout_of(passes, layers, strip_bytes, memory_map.OPERANDS, end), saves)


def resnet8(tcdm_bytes: int, *, saves: bool = False) -> Inference:
    """Returns ResNet8 with the operands of the workload, and the most room for patches that the TCDM has.

    Raises:
        UserError: It does not fit.
    """
    network = ResNet8.network(Engine())
    ResNet8.infer(network)
    layers, image = resnet8_layers(network.runs)
    for strip_bytes in range(32 * _STRIP_STEP, 0, -_STRIP_STEP):
        with suppress(UserError):
            return arranged(layers, image, tcdm_bytes, strip_bytes, saves=saves)
    raise UserError(f"ResNet8 does not fit a TCDM of {tcdm_bytes} bytes")
