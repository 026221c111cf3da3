# SPDX-License-Identifier: Apache-2.0
"""Jobs, windows, scenarios: validation, footprints and JSON."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.reading import convert
from tb.exchange.scenario import STALL_KINDS, WRITE_R_VALID, Scenario, StallSpec, Window
from tb.schema import SchemaError, Where
from tb.stimulus.image import initial_image, predict
from tb.stimulus.job import GemmJob

MIX = (Format.FP16, Format.E4M3, Format.BF16)
HERE = Where("record.json", "scenarios[0]")


def job(**changes: Any) -> Job:
    values: dict[str, Any] = {"m": 3, "n": 4, "k": 5, "x_addr": 0, "w_addr": 100, "z_addr": 201}
    return Job(**({"op": Op.GEMM} | values | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"m": -1}, "out of range 0..65535"),
        ({"k": 65536}, "out of range 0..65535"),
        ({"x_addr": -4}, "x_addr=-0x4 is not a 32-bit address"),
        ({"z_addr": 2**32}, "z_addr=0x100000000 is not a 32-bit address"),
        ({"core": 8}, "core 8 is out of range 0..7"),
        ({"classes": ("normal", "odd", "raw")}, "'odd' of W is unknown"),
        ({"data": (None, b"xx", None)}, "W has 2 bytes, but 4 x 5 elements of FP16 take 40"),
        ({"fmt": MIX, "data": (None, b"x" * 40, None)}, "W has 40 bytes, but 4 x 5 elements of E4M3 take 20"),
    ],
)
def test_a_bad_job_says_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        job(**changes)


def test_footprints() -> None:
    assert (job().x_range, job().w_range, job().z_range) == ((0, 24), (100, 40), (201, 30))
    assert job(fmt=Format.E4M3).z_range == (201, 15)
    mixed = job(fmt=MIX)
    assert (mixed.x_range, mixed.w_range, mixed.z_range) == ((0, 24), (100, 20), (201, 30))
    empty_inner = job(n=0)
    assert (empty_inner.x_range[1], empty_inner.w_range[1], empty_inner.z_range[1]) == (0, 0, 30)
    for nothing in (job(m=0), job(k=0)):
        assert nothing.empty
        assert nothing.x_range[1] == nothing.w_range[1] == nothing.z_range[1] == 0


@pytest.mark.parametrize(("base", "size"), [(2, 64), (0, 62), (0, 0), (-4, 64), (2**32 - 64, 128)])
def test_windows_do_not_wrap_and_are_made_of_words(base: int, size: int) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(base, size)


def test_a_window_may_end_with_the_address_space() -> None:
    window = Window(2**32 - 4096, 4096)
    assert window.end == 2**32
    assert window.contains((2**32 - 1, 1))
    assert not window.contains((2**32 - 1, 2))
    assert window.contains((0, 0))


def test_a_scenario_holds_its_operands() -> None:
    Scenario(0, (job(),), Window(0, 232))
    with pytest.raises(
        ValueError, match=r"Z of job 1 \(30 bytes at 0xc9\) lies outside the window 0x0..0xe3"
    ):
        Scenario(0, (job(m=0), job()), Window(0, 228))
    with pytest.raises(ValueError, match="at least one job"):
        Scenario(0, (), Window(0, 64))


jobs = st.builds(
    Job,
    op=st.sampled_from(Op),
    m=st.integers(0, 4),
    n=st.integers(0, 4),
    k=st.integers(0, 4),
    x_addr=st.integers(0, 200),
    w_addr=st.integers(0, 200),
    z_addr=st.integers(0, 200),
    fmt=st.sampled_from(Format) | st.tuples(*[st.sampled_from(Format)] * 3),
    core=st.integers(0, 7),
    classes=st.tuples(*[st.sampled_from(OPERAND_CLASSES)] * 3),
    data_seed=st.integers(0, 2**64),
)
stalls = st.builds(
    StallSpec,
    kind=st.sampled_from(STALL_KINDS),
    rate=st.floats(0, 0.95),
    burst=st.integers(1, 1024),
    seed=st.integers(0, 2**40),
    gnt_without_req=st.booleans(),
    write_r_valid=st.sampled_from(WRITE_R_VALID),
)
scenarios = st.builds(
    Scenario,
    index=st.integers(0, 2**40),
    jobs=st.lists(jobs, min_size=1, max_size=3).map(tuple),
    window=st.just(Window(0, 4096)),
    stall=stalls,
    poison_seed=st.integers(0, 2**32),
)


@settings(deadline=None)
@given(scenarios)
def test_json_round_trip(scenario: Scenario) -> None:
    assert convert(json.loads(json.dumps(scenario.to_json())), Scenario, HERE) == scenario


def test_formats_are_one_or_one_for_each_operand() -> None:
    plain, mixed = job(fmt=Format.E5M2), job(fmt=MIX)
    assert (plain.formats, plain.mixed, plain.format_name) == ((Format.E5M2,) * 3, False, "E5M2")
    assert (mixed.formats, mixed.mixed, mixed.format_name) == (MIX, True, "FP16/E4M3/BF16")
    assert (mixed.x_fmt, mixed.w_fmt, mixed.z_fmt) == MIX
    assert job(fmt=(Format.E5M2,) * 3) == plain
    assert plain.to_json()["format"] == "E5M2"
    assert mixed.to_json()["format"] == "FP16/E4M3/BF16"


def test_records_from_before_mixed_formats_are_read() -> None:
    data = job().to_json()
    assert data["format"] == "FP16"
    del data["format"]
    assert convert(data, Job, HERE) == job()


def test_json_keeps_explicit_data() -> None:
    scenario = GemmJob(x=np.ones((2, 3)), w=np.ones((3, 1)), op=Op.MATMUL).scenario(7)
    assert scenario.jobs[0].data == (b"\x00\x3c" * 6, b"\x00\x3c" * 3, None)
    assert convert(json.loads(json.dumps(scenario.to_json())), Scenario, HERE) == scenario


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            ("jobs", 0, "op"),
            "GEM",
            r"scenarios\[0\].jobs\[0\].op: unknown operation 'GEM'; did you mean 'GEMM'",
        ),
        (("jobs", 0, "format"), "FP17", "did you mean 'FP16'"),
        (("jobs", 0, "format"), "FP16/E4M3", "name one, or those of X, W and Y/Z as in 'E4M3/FP16/FP16'"),
        (("jobs", 0, "format"), "FP16/E4M4/FP16", "did you mean 'E4M3'"),
        (("jobs", 0, "m"), 70000, r"jobs\[0\].m: value 70000 is out of range"),
        (("jobs", 0, "data"), ["?", None, None], r"data\[0\]: Invalid base64"),
        (("jobs", 0, "data"), [None], r"data: expected a list of length 3, got \[None\]"),
        (("jobs", 0, "data"), ["AAAA", None, None], "X has 3 bytes"),
        (("jobs", 0, "z_addr"), 5000, "outside the window"),
        (("jobs",), [], r"jobs: expected a list of length >= 1, got \[\]"),
        (("window", "base"), 3, "multiples of 4"),
        (("stall", "kind"), "bursts", "did you mean 'burst'"),
        (("stalls",), {}, "did you mean 'stall'"),
    ],
)
def test_malformed_json_names_the_place(path: tuple[Any, ...], value: object, words: str) -> None:
    data = Scenario(0, (job(),), Window(0, 4096)).to_json()
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(SchemaError, match=words):
        convert(data, Scenario, HERE)


def z_of(scenario: Scenario) -> np.ndarray:
    only = scenario.jobs[0]
    after = predict(initial_image(scenario), scenario.jobs, scenario.window.base)
    start = only.z_addr - scenario.window.base
    return after[start : start + only.z_range[1]].view("<u2").view(np.float16).reshape(only.m, only.k)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_a_directed_job_computes_what_was_written(kind: type) -> None:
    rng = np.random.default_rng(1)
    x, w, y = (rng.integers(-8, 8, size).astype(kind) for size in ((3, 4), (4, 5), (3, 5)))
    scenario = GemmJob(x=x, w=w, y=y, misalign=(1, 2, 3)).scenario()
    assert np.array_equal(z_of(scenario), x.astype(float) @ w + y)
    only = scenario.jobs[0]
    assert [address % 4 for address in (only.x_addr, only.w_addr, only.z_addr)] == [1, 2, 3]


def test_a_directed_job_takes_lists_bits_and_rounds_to_nearest_even() -> None:
    bits = np.array([[0x7D01, 0x8000]], dtype=np.uint16)
    given_bits = GemmJob(x=bits, w=[[1.0], [1.0]], op=Op.MATMUL).bits()
    assert np.array_equal(given_bits[0], bits)
    rounded = GemmJob(x=[[2049.0, 2051.0, 1e9]], w=[[0.0]] * 3, op=Op.MATMUL).bits()[0]
    assert np.array_equal(rounded.view(np.float16), [[2048.0, 2052.0, np.inf]])


def test_a_directed_fp8_job_takes_floats_and_bytes() -> None:
    job8 = GemmJob(x=[[1.0, 300.0]], w=np.array([[0x38], [0x78]], np.uint8), op=Op.MATMUL, fmt=Format.E4M3)
    x, w, _ = job8.bits()
    assert np.array_equal(x, [[0x38, 0x78]])
    assert x.dtype == w.dtype == np.uint8
    assert job8.scenario().jobs[0].data == (b"\x38\x78", b"\x38\x78", None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": [[1.0]], "w": [[1.0]]}, "GEMM reads Y: pass y=, or op=Op.MATMUL"),
        ({"x": [[1.0, 2.0]], "w": [[1.0]], "op": Op.MATMUL}, "x has 2 columns but w has 1 rows"),
        ({"x": [[1.0]], "w": [[1.0]], "y": [[1.0, 2.0]]}, "y is 1 x 2, but x and w make Z 1 x 1"),
        ({"x": [1.0], "w": [[1.0]], "y": [[1.0]]}, r"x has shape \(1,\); a matrix needs two dimensions"),
        (
            {"x": [[1]], "w": [[1.0]], "y": [[1.0]]},
            "x has elements of type int64; pass floats, or FP16 bits as uint16",
        ),
        ({"x": [[1.0], [1.0, 2.0]], "w": [[1.0]], "y": [[1.0]]}, "x is no matrix"),
        ({"x": [[1.0]], "w": [[1.0]], "y": [[1.0]], "core": 9}, "core 9"),
        (
            {"x": [[1.0]], "w": [[1.0]], "y": [[1.0]], "base": 2**32 - 64},
            "passes the end of the address space",
        ),
    ],
)
def test_a_bad_directed_job_fails_where_it_is_written(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        GemmJob(**arguments)


def test_a_directed_job_narrows_each_matrix_to_its_own_format() -> None:
    one, two = np.ones((2, 3)), np.full((3, 4), 2.0)
    scenario = GemmJob(x=one, w=two, y=np.ones((2, 4)), fmt=MIX).scenario()
    only = scenario.jobs[0]
    assert only.data == (b"\x00\x3c" * 6, b"\x40" * 12, b"\x80\x3f" * 8)
    after = predict(initial_image(scenario), scenario.jobs, scenario.window.base)
    start = only.z_addr - scenario.window.base
    assert bytes(after[start : start + 16]) == b"\xe0\x40" * 8  # 7 in bfloat16
    with pytest.raises(ValueError, match="w has elements of type uint16; pass floats, or E4M3 bits as uint8"):
        GemmJob(x=one, w=two.astype(np.uint16), y=np.ones((2, 4)), fmt=MIX)
