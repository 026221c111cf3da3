# SPDX-License-Identifier: Apache-2.0
"""Bins of a dimension against the edge of a tile."""

SIZES = ("0", "1", "below", "edge-1", "edge", "edge+1", "above", "tiles-1", "tiles", "tiles+1")


def size_bin(size: int, edge: int) -> str:
    """Bin of a dimension.

    Of the multiples of the edge, those above the first and their neighbours have bins of their own; `above`
    is anything else beyond the edge.
    """
    if size < 2:
        return str(size)
    if size <= edge + 1:
        distance = size - edge
        return "below" if distance < -1 else ("edge-1", "edge", "edge+1")[distance + 1]
    left = (size + 1) % edge
    return ("tiles-1", "tiles", "tiles+1")[left] if left < 3 else "above"
