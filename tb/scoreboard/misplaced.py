# SPDX-License-Identifier: Apache-2.0
"""Results that are right but for their place, or for the order of their bytes."""

import numpy as np
import numpy.typing as npt

SWAPPED = "the bytes of every element are swapped"
_FARTHEST = 64  # elements


def misplaced(
    got: npt.NDArray[np.unsignedinteger], want: npt.NDArray[np.unsignedinteger], name: str = "Z"
) -> str:
    """Tell in words how all of a wrong matrix follows from the right one; empty if it does not.

    Args:
        got: The matrix of the device; bits, shape (rows, cols).
        want: The matrix that was expected; same shape and type.
        name: Name of the matrix.
    """
    if np.unique(want).size < 3:  # nearly any place would fit
        return ""
    if want.itemsize > 1 and (got == want.byteswap()).all():
        return SWAPPED
    here, there = got.ravel(), want.ravel()
    for places in range(1, min(max(want.shape[1], _FARTHEST), want.size // 2) + 1):
        for front, back, way in (
            (here[places:], there[:-places], "back"),
            (here[:-places], there[places:], "on"),
        ):
            if (front == back).all():
                rows, rest = divmod(places, want.shape[1])
                what = f"{rows} row{'s' * (rows > 1)}" if rows and not rest else f"{places} elements"
                return f"all of {name} is that of {what} further {way}"
    return ""
