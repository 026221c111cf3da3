# SPDX-License-Identifier: Apache-2.0
"""Patches of an image: what the kernel of a convolution sees (im2col; Chellapilla et al., IWFHR 2006)."""

from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Returns the zeros before and after `size` pixels, the odd one after ("same" padding of TensorFlow)."""
    missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def patches(image: NDArray[Number], kernel: tuple[int, int], stride: int) -> NDArray[Number]:
    """Returns what a kernel sees of an image, padded so that `stride` alone makes the result smaller.

    Args:
        image: Rows x columns x channels.
        kernel: Rows and columns of the kernel.
        stride: Pixels from one place to the next.

    Returns:
        Rows x columns x kernel rows x kernel columns x channels.
    """
    rows, columns = (padding(image.shape[axis], kernel[axis], stride) for axis in (0, 1))
    seen = sliding_window_view(np.pad(image, [rows, columns, (0, 0)]), kernel, axis=(0, 1))
    return np.moveaxis(seen[::stride, ::stride], 2, -1)
