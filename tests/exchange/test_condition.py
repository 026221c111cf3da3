# SPDX-License-Identifier: Apache-2.0
"""Conditions on jobs: what they mean, and what is refused with which line."""

import pytest

from models.formats import Format
from models.ops import Op
from tb.exchange.attributes import ATTRIBUTES, FRESH, History, Occasion, history_behind, occasions
from tb.exchange.condition import Condition, parse_condition
from tb.exchange.job import Job
from tb.exchange.scenario import Abort, Scenario, StallSpec, Window
from tb.schema import SchemaError, Where

BASE = 0x1000_0000
FIRST = Job(
    Op.GEMM, 3, 4, 5, BASE, BASE + 0x101, BASE + 0x200, (Format.FP16, Format.E4M3, Format.FP16), core=2
)
SECOND = Job(Op.MATMUL, 12, 16, 2, BASE + 0x202, BASE + 0x400, BASE + 0x600)
SCENARIO = Scenario(0, (FIRST, SECOND), Window(BASE, 0x1000), StallSpec("burst", 0.25, 3))


def condition(text: object) -> Condition:
    return parse_condition(text, Where("dut.toml", "when"))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("n <= 4", True, False),
        ("n <= 4 and m > 12", False, False),
        ("m % 12 != 0", True, False),
        ("not (m % 12 == 0)", True, False),
        ("1 < m <= 3", True, False),
        ("m * n + 1 == 13 or k // 2 == 1", True, True),
        ("-m < -5", False, True),
        ('op == "GEMM"', True, False),
        ("op in ['GEMM', 'MATMUL']", True, True),
        ("op not in ('GEMM', 'MATMUL')", False, False),
        ("n in (4, 5)", True, False),
        ("w_addr % 4 == 1", True, False),
        ('w_format == "E4M3"', True, False),
        ("mixed", True, False),
        ("not mixed", False, True),
        ("mixed == False", False, True),
        ('stall != "none" and stall_rate >= 0.25', True, True),
        ("position > 0", False, True),
        ("jobs == 2", True, True),
        ("overlaps", False, True),
        ("core == 2", True, False),
        ("since_reset > 8", False, True),
        ("since_clear > 1", False, True),
        ('abort == "none"', True, True),
        ('x_class == "normal"', True, True),
    ],
)
def test_conditions_ask_of_job_scenario_and_history(text: str, first: bool, second: bool) -> None:
    found = condition(text)
    before, behind = occasions(SCENARIO, History(8, 1))
    assert (found.holds(before), found.holds(behind)) == (first, second)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nn <= 4", "unknown attribute 'nn'; did you mean 'n'? Known: m, n, k, op"),
        ("positon > 0", "did you mean 'position'?"),
        ("op == 'GEM'", "op is never 'GEM'; did you mean 'GEMM'? Known: "),
        ("'BURST' == stall", "stall is never 'BURST'; did you mean 'burst'?"),
        ("op in ['GEMM', 'COPY']", "op is never 'COPY'; "),
        ("m == 'GEMM'", "''GEMM'' is a word, where a number is expected"),
        ("op > 3", "'op' is a word, where a number is expected"),
        ("m % 12", "'m % 12' is a number, where a condition is expected; compare it"),
        ("m and n", "'m' is a number, where a condition is expected; compare it with something"),
        ("m / 2 > 1", "'m / 2' has no place in a condition"),
        ("m ** 2 > 1", "'m ** 2' has no place in a condition"),
        ("m % n == 0", "'m % n' divides by 'n'; divide by a constant other than 0"),
        ("m % 0 == 0", "divides by '0'"),
        ("m in n", "'n' is no list of constants"),
        ("m in []", "'[]' is no list of constants"),
        ("m is 3", "compare with == or !="),
        ("m == 3 if n else 1", "has no place in a condition"),
        ("m == 3 # comment\nand", "is no condition (invalid syntax)"),
        ("m =", "is no condition (invalid syntax)"),
        ("", "expected a condition, got ''"),
        (3, "expected a condition, got 3"),
        (["m == 3"], "expected a condition"),
        ("m == 3\0", "is no condition"),
        ("__import__('os').system('true')", "has no place in a condition"),
        ("(lambda: True)()", "has no place in a condition"),
        ("[m for m in (1, 2)] == 3", "has no place in a condition"),
        ("m.real == 3", "has no place in a condition"),
        ("(m := 3) == 3", "has no place in a condition"),
        ("f'{m}' == 'x'", "has no place in a condition"),
    ],
)
def test_what_is_no_condition_is_refused_in_one_line(text: object, message: str) -> None:
    with pytest.raises(SchemaError) as raised:
        condition(text)
    said = str(raised.value)
    assert said.startswith("dut.toml: when: ")
    assert message in said
    assert "\n" not in said


def test_equal_texts_are_equal_conditions() -> None:
    assert condition(" n <= 4 ") == condition("n <= 4") != condition("n <= 5")
    assert condition("n <= 4 and op == 'GEMM'").names == {"n", "op"}


@pytest.mark.parametrize(("kind", "behind"), [("clear", History(6, 0)), ("reset", FRESH)])
def test_a_cut_begins_the_count_anew(kind: str, behind: History) -> None:
    cut = Scenario(0, (FIRST, FIRST), Window(BASE, 0x1000), abort=Abort(kind, 20))
    first, second = occasions(cut, History(5, 3))
    assert (first.history, second.history) == (History(5, 3), behind)
    assert history_behind(cut, History(5, 3)) == behind.behind(1)
    assert history_behind(SCENARIO, History(5, 3)) == History(7, 5)
    assert condition(f"abort == '{kind}'").holds(first)


def test_every_attribute_has_a_value_of_its_kind() -> None:
    kinds: dict[str, type | tuple[type, ...]] = {"number": (int, float), "word": str, "truth": bool}
    for occasion in occasions(SCENARIO):
        for name, attribute in ATTRIBUTES.items():
            value = attribute.value(occasion)
            assert isinstance(value, kinds[attribute.kind]), name
            assert not attribute.words or value in attribute.words, name
            assert attribute.doc


def test_an_empty_job_overlaps_nothing() -> None:
    empty = Job(Op.GEMM, 0, 4, 5, BASE, BASE, BASE)
    scenario = Scenario(0, (empty, FIRST), Window(BASE, 0x1000))
    assert not Occasion(scenario, 1).overlap()
