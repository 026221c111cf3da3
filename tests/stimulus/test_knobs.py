# SPDX-License-Identifier: Apache-2.0
"""Knobs: their forms, their errors, and that draws keep to them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import BANKS, HELD, STALL_KINDS, WRITE_R_VALID
from tb.schema import SchemaError, Where
from tb.stimulus.draws import Sizes, Weighted
from tb.stimulus.image import undefined
from tb.stimulus.knobs import FIELDS, DeviceLacks, Knobs, parse_knobs
from tb.stimulus.placement import BASES
from tb.stimulus.rng import stream
from tb.stimulus.stream import ScenarioStream

from .devices import PAPER, device

HERE = Where("regressions/lists/a.toml", "test[0].knobs")


def knobs(**table: Any) -> Knobs:
    return parse_knobs(table, device(), HERE)


def message(table: dict[str, Any], **of_device: Any) -> str:
    with pytest.raises(SchemaError) as caught:
        parse_knobs(table, device(**of_device), HERE)
    text = str(caught.value)
    assert text.startswith("regressions/lists/a.toml: test[0].knobs")
    assert "\n" not in text
    return text


def test_choices_take_a_value_a_list_or_weights() -> None:
    assert knobs(op="GEMM").op == Weighted((Op.GEMM,), (1.0,))
    assert knobs(op=["GEMM", "ADDMAX"]).op == Weighted((Op.GEMM, Op.ADDMAX), (1.0, 1.0))
    assert knobs(op={"GEMM": 3, "ADDMAX": 0.5, "MINMAX": 0}).op == Weighted((Op.GEMM, Op.ADDMAX), (3.0, 0.5))
    assert knobs(jobs=3).jobs == knobs(jobs={"3": 1}).jobs == knobs(jobs=[3]).jobs
    assert knobs(alignment={"4": 1}).alignment.values == (4,)


def test_formats_take_mixes() -> None:
    whole = device(formats=tuple(Format), mixed_formats=True)

    def fmt(value: Any) -> Weighted[Any]:
        return parse_knobs({"fmt": value}, whole, HERE).fmt

    mix = (Format.E4M3, Format.FP16, Format.FP16)
    assert fmt("BF16") == Weighted((Format.BF16,), (1.0,))
    assert fmt("E4M3/FP16/FP16") == Weighted((mix,), (1.0,))
    assert fmt({"E4M3/FP16/FP16": 2, "E5M2": 1, "mixed": 3}).values == (mix, Format.E5M2, "mixed")
    assert fmt("E5M2/E5M2/E5M2").values == (Format.E5M2,)
    default = parse_knobs({}, whole, HERE)
    assert default.fmt.values == (*Format, "mixed")
    assert len(default.formats()) == 64
    assert parse_knobs({}, device(formats=tuple(Format)), HERE).fmt.values == tuple(Format)


def test_mixes_are_all_drawn_and_never_uniform() -> None:
    known = parse_knobs({"fmt": "mixed"}, device(formats=tuple(Format), mixed_formats=True), HERE)
    rng = stream(3, "formats")
    drawn = {known.draw_format(rng) for _ in range(2000)}
    assert drawn == set(known.formats())
    assert len(drawn) == 60
    shares = parse_knobs({}, device(formats=tuple(Format), mixed_formats=True), HERE)
    mixed = sum(isinstance(shares.draw_format(rng), tuple) for _ in range(3000)) / 3000
    assert 0.3 < mixed < 0.37


def test_sizes_take_a_number_a_range_a_list_or_a_distribution() -> None:
    assert knobs(m=5).m == Sizes("uniform", 5, 5)
    assert knobs(m=[2, 9]).m == Sizes("uniform", 2, 9)
    assert knobs(m={"values": [9, 1, 9, 4]}).m == Sizes("values", 1, 9, (1, 4, 9))
    assert knobs(m={"dist": "log_uniform", "lo": 1, "hi": 9}).m == Sizes("log_uniform", 1, 9)


def test_sizes_can_be_named_after_the_instance() -> None:
    def m(value: Any, instance: Instance = PAPER) -> Sizes:
        return parse_knobs({"m": value}, device(instance=instance), HERE).m

    assert m("L+1") == Sizes("uniform", 13, 13)
    assert m(["H-1", "2*TILE+1"]) == Sizes("uniform", 3, 33)
    assert m({"values": [0, "H", 4, "TILE-1"]}) == Sizes("values", 0, 15, (0, 4, 15))
    assert m({"dist": "log_uniform", "lo": 1, "hi": "3*L"}) == Sizes("log_uniform", 1, 36)
    assert m(["H-2", "TILE"], Instance(1, 1, 0, 256)) == Sizes("uniform", 0, 1)


def test_defaults_come_from_the_device() -> None:
    plain = parse_knobs({}, device(operations=(Op.GEMM, Op.MAXMIN), n_cores=2), HERE)
    assert plain.op.values == (Op.GEMM, Op.MAXMIN)
    assert plain.fmt.values == (Format.FP16,)
    assert plain.core.values == (0, 1)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"opp": "GEMM"}, ("knobs.opp: unknown key 'opp'", "did you mean 'op'")),
        ({"op": "GEM"}, ("knobs.op", "did you mean 'GEMM'")),
        ({"op": {"gemm": 1}}, ("knobs.op", "did you mean 'GEMM'")),
        ({"op": {"GEMM": -1}}, ("knobs.op.GEMM", "expected a weight")),
        ({"op": {"GEMM": 0}}, ("knobs.op", "leaves nothing to draw")),
        ({"op": []}, ("knobs.op", "leaves nothing to draw")),
        ({"op": 3}, ("knobs.op", "MATMUL")),
        ({"stall": "bursts"}, ("did you mean 'burst'",)),
        ({"classes": ["normals"]}, ("did you mean 'normal'",)),
        ({"m": "5"}, ("knobs.m", "'5' names no size; use a number, or one of H, L, TILE")),
        ({"m": [1, 2, 3]}, ("knobs.m", "{values = [...]}")),
        ({"m": 1.5}, ("knobs.m", "is no size; use a size 0..65535 or a name")),
        ({"m": [5, 2]}, ("knobs.m", "sizes 5 to 2", "they have to ascend")),
        ({"m": [0, 70000]}, ("knobs.m", "70000 is no size; use 0..65535")),
        ({"m": "W+1"}, ("knobs.m", "'W+1' names no size")),
        ({"m": ["L+1", "H"]}, ("knobs.m", "sizes 13 to 4 on an instance with H = 4, L = 12 and TILE = 16")),
        ({"m": "9999*TILE"}, ("knobs.m", "end at 65535 at most")),
        ({"abort": ["none", "clear"], "abort_at": "sweep"}, ("knobs.abort_at", "abort = clear or reset")),
        ({"abort": "clear", "abort_at": "swept"}, ("knobs.abort_at", "did you mean 'sweep'")),
        ({"m": {"lo": 1}}, ("knobs.m", "'hi' is missing")),
        ({"m": {"dist": "log", "lo": 1, "hi": 2}}, ("knobs.m.dist", "did you mean 'log_uniform'")),
        ({"m": {"values": [1, -1]}}, ("knobs.m.values[1]", "-1 is no size")),
        (
            {"m": 100, "n": 100, "k": [50, 60]},
            ("make 500000 steps, more than max_macs = 32768", "raise max_macs"),
        ),
        ({"alignment": 3}, ("knobs.alignment", "1, 2, 4, 8, 16, 32, 64")),
        ({"jobs": 0}, ("knobs.jobs", "0 is not allowed")),
        ({"jobs": True}, ("knobs.jobs", "True is not allowed")),
        ({"stall_rate": [0.5, 0.2]}, ("knobs.stall_rate", "within 0.0..0.95")),
        ({"stall_rate": 1}, ("knobs.stall_rate", "within 0.0..0.95")),
        ({"stall_burst": 2.5}, ("knobs.stall_burst", "use integers")),
        ({"chain": 1.5}, ("knobs.chain", "out of range")),
        ({"corners": 1000}, ("knobs.corners", "out of range")),
    ],
)
def test_errors_name_key_and_remedy(table: dict[str, Any], words: tuple[str, ...]) -> None:
    text = message(table)
    for word in words:
        assert word in text


MIXES: dict[str, Any] = {"formats": (Format.FP16, Format.BF16), "mixed_formats": True}


@pytest.mark.parametrize(
    ("table", "of_device", "reason"),
    [
        ({"op": "ADDMAX"}, {"operations": (Op.GEMM, Op.MATMUL)}, "ADDMAX; it has GEMM, MATMUL"),
        ({"fmt": ["BF16", "E4M3"]}, {}, "BF16, E4M3; it has FP16"),
        ({"fmt": "mixed"}, {}, "mixed formats; it has FP16"),
        (
            {"fmt": "E4M3/FP16/FP16"},
            {"formats": (Format.FP16, Format.E4M3)},
            "E4M3/FP16/FP16; it has FP16, E4M3",
        ),
        ({"fmt": "E4M3/FP16/FP16"}, MIXES, "E4M3/FP16/FP16; it has FP16, BF16, mixed formats"),
        ({"core": [3, 5]}, {"n_cores": 2}, "core 3, core 5; it has core 0, core 1"),
    ],
)
def test_a_knob_none_of_whose_values_the_device_has_says_so(
    table: dict[str, Any], of_device: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DeviceLacks) as caught:
        parse_knobs(table, device(**of_device), HERE)
    assert caught.value.what == f"paper does not have {reason}"


def test_what_the_device_has_of_a_knob_is_drawn() -> None:
    table = {"op": {"GEMM": 3, "MATMUL": 1, "ADDMAX": 2}, "fmt": ["FP16", "E5M2", "mixed"], "core": [0, 5]}
    left = parse_knobs(table, device(operations=(Op.GEMM, Op.MATMUL), n_cores=2), HERE)
    assert left.op == Weighted((Op.GEMM, Op.MATMUL), (3.0, 1.0))
    assert left.fmt.values == (Format.FP16,)
    assert left.core.values == (0,)
    assert dict(left.lacking) == {
        "op": "paper does not have ADDMAX; it has GEMM, MATMUL",
        "fmt": "paper does not have E5M2, mixed formats; it has FP16",
        "core": "paper does not have core 5; it has core 0, core 1",
    }
    whole = parse_knobs({"fmt": ["FP16", "mixed"]}, device(**MIXES), HERE)
    assert (whole.fmt.values, whole.lacking) == ((Format.FP16, "mixed"), ())


def test_a_misspelling_is_an_error_on_every_device() -> None:
    assert "did you mean 'mixed'" in message({"fmt": ["FP16", "mix"]}, **MIXES)
    assert "did you mean 'E4M3'" in message({"fmt": ["FP16", "E4M4"]})
    assert "9 is not allowed" in message({"core": [0, 9]}, n_cores=2)


leaves = (
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(["GEMM", "none", "1", "normal"])
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), values, max_size=3))
def test_any_table_parses_or_is_explained(table: dict[str, Any]) -> None:
    try:
        parsed = parse_knobs(table, device(), HERE)
    except SchemaError as error:
        assert str(error).startswith("regressions/lists/a.toml: test[0].knobs")  # noqa: PT017
    else:
        assert isinstance(parsed, Knobs)


def weighted(words: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    names = st.sampled_from([str(word) for word in words])
    return st.dictionaries(names, st.integers(1, 5), min_size=1, max_size=4)


sizes = st.one_of(
    st.integers(0, 40),
    st.tuples(st.integers(0, 20), st.integers(20, 300)).map(list),
    st.tuples(st.integers(0, 20), st.integers(20, 300)).map(
        lambda ends: {"dist": "log_uniform", "lo": ends[0], "hi": ends[1]}
    ),
    st.lists(st.integers(0, 30), min_size=1, max_size=5).map(lambda v: {"values": v}),
)
tables = st.fixed_dictionaries(
    {},
    optional={
        "op": weighted(tuple(Op.__members__)),
        "m": sizes,
        "n": sizes,
        "k": sizes,
        "classes": weighted(OPERAND_CLASSES),
        "w_class": weighted(OPERAND_CLASSES),
        "alignment": weighted((1, 2, 4, 8, 64)),
        "base": weighted(BASES),
        "jobs": weighted((1, 2, 3, 4)),
        "core": weighted((0, 1, 7)),
        "chain": st.floats(0, 1),
        "alias_xw": st.floats(0, 1),
        "stall": weighted(STALL_KINDS),
        "stall_rate": st.tuples(st.floats(0, 0.4), st.floats(0.5, 0.9)).map(list),
        "write_r_valid": weighted(WRITE_R_VALID),
        "corners": st.integers(0, 12),
    },
)


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 1000))
def test_draws_keep_to_the_knobs(table: dict[str, Any], seed: int) -> None:
    table["max_macs"] = 40**3
    drawn = ScenarioStream("t", seed, table, device())
    known = drawn.knobs
    for index in (0, 1, 5, 20, 21, 22, 23):
        scenario = drawn.scenario(index)
        assert scenario.index == index
        assert len(scenario.jobs) in known.jobs.values
        assert scenario.stall.kind in known.stall.values
        rates = known.bank_rate if scenario.stall.kind == BANKS else known.stall_rate
        kept = rates.lo - 1e-3 <= scenario.stall.rate <= rates.hi + 1e-3
        assert scenario.stall.kind in ("none", *HELD) or kept
        around = {2**bits + more for bits in known.hold.values for more in (-1, 0, 1)}
        assert scenario.stall.held in (around if scenario.stall.kind in HELD else {0})
        assert undefined(scenario) is None
        for job in scenario.jobs:
            assert job.op in known.op.values
            assert known.m.holds(job.m)
            assert known.n.holds(job.n)
            assert known.k.holds(job.k)
            assert max(job.m, 1) * max(job.n, 1) * max(job.k, 1) <= known.max_macs
            assert job.core in known.core.values
            assert job.classes[0] in known.classes.values
            assert job.classes[1] in (known.w_class or known.classes).values
            grain = min(known.alignment.values)
            spans = (job.x_range, job.w_range, job.z_range)
            assert all(start % grain == 0 for start, size in spans if size)


def test_z_overlaps_only_on_request() -> None:
    table = {"m": 4, "n": 4, "k": 4, "corners": 0, "jobs": [1, 2]}
    calm = ScenarioStream("t", 1, table, device())
    wild = ScenarioStream("t", 1, {**table, "z_overlap": 1.0, "chain": 0.0}, device())
    assert all(undefined(calm.scenario(i)) is None for i in range(200))
    assert all(undefined(wild.scenario(i)) is not None for i in range(200))


def test_log_uniform_gives_each_octave_its_share() -> None:
    rng = stream(1, "test")
    size = Sizes("log_uniform", 0, 64)
    drawn = [size.draw(rng, 10**6) for _ in range(20000)]
    whole = 6 + 0.25 + 1 / 64
    for lo, hi, share in ((0, 0, 0.25), (1, 1, 1), (2, 3, 1), (8, 15, 1), (32, 63, 1), (64, 64, 1 / 64)):
        measured = sum(lo <= value <= hi for value in drawn) / len(drawn)
        assert abs(measured - share / whole) < 0.012
    assert max(size.draw(rng, 5) for _ in range(200)) == 5
    assert Sizes("log_uniform", 7, 64).draw(rng, 3) == 7


def test_weights_are_kept() -> None:
    rng = stream(2, "test")
    choice = Weighted(("a", "b", "c"), (1.0, 3.0, 6.0))
    drawn = [choice.draw(rng) for _ in range(10000)]
    assert [round(drawn.count(name) / 10000, 1) for name in "abc"] == [0.1, 0.3, 0.6]
