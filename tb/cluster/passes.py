# SPDX-License-Identifier: Apache-2.0
"""Passes of ``sw/programs/infer.c``: a network's layers cut to what the TCDM holds.

A pass has the products of all pixels of a layer with some rows of its kernel: with all of them, or where
these are many, with one, so that a layer has as many passes as its kernel has rows. Its jobs are strips of
pixels. Where the kernel moves by one pixel, a strip has whole rows, and its patches one row of the kernel: so
a job for each row of the kernel finds its patches among them, a row of the image further on each time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.engine import ARRAY
from models.formats import Format
from models.ops import Op
from models.timing import bound
from tb.errors import UserError
from tb.workloads.device_layers import DeviceLayer
from tb.workloads.patches import padding

PATCHES, POOL, ADDS, BIASES, RELU, WAITS, SHARED = (1 << bit for bit in range(7))
"""Flags, sw/hal/passes.h."""
MOST = 28
PASS = struct.Struct("<22I")
TILE = 12
"""Pixels of a tile of the paper's array, of which strips are multiples."""
_PARTS = 3
"""Strips of a pass at least, so that the next one begins before all of them have ended."""
_FIRST_PARTS = 10
"""The same of the first pass, since no job runs beside its first strip."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Sizes of an image."""

    rows: int
    columns: int
    channels: int

    @property
    def pixels(self) -> int:
        """Rows times columns."""
        return self.rows * self.columns

    @property
    def nbytes(self) -> int:
        """Bytes in FP16."""
        return 2 * self.pixels * self.channels


@dataclass(frozen=True, slots=True)
class Pass:
    """Products of all pixels of a layer with weights of some rows of its kernel."""

    layer: int  # its number, from 0
    flags: int
    image: ImageSize  # what it reads
    result: ImageSize
    stride: int
    top: int  # rows that the kernel of this pass begins before the image; negative if behind
    left: int
    kernel: tuple[int, int]
    steps: int  # N
    strip: int  # pixels of a job
    origin: int  # bytes of the weights before its own
    nbytes: int  # of its weights

    @property
    def strips(self) -> int:
        """Parts of the result that are made one after the other."""
        return -(-self.result.pixels // self.strip)

    @property
    def jobs(self) -> int:
        """Jobs of all strips."""
        return self.strips * (self.kernel[0] if self.flags & SHARED else 1)

    @property
    def patch_bytes(self) -> int:
        """Bytes of the patches of a strip."""
        if not self.flags & PATCHES:
            return 0
        further = (self.kernel[0] - 1) * self.result.columns if self.flags & SHARED else 0
        return 2 * self.steps * (self.strip + further)

    def reads(self, strip: int) -> tuple[int, int]:
        """Pixels of the image that a strip needs, first and end."""
        if self.flags & POOL:
            return 0, self.image.pixels
        first, last = self.writes(strip)
        rows = [at // self.result.columns * self.stride - self.top for at in (first, last - 1)]
        begin, end = max(rows[0], 0), min(rows[1] + self.kernel[0], self.image.rows)
        return begin * self.image.columns, end * self.image.columns

    def writes(self, strip: int) -> tuple[int, int]:
        """Pixels of the result that a strip is, first and end."""
        return strip * self.strip, min((strip + 1) * self.strip, self.result.pixels)


def shapes(layers: Sequence[DeviceLayer], image: ImageSize) -> list[ImageSize]:
    """Returns the sizes of all images, the input's first."""
    found = [image]
    for each in layers:
        read = found[each.source]
        places = (
            [1, 1] if each.pool else [-(-size // each.layer.stride) for size in (read.rows, read.columns)]
        )
        found.append(ImageSize(places[0], places[1], each.layer.outputs))
    return found


def cut(layers: Sequence[DeviceLayer], image: ImageSize, strip_bytes: int, most: int) -> list[Pass]:
    """Returns the passes of a network.

    Args:
        layers: The layers.
        image: Sizes of the input.
        strip_bytes: Bytes for the patches of a strip.
        most: Bytes of weights above which a layer has a pass for each row of its kernel.

    Raises:
        UserError: The patches of one tile are more than that.
    """
    sizes, passes, origin = shapes(layers, image), list[Pass](), 0
    for number, each in enumerate(layers):
        read, result, layer = sizes[each.source], sizes[number + 1], each.layer
        rows, columns = (1, 1) if each.pool else layer.kernel
        top, left = (
            padding(size, kernel, layer.stride)[0]
            for size, kernel in ((read.rows, rows), (read.columns, columns))
        )
        count = rows if each.weights.nbytes <= most else 1
        for first in range(0, rows, count):
            flags = 0 if each.pool or (layer.kernel == (1, 1) and layer.stride == 1) else PATCHES
            flags |= POOL if each.pool else BIASES if first == 0 else 0
            flags |= ADDS if first == 0 and each.added is not None else 0
            flags |= RELU if first + count == rows and layer.relu else 0
            steps = read.pixels if each.pool else count * columns * layer.inputs
            parts = _PARTS if passes else _FIRST_PARTS
            strip = 0
            if flags & PATCHES and count > 1 and layer.stride == 1:
                strip = shared_strip(result, steps // count, count, strip_bytes, parts)
            if strip:
                flags, steps = flags | SHARED, steps // count
            else:
                patch = 2 * steps if flags & PATCHES else 0
                strip = strip_of(result.pixels, patch, strip_bytes, parts)
            made = Pass(
                layer=number,
                flags=flags,
                image=read,
                result=result,
                stride=layer.stride,
                top=top - first,
                left=left,
                kernel=(count, columns),
                steps=steps,
                strip=strip,
                origin=origin,
                nbytes=each.weights.nbytes * count // rows,
            )
            passes.append(made)
            origin += made.nbytes
    return _with_waits(passes, layers)


def strip_of(pixels: int, patch_bytes: int, room: int, parts: int) -> int:
    """Returns the pixels of a strip of whole tiles: what fits, in so many parts at least.

    Raises:
        UserError: A tile does not fit.
    """
    tiles = (pixels + parts * TILE - 1) // (parts * TILE)
    if patch_bytes:
        tiles = min(tiles, room // (TILE * patch_bytes))
    if not tiles:
        raise UserError(f"{room} bytes hold no {TILE} patches of {patch_bytes} bytes: give strips more room")
    return tiles * TILE


def shared_strip(result: ImageSize, steps: int, kernel_rows: int, room: int, parts: int) -> int:
    """Returns the pixels of a strip of whole rows, those with the fewest cycles; 0 if none fits.

    Args:
        result: The image that is made.
        steps: N of a job.
        kernel_rows: Jobs of a strip.
        room: Bytes for patches.
        parts: Strips of the image at least.
    """
    row, most = 2 * steps * result.columns, (result.rows + parts - 1) // parts

    def cycles(rows: int) -> int:
        pixels = rows * result.columns
        whole, rest = divmod(result.pixels, pixels)
        jobs = [pixels] * whole + [rest] * bool(rest)
        return sum(bound(ARRAY, Op.GEMM, each, steps, result.channels, Format.FP16) for each in jobs)

    fitting = [rows for rows in range(1, most + 1) if row * (rows + kernel_rows - 1) <= room]
    return min(fitting, key=cycles) * result.columns if fitting else 0


def _with_waits(passes: list[Pass], layers: Sequence[DeviceLayer]) -> list[Pass]:
    """Marks passes whose first strip needs, or writes to, what the last strip before has written."""
    places = image_places(layers)
    marked = passes[:1]
    for before, each in pairwise(passes):
        written, last = places[before.layer + 1], before.writes(before.strips - 1)
        waits = places[layers[each.layer].source] == written and _meet(each.reads(0), last)
        waits |= (
            bool(each.flags & BIASES) and places[each.layer + 1] == written and _meet(each.writes(0), last)
        )
        marked.append(replace(each, flags=each.flags | WAITS) if waits else each)
    return marked


def image_places(layers: Sequence[DeviceLayer]) -> list[int]:
    """Returns for each image the first one in whose memory it lies."""
    places = [0]
    for number, each in enumerate(layers, 1):
        places.append(number if each.added is None else places[each.added])
    return places


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
