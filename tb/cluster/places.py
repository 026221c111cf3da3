# SPDX-License-Identifier: Apache-2.0
"""Places in the TCDM of what ``sw/programs/infer.c`` needs there, by the time for which it is needed.

An image lives from the first pass that writes to it until the last that reads it, weights from the end of the
pass but one before until the end of their own, since they are loaded ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tb.cluster.passes import PATCHES, Pass, image_places
from tb.errors import UserError
from tb.workloads.device_layers import DeviceLayer

_ALIGNMENT = 4


@dataclass(frozen=True, slots=True)
class TcdmLayout:
    """Passes, and addresses in the TCDM."""

    passes: tuple[Pass, ...]
    strips: tuple[int, int]  # patches of two jobs
    biases: int  # of all layers
    images: tuple[int, ...]  # of each
    weights: tuple[int, ...]  # of each pass


@dataclass(frozen=True, slots=True)
class _Piece:
    """Memory that is needed for a time."""

    key: tuple[str, int]
    nbytes: int
    begin: int
    end: int


def layout_of(
    passes: Sequence[Pass], layers: Sequence[DeviceLayer], strip_bytes: int, first: int, end: int
) -> TcdmLayout:
    """Places everything between two addresses, the largest pieces first, each as low as it can be.

    Raises:
        UserError: It does not fit.
    """
    bias_bytes = 2 * sum(len(each.bias) for each in layers)
    strips = (first, first + _whole(strip_bytes))
    biases = strips[1] + _whole(strip_bytes)
    least = biases + _whole(bias_bytes)
    placed: list[tuple[_Piece, int]] = []
    for piece in sorted(_pieces(passes, layers), key=lambda each: (-each.nbytes, each.key)):
        at = least
        others = sorted((place, other.nbytes) for other, place in placed if _overlap(piece, other))
        for place, nbytes in others:
            if at + piece.nbytes > place:
                at = max(at, place + _whole(nbytes))
        if at + piece.nbytes > end:
            raise UserError(f"{piece.key[0]} {piece.key[1]} with {piece.nbytes} bytes does not fit the TCDM")
        placed.append((piece, at))
    found = {piece.key: at for piece, at in placed}
    images = tuple(found["image", place] for place in image_places(layers))
    return TcdmLayout(
        tuple(passes), strips, biases, images, tuple(found["weights", n] for n in range(len(passes)))
    )


def _pieces(passes: Sequence[Pass], layers: Sequence[DeviceLayer]) -> Iterator[_Piece]:
    """Lives in times: strips of pass p are made from 3 p to 3 p + 2, and its last job ends at 3 p + 4.

    That is beside the first strips of the next pass. Then the weights of the pass behind it are loaded.
    """
    places = image_places(layers)
    lives: dict[int, list[int]] = {0: [-1]}
    nbytes = {0: passes[0].image.nbytes}
    for number, each in enumerate(passes):
        loaded = 3 * number - 1 if number > 1 else -1
        yield _Piece(("weights", number), each.nbytes, loaded, 3 * number + 4)
        read = places[layers[each.layer].source]
        lives[read].append(3 * number + (2 if each.flags & PATCHES else 4))
        written = places[each.layer + 1]
        lives.setdefault(written, []).extend((3 * number, 3 * number + 4))
        nbytes[written] = each.result.nbytes
    for place, times in lives.items():
        yield _Piece(("image", place), nbytes[place], min(times), max(times))


def _overlap(one: _Piece, other: _Piece) -> bool:
    return one.begin <= other.end and other.begin <= one.end


def _whole(nbytes: int) -> int:
    return -(-nbytes // _ALIGNMENT) * _ALIGNMENT
