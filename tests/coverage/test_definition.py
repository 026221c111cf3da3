# SPDX-License-Identifier: Apache-2.0
"""Tests of the project's covergroups, and of the errors of wrong ones."""

from pathlib import Path

import pytest

from models.formats import Format
from models.ops import Op
from tb.coverage.abilities import defined, reachable
from tb.coverage.covergroups import load_definition
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import ABORT_KINDS
from tb.schema import SchemaError
from tests.stimulus.devices import device

DEFINITION = load_definition()
GROUP = '\n[[covergroup]]\nname = "mine"\ndoc = "d"\npoints = ["op"]\n'


def load(folder: Path, text: str) -> None:
    """Reads a further file of covergroups."""
    path = folder / "mine.toml"
    path.write_text(text)
    load_definition([path])


def test_bins_are_those_that_the_bench_can_draw() -> None:
    bins = {name: point.bins for name, point in DEFINITION.points.items()}
    assert {name.split("_")[0] for name in bins["cut"]} == set(ABORT_KINDS)
    assert bins["select_op"] == tuple(op.name for op in Op if not op.is_fma)
    assert all(len(set(each)) == len(each) for each in bins.values())


def test_at_most_two_percent_of_the_bins_are_excluded() -> None:
    items = DEFINITION.items.values()
    excluded = sum(int(DEFINITION.excluded(item).sum()) for item in items)
    assert 0 < excluded <= 0.02 * sum(item.size for item in items)


def test_an_exclusion_covers_every_item_with_its_points() -> None:
    item = DEFINITION.items["jobs.op.y_class"]
    names = {item.bin_name(i).split(" = ")[1].split(", ")[0] for i in DEFINITION.excluded(item).nonzero()[0]}
    assert names == {"MATMUL"}
    assert DEFINITION.excluded(item).sum() == len(OPERAND_CLASSES)
    assert DEFINITION.reason(item, 0) == "MATMUL reads no Y (contract A1.4)"
    assert not DEFINITION.reason(item, item.size - 1)


def test_every_pair_is_crossed() -> None:
    points = next(group for group in DEFINITION.groups if group.name == "jobs").items
    names = {item.points for item in points}
    single = [item.points[0] for item in points if len(item.points) == 1]
    assert len(single) == 16
    assert all((a, b) in names for i, a in enumerate(single) for b in single[i + 1 :])


def test_a_device_has_the_bins_it_can_reach() -> None:
    small = device([Op.GEMM, Op.ADDMAX], [Format.FP16, Format.E4M3], n_cores=2)
    items = DEFINITION.items
    assert reachable(items["jobs.op"], small).sum() == 2
    assert reachable(items["jobs.core"], small).sum() == 2
    # One format for all operands: only equal ones meet.
    assert reachable(items["jobs.x_format.w_format"], small).sum() == 2
    both = device([Op.GEMM], [Format.FP16, Format.E4M3], mixed_formats=True)
    assert reachable(items["jobs.x_format.w_format"], both).sum() == 4
    assert defined(DEFINITION, [small, both])["jobs.op"].sum() == 2
    assert defined(DEFINITION, [small, both])["jobs.x_format.w_format"].sum() == 4
    assert reachable(items["jobs.m_size"], device()).all()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GROUP.replace('"op"', '"opp"'), "unknown point 'opp'; did you mean 'op'?"),
        (GROUP.replace("mine", "jobs"), "covergroup 'jobs' is there twice"),
        (GROUP.replace("points", "pionts"), "did you mean 'points'?"),
        (GROUP.replace('["op"]', "[]"), "counts nothing"),
        (GROUP + 'crosses = [["op", "cut"]]', "points of one kind of samples"),
        (GROUP + "pairs = true\n" + 'crosses = [["op", "op"]]', "each once"),
        ('[[exclude]]\nwhen = {op = "GEM"}\nreason = "r"', "did you mean 'GEMM'?"),
        ('[[exclude]]\nwhen = {op = "GEMM", cut = "*"}\nreason = "r"', "excludes no bin"),
        ('[point.mine]\nsample = "job"\ndoc = "d"\nbins = ["a"]', "decorate the function with @coverpoint"),
        ('modules = ["none.py"]', "no Python file"),
        ('modules = ["tb.none"]', "No module named 'tb.none'"),
    ],
)
def test_a_malformed_definition_is_one_line(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load(tmp_path, text)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("mark", "what"),
    [
        ('"job", ["a", "a"]', "bin 'a' is there twice"),
        ('"job", []', "has no bins"),
        ('"job", ["a"], needs="cores"', "needs 'cores'"),
        ('"jobs", ["a"]', "unknown kind of samples 'jobs'; did you mean 'job'?"),
        ('"fma", ["a"]', "unknown kind of samples 'fma'"),
        ('"job", ["a"])\ndef op(sample): pass\n@coverpoint("job", ["a"]', "point 'op' is there twice"),
        ("nothing", "mine.py:2: NameError: name 'nothing' is not defined"),
    ],
)
def test_a_malformed_coverpoint_is_one_line(tmp_path: Path, mark: str, what: str) -> None:
    (tmp_path / "mine.py").write_text(
        f"from tb.coverage.coverpoint import coverpoint\n@coverpoint({mark})\ndef mine(sample): pass\n"
    )
    test_a_malformed_definition_is_one_line(tmp_path, 'modules = ["mine.py"]', what)


def test_a_module_may_import_points_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from tb.coverage.numerics import POINTS\nfrom tb.coverage.points import op\n"
    )
    load(tmp_path, 'modules = ["mine.py"]')
