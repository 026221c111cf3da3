# SPDX-License-Identifier: Apache-2.0
"""Compiled kernels against numpy, bit for bit.

`python -m tests.models.kernel_comparison 400` compares 400 million steps, which takes some minutes.
"""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from models import chains
from models.kernel import Kernel, levels, library
from models.ops import Op
from tests.models import cases
from tests.models.cases import Bits

_OPS = tuple(Op)[1:]  # MATMUL is GEMM from zeros
_STRATUM = 16384  # operands of each stratum in a round
_LARGEST = (50, 24, 140)  # M, N and K of a matrix


class Work(NamedTuple):
    """One call of a function with an operation, X, W and accumulators; its steps in all."""

    name: str
    steps: int
    function: str
    arguments: tuple[Op, Bits, Bits, Bits]

    def run(self, model: Any) -> Bits:
        """Returns what a kernel, or `models.chains`, makes of it."""
        result: Bits = getattr(model, self.function)(*self.arguments)
        return result


def work(seed: int) -> Iterator[Work]:
    """Yields a round: all operations, on all strata in single steps, on all classes of matrices in chains."""
    rng = np.random.default_rng(seed)
    special = [rng.choice(cases.SPECIAL, _STRATUM) for _ in range(3)]
    for name, (a, b, c) in {**cases.fma_strata(_STRATUM, seed), "special": special}.items():
        for op in _OPS:
            yield _call(op, name, "accumulators", a[None], b[None], c, a.size)
    for kind in cases.MATRIX_CLASSES:
        for op in _OPS:
            m, n, k = (int(rng.integers(1, most + 1)) for most in _LARGEST)
            x, w, y = (cases.matrix(kind, shape, rng) for shape in ((m, n), (n, k), (m, k)))
            yield _call(op, f"{kind} {m} x {n} x {k}", "matrix", x, w, y, m * n * k)
            x, w = (cases.matrix(kind, (n, k), rng) for _ in range(2))
            yield _call(op, f"{kind} {n} x {k}", "accumulators", x, w, y[0], n * k)


def _call(op: Op, name: str, function: str, x: Bits, w: Bits, start: Bits, steps: int) -> Work:
    return Work(f"{op.name} of {name}, {function}", steps, function, (op, x, w, start))


def differences(kernels: dict[str, Kernel], steps: int) -> Iterator[str]:
    """Compares kernels with numpy in rounds, until so many steps are done; yields lines for differences."""
    seed = 0
    while steps > 0:
        seed += 1
        for each in work(seed):
            expected = each.run(chains)
            for name, kernel in kernels.items():
                actual = each.run(kernel)
                if not np.array_equal(actual, expected):
                    at = tuple(np.argwhere(actual != expected)[0].tolist())
                    values = f"{actual[at]:#06x} instead of {expected[at]:#06x}"
                    yield f"{name}, round {seed}: {each.name}: {values} at {at}"
            steps -= each.steps


def main(millions: int) -> int:
    """Compares the kernels of all processors that this one can run, and prints what was found."""
    kernels = {level: Kernel(library(level)) for level in levels()}
    found = 0
    for line in differences(kernels, millions * 10**6):
        print(line)
        found += 1
    print(f"{', '.join(kernels)}: {millions} million steps compared with numpy, {found} calls differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
