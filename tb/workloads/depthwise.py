# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolutions as products: each channel has a kernel of its own, so a product has little to share.

With one channel a job the array has one column of outputs, or one row. Some channels share a job where their
kernels are blocks on a diagonal, whose zeros cost steps. Whole rows share a job where a kernel is a band (a
Toeplitz matrix) that leads from a row to a row. Any of these may be turned, so that the other dimension fills
the array's rows. A sum takes the same steps in the same order in all of them, and zeros that change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from models.formats import Format
from models.ops import Op
from models.timing import bound
from tb.workloads.patches import padding, patches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.timing import Instance
    from models.values import Values


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to have the channels of a depthwise layer in jobs."""

    group: int  # channels of a job
    bands: bool = False  # X has rows of the image, W bands; else X has patches
    turned: bool = False  # X is W, transposed, and W is X

    def operands(self, image: Values, weights: Values, stride: int) -> tuple[Values, Values]:
        """Returns X and W of a job.

        Args:
            image: Rows x columns x channels of the group.
            weights: Kernel rows x kernel columns x channels of the group.
            stride: Pixels from one place of the kernel to the next.
        """
        data, blocks = (_bands if self.bands else _pixels)(image, weights, stride)
        return (blocks.T, data.T) if self.turned else (data, blocks)

    def laid(self, image: Values) -> Values:
        """Returns an image as Y and Z have it."""
        rows, columns, channels = image.shape
        flat = image.reshape((rows, -1) if self.bands else (rows * columns, channels))
        return flat.T if self.turned else flat

    def image(self, z: Values, shape: tuple[int, ...]) -> Values:
        """Returns Z as an image of a shape."""
        return (z.T if self.turned else z).reshape(shape)

    def sizes(
        self, shape: tuple[int, ...], kernel: tuple[int, int], stride: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yields M, N and K of the jobs of an image of rows x columns x channels."""
        rows, columns, channels = shape
        places = (-(-rows // stride), -(-columns // stride))
        for first in range(0, channels, self.group):
            group = min(self.group, channels - first)
            if self.bands:
                m, n, k = places[0], kernel[0] * columns * group, places[1] * group
            else:
                m, n, k = places[0] * places[1], kernel[0] * kernel[1] * group, group
            yield (k, n, m) if self.turned else (m, n, k)


CHANNELS = Packing(1, turned=True)
"""One channel a job, its kernel as X."""
BLOCKS = Packing(12, turned=True)
"""As many kernels as the paper's array has rows, as blocks of X."""


def packings(channels: int) -> Iterator[Packing]:
    """Yields all ways for a number of channels."""
    for bands in (False, True):
        for turned in (False, True):
            for group in range(1, channels + 1):
                yield Packing(group, bands, turned)


def best_packing(instance: Instance, shape: tuple[int, ...], kernel: tuple[int, int], stride: int) -> Packing:
    """Returns the way with the fewest cycles by the bound of its jobs (contract A8.3)."""

    def cycles(packing: Packing) -> int:
        sizes = packing.sizes(shape, kernel, stride)
        return sum(bound(instance, Op.GEMM, *size, Format.FP16) for size in sizes)

    return min(packings(shape[2]), key=cycles)


def _pixels(image: Values, weights: Values, stride: int) -> tuple[Values, Values]:
    """Patches as rows, and each kernel as a block of a column."""
    channels = image.shape[2]
    seen = patches(image, (weights.shape[0], weights.shape[1]), stride)
    blocks = weights[..., None] * np.eye(channels)
    return seen.reshape(-1, weights.size), blocks.reshape(-1, channels)


def _bands(image: Values, weights: Values, stride: int) -> tuple[Values, Values]:
    """Rows of the image that a row of outputs needs, and each kernel as a band from columns to columns."""
    (height, width), (_, columns, channels) = weights.shape[:2], image.shape
    padded = np.pad(image, [padding(len(image), height, stride), (0, 0), (0, 0)])
    seen = np.moveaxis(sliding_window_view(padded, height, axis=0)[::stride], -1, 1)
    places, before = -(-columns // stride), padding(columns, width, stride)[0]
    blocks = np.zeros((height, columns, channels, places, channels))
    each = np.arange(channels)
    for place in range(places):
        for tap in range(width):
            column = place * stride + tap - before
            if 0 <= column < columns:
                blocks[:, column, each, place, each] = weights[:, tap]
    return seen.reshape(len(seen), -1), blocks.reshape(-1, places * channels)
