# SPDX-License-Identifier: Apache-2.0
"""Matrices that cores and DMA leave in memory, and faults of wrong ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from models.formats import Format
from models.fp16 import Fp16
from models.product_faults import matrix_fault
from tb.cluster import memory_map
from tb.cluster.rules import rule_finding
from tb.exchange.results import Finding
from tb.scoreboard.misplaced import misplaced
from tb.scoreboard.products import MatrixProduct


@dataclass(frozen=True, slots=True)
class LeftMatrix:
    """An FP16 matrix that a program leaves, row by row, as the model has it."""

    name: str
    address: int
    bits: Fp16  # M x K
    product: MatrixProduct | None = None  # the operands of which it is the result; None if it is of none
    relu: bool = False  # True if numbers below 0 of that result are 0

    def fault(self, data: bytes) -> str:
        """Tell in words what is wrong with its bytes; empty if nothing is."""
        theirs = np.frombuffer(data, np.uint16).reshape(self.bits.shape)
        wrong = theirs != self.bits
        if not wrong.any():
            return ""
        row, column = np.argwhere(wrong)[0].tolist()
        text = (
            f"{self.name} (row {row}, column {column} is 0x{theirs[row, column]:04x} instead of "
            f"0x{self.bits[row, column]:04x}; {np.count_nonzero(wrong)} of {wrong.size} elements wrong)"
        )
        named = misplaced(theirs, self.bits, "it") or self._named(theirs)
        return f"{text}; {named}" if named else text

    def _named(self, theirs: Fp16) -> str:
        product = self.product
        whole = product.fault(theirs) if product and not self.relu else ""
        whole = whole or matrix_fault(self.bits, theirs, Format.FP16)
        if whole or product is None:
            return whole
        # Of a number that ReLU took the chain of steps is not known.
        known = (theirs != self.bits) & ~(self.relu & ((theirs == 0) | (self.bits == 0)))
        if not known.any():
            return ""
        row, column = np.argwhere(known)[0].tolist()
        step = product.first_step(row, column, int(theirs[row, column]))
        return f"row {row}, column {column}: {step}"


def left_findings(
    left: Mapping[int, bytes], tcdm: bytes, l2: bytes, matrices: Callable[[], Iterable[LeftMatrix]]
) -> Iterator[Finding]:
    """Yield a finding for each range of bytes that a program did not leave as the model has it.

    Args:
        left: The bytes by address.
        tcdm: The whole TCDM at the end of the program.
        l2: The whole of L2 then.
        matrices: Returns what of these bytes is a matrix; called only where something is wrong.
    """
    for address, expected in left.items():
        base, memory = (memory_map.L2, l2) if address >= memory_map.L2 else (memory_map.TCDM, tcdm)
        found = memory[address - base : address - base + len(expected)]
        if found != expected:
            yield rule_finding("cluster_left", left_fault(address, expected, found, matrices()))


def left_fault(address: int, expected: bytes, found: bytes, matrices: Iterable[LeftMatrix]) -> str:
    """Tell in words what is wrong with bytes that a program left; empty if nothing is.

    Args:
        address: Of the first of them.
        expected: The model's.
        found: Those at the end of the program; as many.
        matrices: Matrices among all that it leaves.
    """
    if found == expected:
        return ""
    at = next(i for i, (is_, should) in enumerate(zip(found, expected, strict=True)) if is_ != should)
    text = f"byte 0x{address + at:08x} is 0x{found[at]:02x} at the end, not 0x{expected[at]:02x}"
    for matrix in matrices:
        start = matrix.address - address
        if 0 <= start <= at < start + matrix.bits.nbytes:
            return f"{text}: {matrix.fault(found[start : start + matrix.bits.nbytes])}"
    return text
