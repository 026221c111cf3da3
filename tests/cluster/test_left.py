# SPDX-License-Identifier: Apache-2.0
"""Cores and DMA leave matrices, and a finding names the fault of a wrong one."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from models.fp16 import PLAIN, Fp16
from models.gemm import gemm_op
from models.ops import Op
from models.roundings import other_roundings
from regressions.cluster.sizes import CONTRACT
from tb.cluster import memory_map
from tb.cluster.left import LeftMatrix, left_fault, left_findings
from tb.cluster.streams.infer import InferStream
from tb.cluster.streams.stream import ProgramStream
from tb.cluster.streams.together import TogetherStream
from tb.cluster.streams.train import TrainStream
from tb.descriptor import load
from tb.exchange.status import Status
from tb.scoreboard.products import MatrixProduct

EIGHT_CORES = "cluster_8"
STREAMS = {
    "together": (TogetherStream, EIGHT_CORES),
    "train": (TrainStream, CONTRACT),
    "infer": (InferStream, CONTRACT),
}
NAMES = {
    "together": {"Z of the cores", "copy", "source of the copy"},
    "train": {"weights of layer 0", "biases of layer 0", "activations of layer 0", "outputs of layer 1"},
    "infer": {"outputs of layer 0, layer 0"},
}
"""Among those of two runs."""
AT = 0x1C00_0000


def relu(bits: Fp16) -> Fp16:
    return np.where(bits & 0x8000, np.uint16(0), bits)


def stream(name: str) -> ProgramStream:
    made, device = STREAMS[name]
    knobs = {"sizes": [12, 8, 6], "blocks": [4, 4, 4]} if name == "train" else {}
    return made("test", 1, knobs, load(device))


@pytest.mark.parametrize("name", STREAMS)
def test_matrices_are_what_is_left_and_what_their_operands_give(name: str) -> None:
    seen = set()
    for index in range(2):
        run = stream(name).run(index)
        for matrix in run.matrices():
            seen.add(matrix.name)
            assert _bytes(run.left, matrix.address, matrix.bits.nbytes) == matrix.bits.tobytes()
            if matrix.product:
                op, x, w, y = (getattr(matrix.product, each) for each in ("op", "x", "w", "y"))
                sums = gemm_op(op, x, w, y)
                assert np.array_equal(relu(sums) if matrix.relu else sums, matrix.bits)
    assert NAMES[name] <= seen


def _bytes(left: Mapping[int, bytes], address: int, length: int) -> bytes:
    """Those that are left at an address; of places in others the last counts."""
    found = [data[address - at :][:length] for at, data in left.items() if at <= address < at + len(data)]
    return found[-1]


def product(*, relu_after: bool = False) -> LeftMatrix:
    numbers = np.random.default_rng(3)
    m, n, k = 10, 14, 12
    x, w, y = (
        numbers.standard_normal(shape).astype(np.float16).view(np.uint16)
        for shape in ((m, n), (n, k), (m, k))
    )
    z = gemm_op(Op.GEMM, x, w, y)
    bits = relu(z) if relu_after else z
    return LeftMatrix("weights of layer 3", AT + 64, bits, MatrixProduct(Op.GEMM, x, w, y), relu_after)


def told(matrix: LeftMatrix, actual: Fp16) -> str:
    """The finding in memory in which a matrix lies between other bytes."""
    before, behind = b"\1" * 64, b"\2" * 8
    expected, found = (before + bits.tobytes() + behind for bits in (matrix.bits, actual))
    return left_fault(
        AT, expected, found, [LeftMatrix("another", AT, np.full((4, 8), 0x101, np.uint16)), matrix]
    )


def rounded(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return dict(other_roundings(Op.GEMM, x, w, y))["with sums rounded toward zero"]


def scaled(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, (PLAIN[x] * 4).astype(np.float16).view(np.uint16), w, y)


def turned(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, x, w.reshape(w.shape[::-1]).T, y)


def one_step_less(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, x[:, :-1], w[:-1], y)


FAULTS: dict[str, tuple[Callable[[Fp16, Fp16, Fp16], Fp16], str]] = {
    "rounding": (rounded, "the rounding is wrong: it is the result with sums rounded toward zero"),
    "scale": (scaled, "the scale is wrong: it is the result with X or W times 2^2"),
    "transposition": (turned, "the transposition is wrong: it is the result with W transposed"),
    "step": (one_step_less, "it is the result without step 13"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_product_is_named(fault: str) -> None:
    compute, words = FAULTS[fault]
    matrix = product()
    assert matrix.product is not None
    detail = told(matrix, compute(matrix.product.x, matrix.product.w, matrix.product.y))
    assert detail.startswith("byte 0x1c0000")
    assert ": weights of layer 3 (row 0, column " in detail
    assert words in detail


def test_behind_relu_steps_are_told_of_a_number_that_it_left() -> None:
    matrix = product(relu_after=True)
    assert matrix.product is not None
    actual = relu(one_step_less(matrix.product.x, matrix.product.w, matrix.product.y))
    assert "it is the result without step 13" in told(matrix, actual)
    lost = np.where(matrix.bits == matrix.bits.max(), np.uint16(0), matrix.bits)
    assert told(matrix, lost).endswith("1 of 120 elements wrong)"), "where ReLU took it, nothing is known"


def test_a_wrong_copy_is_named() -> None:
    bits = np.arange(1, 97, dtype=np.uint16).reshape(8, 12)
    copy = LeftMatrix("copy", AT + 64, bits)
    assert "; all of it is that of 1 row further on" in told(copy, np.vstack((bits[1:], bits[:1])))
    assert "; the transposition is wrong" in told(copy, bits.reshape(12, 8).T)
    assert "; the bytes of every element are swapped" in told(copy, bits.byteswap())
    one = bits.copy()
    one[2, 3] ^= 8
    expected = (
        "byte 0x1c000076 is 0x14 at the end, not 0x1c: copy (row 2, column 3 is 0x0014 instead of 0x001c; "
    )
    assert told(copy, one) == f"{expected}1 of 96 elements wrong)"


def test_each_memory_is_looked_at_and_matrices_only_of_what_is_wrong() -> None:
    tcdm, l2 = bytes(range(64)), bytes(range(64, 128))
    left = {memory_map.TCDM + 8: tcdm[8:12], memory_map.L2 + 4: l2[4:8]}

    def never() -> list[LeftMatrix]:
        raise AssertionError("nothing is wrong")

    assert list(left_findings(left, tcdm, l2, never)) == []
    bits = np.frombuffer(l2[4:8], np.uint16).reshape(1, 2)
    found = left_findings(left, tcdm, bytes(64), lambda: [LeftMatrix("copy", memory_map.L2 + 4, bits)])
    (finding,) = found
    assert (finding.status, finding.checker) == (Status.MISMATCH, "cluster_left")
    assert "copy (row 0, column 0 is 0x0000 instead of 0x4544; 2 of 2 elements wrong)" in finding.detail


def test_bytes_that_are_no_matrix_are_told_alone() -> None:
    assert left_fault(AT, b"\1\2", b"\1\3", []) == "byte 0x1c000001 is 0x03 at the end, not 0x02"
    assert left_fault(AT, b"\1\2", b"\1\2", []) == ""


def test_the_first_step_is_searched_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = product()
    wrong = int(matrix.bits[2, 3]) ^ 0x4000
    for limit, searched in ((14, True), (13, False)):
        monkeypatch.setattr("tb.scoreboard.products._LIMIT_STEPS", limit)
        assert matrix.product is not None
        text = matrix.product.first_step(2, 3, wrong)
        assert ("not searched" not in text) == searched
