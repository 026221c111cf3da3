# SPDX-License-Identifier: Apache-2.0
"""Structures of C++ as ctypes and numpy see them: little-endian, with the fields in order."""

import ctypes as ct
from collections.abc import Iterable
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

_TYPES: dict[str, type[Any]] = {"u32": ct.c_uint32, "u64": ct.c_uint64}
_CODES = {1: "B", 4: "I", 8: "Q"}


def fields(*groups: str) -> tuple[tuple[str, type[Any]], ...]:
    """Returns the fields of a structure from groups of a type and its names, such as ``u32 first last``."""
    return tuple((name, _TYPES[kind]) for kind, *names in map(str.split, groups) for name in names)


def record(*fields: str) -> np.dtype[np.void]:
    """Returns the type of a record from names and types of numpy, such as ``cycle u8`` or ``data (8,)u4``."""
    return np.dtype([(name, kind) for name, kind in map(str.split, fields)])


def view(address: int, dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    """Returns `count` records of memory from an address on; no copy."""
    buffer: Any = (ct.c_uint8 * (dtype.itemsize * count)).from_address(address)
    array: npt.NDArray[Any] = np.frombuffer(buffer, dtype=dtype, count=count)
    return array


class Rows:
    """Records of plain fields as tuples: a few of them are read and made so in a tenth of numpy's time."""

    def __init__(self, dtype: np.dtype[np.void]) -> None:
        self._row = Struct("<" + "".join(_CODES[dtype[name].itemsize] for name in dtype.names or ()))

    def read(self, records: npt.NDArray[np.void]) -> list[tuple[Any, ...]]:
        """Returns all records."""
        return list(self._row.iter_unpack(records.tobytes()))

    def pack(self, rows: Iterable[tuple[Any, ...]]) -> bytes:
        """Returns rows as they lie in memory."""
        return b"".join([self._row.pack(*row) for row in rows])
