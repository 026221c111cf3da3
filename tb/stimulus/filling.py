# SPDX-License-Identifier: Apache-2.0
"""Operands in C++ (`operands.cpp`): what `tb.stimulus.operands` defines, written into a memory at once."""

import ctypes as ct
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format, narrow, widen
from models.kernel import kernel, library
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.stimulus.format_values import SHAPES, special_table, subnormal_exponents, zero_table
from tb.stimulus.operand_classes import ADDS, INTEGERS, MODEST, NORMAL
from tb.stimulus.rng import derive

SOURCE = Path(__file__).with_name("operands.cpp")
_TASK = Struct("<Q21q")
_CLASSES = {name: number for number, name in enumerate(OPERAND_CLASSES)}


def fill(memory: NDArray[np.uint8], job: Job, base: int) -> bool:
    """Writes the drawn operands of a job into a memory, as far as they lie there, X then W then Y.

    Args:
        memory: Bytes from the address `base` on, all of its operands among them; changed in place.
        job: A job with outputs.
        base: Address of the first byte.

    Returns:
        False, with nothing written, for explicit data, and where numpy has to serve.
    """
    compiled = _compiled()
    if compiled is None or job.data is not None:
        return False
    formats = job.formats
    task = _TASK.pack(
        derive(job.data_seed, "operands"),
        *(job.data_seed, job.op in ADDS, job.op.reads_y),
        *(job.m, job.n, job.m, job.n, job.k, job.k),
        *map(_CLASSES.__getitem__, job.classes),
        *formats,
        *(job.x_addr - base, job.w_addr - base, job.y_place - base),
        *map(job.element_bytes, formats),
    )
    compiled(task, ct.byref(ct.c_char.from_buffer(memory.data)))
    return True


@cache
def _compiled() -> Callable[..., None] | None:
    """The compiled function with its tables; None if numpy has to serve."""
    if kernel() is None:
        return None
    functions, tables = ct.CDLL(str(library("plain", source=SOURCE))), _tables()
    functions.operands_tables_size.restype = ct.c_uint64
    if functions.operands_tables_size() != tables.nbytes:
        raise RuntimeError("tb/stimulus/filling.py does not match operands.cpp: change both together")
    functions.operands_fill.argtypes = (ct.c_void_p, ct.c_char_p, ct.c_void_p)
    functions.operands_fill.restype = None
    return partial(functions.operands_fill, tables.ctypes.data_as(ct.c_void_p))


@cache
def _tables() -> NDArray[np.uint16]:
    """The tables of operand classes, as `Tables` in operands.cpp has them."""
    fp16 = np.arange(0x10000, dtype=np.uint16)
    parts: list[Bits] = [NORMAL, MODEST, INTEGERS]
    for fmt in Format:
        shape, codes = SHAPES[fmt], np.arange(1 << 8 * fmt.itemsize).astype(fmt.dtype)
        parts += [special_table(fmt, flavour) for flavour in range(4)]
        parts += [zero_table(fmt), subnormal_exponents(fmt)]
        parts += [narrow(fp16, fmt), np.resize(widen(codes, fmt), fp16.size)]
        parts.append(np.array([fmt.itemsize, shape.fraction_bits, *shape.span], np.uint16))
    return np.concatenate([part.astype(np.uint16) for part in parts])
