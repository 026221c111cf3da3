# SPDX-License-Identifier: Apache-2.0
"""Each trait of a device in both directions: found without it, allowed with it, and no more than it says."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from msgspec import convert
from msgspec.structs import replace
from numpy.typing import NDArray

from models.formats import Format
from models.fp16 import CANONICAL_NAN
from models.layout import load as load_matrix
from models.layout import store
from models.ops import Op
from tb.agents.tcdm.memory import job_ranges
from tb.agents.tcdm.rules import TcdmRule
from tb.descriptor import load
from tb.dpi.bindings import PORT_DTYPE, WRITE_RESPONSES
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import StallSpec
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.finding import Span
from tb.scoreboard.memory import compare
from tb.scoreboard.order import check_busy, check_writes
from tb.scoreboard.protocol import PortLogs, check_protocol
from tb.stimulus.image import initial_image, predict, undefined
from tests.bench.bench_library import BenchInstance
from tests.bench.logs import ACCESS, BASE, JOB, Beat, X, Z, beats, events, names, read, scenario, seen, write

SERIAL = load("serial")
RAN = [Span(10, 50, 10)]


def traits(**table: Any) -> Traits:
    return convert(table, Traits)


# ---- The wide port


def readable(job: Job, own: Traits) -> tuple[int, int]:
    """The first byte of X's range, and the one behind it."""
    first, size, _ = job_ranges(job, ACCESS, own)[0]
    return first, first + size


def test_reads_before_and_beyond_an_operand() -> None:
    assert readable(JOB, CONTRACT) == (X & ~3, X + 12 + ACCESS)
    assert readable(JOB, traits(read_before=33)) == ((X - 33 + 3) & ~3, X + 12 + ACCESS)
    assert readable(JOB, traits(read_beyond=28)) == (X & ~3, X + 12 + ACCESS + 28)
    assert readable(JOB, traits(x={"read_rows": 4}))[1] == X + 4 * 6 + ACCESS
    assert readable(replace(JOB, x_addr=0), traits(read_before=32))[0] == 2**32 - 32


def test_writes_of_full_tiles() -> None:
    own = traits(z={"written_rows": 4, "written_columns": 8})
    assert job_ranges(JOB, ACCESS)[-1] == (Z, 16, True)
    assert job_ranges(JOB, ACCESS, own)[-1] == (Z, (3 * 4 + 8) * 2, True)


def test_byte_enables_of_reads() -> None:
    log = beats([(20, X & ~3, "r", 0b1111)]).records
    log["answered"] = 1
    logs = PortLogs(log, np.zeros(0, PORT_DTYPE), events().records, 0, 30)
    rule, ranges, own = int(TcdmRule.READ_ENABLES), job_ranges(JOB, ACCESS), traits(read_enables="any")
    assert names(check_protocol(logs, ranges, {}, CONTRACT.waived_rules)) == [f"log rule {rule}"]
    assert names(check_protocol(logs, ranges, {}, own.waived_rules)) == []


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        (CONTRACT, "never"),
        (traits(write_answers=["always"]), "always"),
        (traits(write_answers=["random"]), "random"),
    ],
)
def test_memory_answers_writes_as_the_device_needs_it(bench: BenchInstance, own: Traits, answer: str) -> None:
    bench.stall(StallSpec(), traits=own)
    assert bench.handle.shared.write_response == WRITE_RESPONSES[answer]


# ---- Events and busy_o


@pytest.mark.parametrize(
    ("lead", "requests", "wrong"),
    [
        (0, [write(49, Z)], False),
        (0, [write(50, Z)], True),
        (2, [write(52, Z)], False),
        (2, [write(53, Z)], True),
        # Two cycles in which the write waits do not count.
        (2, [(51, Z, "W", 1), (52, Z, "W", 1), write(54, Z)], False),
        (2, [(51, Z, "W", 1), (52, Z, "W", 1), write(55, Z)], True),
    ],
)
def test_event_before_the_last_write(lead: int, requests: Sequence[Beat], wrong: bool) -> None:
    findings = check_writes(scenario(JOB), RAN, seen(requests=requests), traits(event_lead=lead))
    assert names(findings) == ["event_after_write"] * wrong


@pytest.mark.parametrize(
    ("freedom", "within", "beyond"),
    [
        ("rise_early", [8, 51], [7, 51]),
        ("rise_late", [14, 51], [15, 51]),
        ("fall_early", [11, 49], [11, 48]),
        ("fall_late", [11, 53], [11, 54]),
    ],
)
def test_busy_may_be_off_by_some_cycles(freedom: str, within: list[int], beyond: list[int]) -> None:
    own = traits(busy={freedom: 2})
    assert names(check_busy(RAN, seen(busy=within), complete=True)) == ["busy"]
    assert names(check_busy(RAN, seen(busy=within), complete=True, traits=own)) == []
    assert names(check_busy(RAN, seen(busy=beyond), complete=True, traits=own)) == ["busy"]


def test_busy_falls_later_by_the_cycles_in_which_a_request_waits() -> None:
    log = seen(busy=[11, 55], requests=[read(51, X, waits=True), read(52, X, waits=True)])
    assert names(check_busy(RAN, log, complete=True, traits=traits(busy={"fall_late": 2}))) == []


# ---- Numbers and memory


def left(jobs: Sequence[Job], own: Traits, poked: NDArray[np.uint16] | None = None) -> list[Finding]:
    """Findings where the device has what the contract says, or other bits in Z of the last job."""
    whole, device = scenario(*jobs), replace(SERIAL, traits=own)
    actual = predict(initial_image(whole), jobs, BASE)
    if poked is not None:
        last = jobs[-1]
        store(actual, last.z_addr - BASE, poked.astype(last.z_fmt.dtype), last.z_fmt, last.spread(last.z_fmt))
    return compare(whole, predict(initial_image(whole), jobs, BASE, traits=own), actual, device)


def results(job: Job, own: Traits = CONTRACT) -> NDArray[np.uint16]:
    """Z of a job alone."""
    after = predict(initial_image(scenario(job)), (job,), BASE, traits=own)
    return load_matrix(after, job.z_addr - BASE, job.m, job.k, job.z_fmt, job.spread(job.z_fmt)).astype(
        np.uint16
    )


def explicit(op: Op, x: Sequence[int], w: Sequence[int], y: int) -> Job:
    """A job of one output, from the bits of its operands."""
    return Job(op, 1, len(x), 1, X, BASE + 0x200, Z, data=bits(x, w, [y]))


def bits(x: list[int], w: list[int], y: list[int]) -> tuple[bytes, bytes, bytes]:
    """Operands of a job in FP16."""
    one, two, three = (np.array(codes, "<u2").tobytes() for codes in (x, w, y))
    return one, two, three


ONE, MINUS_ZERO, NAN = 0x3C00, 0x8000, CANONICAL_NAN


@pytest.mark.parametrize(
    ("job", "padding", "plain", "padded"),
    [
        (explicit(Op.GEMM, [0x8000], [0], MINUS_ZERO), {"n": 4}, MINUS_ZERO, 0),
        (explicit(Op.ADDMAX, [0xBC00], [0xBC00], 0xC400), {"n": 2}, 0xC000, 0),
        (explicit(Op.ADDMAX, [0xBC00], [0xBC00], 0xC400), {"n": 2, "x": ONE, "w": ONE}, 0xC000, 0x4000),
        (explicit(Op.ADDMAX, [ONE, ONE], [ONE, ONE], 0), {"n": 2}, 0x4000, 0x4000),  # nothing to pad
    ],
)
def test_padding_of_n(job: Job, padding: dict[str, int], plain: int, padded: int) -> None:
    own = traits(padding=padding)
    assert (results(job)[0, 0], results(job, own)[0, 0]) == (plain, padded)
    assert names(left([job], CONTRACT, np.array([[padded]]))) == ["memory"] * (plain != padded)
    assert names(left([job], own)) == ["memory"] * (plain != padded)


@pytest.mark.parametrize(
    ("op", "x", "w", "y", "by_rule"),
    [
        (Op.ADDMAX, NAN, ONE, ONE, {"number": ONE, "nan": NAN, "first": NAN, "second": ONE}),
        (Op.MULMIN, ONE, ONE, NAN, {"number": ONE, "nan": NAN, "first": ONE, "second": NAN}),
        (Op.MAXMIN, NAN, ONE, 0x4000, {"number": ONE, "nan": NAN, "first": NAN, "second": ONE}),
    ],
)
def test_min_and_max_of_a_nan(op: Op, x: int, w: int, y: int, by_rule: dict[str, int]) -> None:
    job = explicit(op, [x], [w], y)
    assert {rule: results(job, traits(minmax_nan=rule))[0, 0] for rule in by_rule} == by_rule
    assert results(job)[0, 0] == by_rule["number"]


GIVES_NAN = explicit(Op.GEMM, [NAN], [ONE], ONE)
GIVES_ZERO = explicit(Op.MULMAX, [0], [ONE], MINUS_ZERO)


@pytest.mark.parametrize(
    ("job", "other", "table"),
    [(GIVES_NAN, 0xFC01, {"nan": "any"}), (GIVES_ZERO, MINUS_ZERO, {"minmax_zeros": "any"})],
)
def test_other_bits_of_nans_and_zeros(job: Job, other: int, table: dict[str, str]) -> None:
    poked = np.array([[other]])
    assert names(left([job], CONTRACT, poked)) == ["memory"]
    assert names(left([job], traits(**table), poked)) == []
    assert names(left([job], traits(**table), np.array([[ONE]]))) == ["memory"]


def test_a_sum_that_is_zero_has_one_sign() -> None:
    job = explicit(Op.GEMM, [0], [ONE], MINUS_ZERO)
    assert names(left([job], traits(minmax_zeros="any"), np.array([[MINUS_ZERO]]))) == ["memory"]


def test_what_depends_on_the_bits_of_a_nan_is_open() -> None:
    own = traits(nan="any")
    whole = replace(GIVES_NAN, z_addr=BASE + 0x400)
    same = Job(Op.MATMUL, 1, 1, 1, BASE + 0x400, X + 0x400, Z)
    bytes_ = replace(same, fmt=Format.E5M2)
    wrong = np.array([[ONE]])
    assert names(left([whole, same], own, wrong)) == ["memory"]  # a NaN in, a NaN out
    assert names(left([whole, bytes_], own, np.array([[1]]))) == []


def test_what_depends_on_the_sign_of_a_zero_behind_others_is_open() -> None:
    own = traits(minmax_zeros="any")
    y = [ONE, MINUS_ZERO]
    two = Job(Op.MULMAX, 1, 1, 2, X, BASE + 0x200, BASE + 0x400, data=bits([0], [ONE, ONE], y))
    for steps, wrong in ((1, ["memory"]), (2, [])):
        same = bits(y[:steps], [ONE] * steps, [0])
        reader = Job(Op.MATMUL, 1, steps, 1, BASE + 0x400, X + 0x400, Z, data=same)
        assert names(left([two, reader], own, np.array([[NAN]]))) == wrong


def test_bytes_behind_full_tiles_are_open_and_none_else() -> None:
    own = traits(z={"written_rows": 4})
    whole = scenario(JOB)
    mask = undefined(whole, own)
    assert undefined(whole) is None
    assert mask is not None
    assert np.flatnonzero(mask).tolist() == list(range(Z - BASE + 16, Z - BASE + 32))


def test_a_job_that_reads_bytes_behind_full_tiles_is_open() -> None:
    own = traits(z={"written_columns": 8})
    reader = Job(Op.MATMUL, 1, 1, 1, Z + 16, X, BASE + 0x600)
    assert names(left([JOB, reader], own, np.array([[ONE]]))) == []
    before = replace(reader, x_addr=Z + 14)
    assert names(left([JOB, before], own, np.array([[ONE]]))) == ["memory"]


def test_sparse_elements_lie_in_the_lower_bytes() -> None:
    dense = replace(JOB, fmt=Format.E4M3)
    sparse = replace(dense, fp8_bytes=2)
    assert (dense.z_range[1], sparse.z_range[1], sparse.x_range[1]) == (8, 16, 12)
    assert np.array_equal(results(dense), results(sparse, traits(fp8_bytes=2)))
    spare = undefined(scenario(sparse), traits(fp8_bytes=2))
    assert spare is not None
    assert np.flatnonzero(spare).tolist() == list(range(Z - BASE + 1, Z - BASE + 16, 2))
    assert "fp8_bytes" not in dense.to_json()
    assert convert(sparse.to_json(), Job) == sparse
