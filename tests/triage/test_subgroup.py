# SPDX-License-Identifier: Apache-2.0
"""Conditions that a search over failing and passing jobs comes to."""

import random

import numpy as np
import pytest

from regressions.triage.subgroup import Column, find
from tb.descriptor import load
from tb.exchange.attributes import ATTRIBUTES, History, occasions
from tb.exchange.condition import parse_condition
from tb.schema import Where
from tb.stimulus.stream import ScenarioStream

STREAM = ScenarioStream("triage", 1, {"jobs": [1, 4]}, load("redmule"))
JOBS = [
    job for index in range(160) for job in occasions(STREAM.scenario(index), History(index % 9, index % 4))
]
COLUMNS: dict[str, Column] = {
    name: np.array([attribute.value(each) for each in JOBS]) for name, attribute in ATTRIBUTES.items()
}
DIVISORS = (2, 4, 12, 16)


def holds(text: str) -> np.ndarray:
    condition = parse_condition(text, Where("a rule"))
    return np.array([condition.holds(each) for each in JOBS])


@pytest.mark.parametrize(
    "text",
    [
        "n <= 4",
        "m % 12 != 0",
        'stall != "none"',
        "position > 0",
        "since_clear > 1",
        'op == "GEMM"',
        "w_addr % 4 != 0",
        "n <= 4 and m > 12",
        'stall == "burst" and k % 16 != 0',
        "overlaps",
        'mixed and x_format == "FP16"',
    ],
)
def test_the_condition_of_a_defect_comes_out(text: str) -> None:
    failing = holds(text)
    assert 5 < failing.sum() < len(JOBS) - 5
    found = find(COLUMNS, failing, DIVISORS)
    assert found is not None
    assert found.exact
    assert found.text.count(" and ") == text.count(" and ")
    assert (holds(found.text) == failing).all(), "it can be written into a rule as it is"
    assert (
        str(found)
        == f"fails iff {found.text}: {failing.sum()} of {failing.sum()}, and 0 of {(~failing).sum()} others"
    )


@pytest.mark.parametrize(
    "texts", [("n <= 4", 'stall == "burst"'), ("m % 12 != 0", "position > 0", 'op == "ADDMAX"')]
)
def test_each_of_several_defects_has_its_own(texts: tuple[str, ...]) -> None:
    """A job shows the first of its defects; jobs with another one say nothing about this one."""
    shown = np.full(len(JOBS), -1)
    for number, text in reversed(list(enumerate(texts))):
        shown[holds(text)] = number
    for number, text in enumerate(texts):
        mine = (shown == number) | (shown == -1)
        found = find(
            {name: column[mine] for name, column in COLUMNS.items()}, (shown == number)[mine], DIVISORS
        )
        assert found is not None
        assert found.exact
        assert (holds(found.text)[mine] == holds(text)[mine]).all()


@pytest.mark.parametrize(
    "texts",
    [
        ("n <= 4", "m % 16 == 3"),
        ('op == "ADDMAX"', 'stall == "burst"'),
        ("m <= 3", 'op == "GEMM"', "core == 3"),
    ],
)
def test_defects_that_share_a_bucket_are_told_apart(texts: tuple[str, ...]) -> None:
    failing = np.any([holds(text) for text in texts], axis=0)
    found = find(COLUMNS, failing, DIVISORS)
    assert found is not None
    assert found.exact
    assert set(found.text.split(" or ")) == set(texts)
    assert (holds(found.text) == failing).all(), "it can be written into a rule as it is"


@pytest.mark.parametrize("divisor", [32, 48, 64, 128])
def test_large_remainders_are_told_by_what_shares_them(divisor: int) -> None:
    """Sizes of one remainder, few of which are the remainder itself; half the divisor is not enough."""
    rng = random.Random(divisor)
    n = np.array(
        [17 + divisor // 2 * rng.randrange(5) if rng.random() < 0.5 else rng.randrange(300) for _ in JOBS]
    )
    failing = (n % divisor == 17) & (COLUMNS["op"] != "MATMUL")
    found = find(COLUMNS | {"n": n}, failing, load("redmule").divisors)
    assert found is not None
    assert found.exact
    assert set(found.text.split(" and ")) == {f"n % {divisor} == 17", 'op != "MATMUL"'}


def test_one_size_is_no_remainder() -> None:
    n = np.array([17 if index % 9 == 0 else index % 16 for index in range(len(JOBS))])
    found = find(COLUMNS | {"n": n}, n == 17, load("redmule").divisors)
    assert found is not None
    assert found.text in ("n == 17", "n > 15")


def test_one_of_many_values_is_a_condition_where_several_jobs_have_it() -> None:
    assert np.unique(COLUMNS["n"]).size > 40
    found = find(COLUMNS, holds("n == 8"), DIVISORS)
    assert found is not None
    assert found.text == "n == 8"


def test_an_address_of_one_job_is_no_condition() -> None:
    failing = np.zeros(len(JOBS), bool)
    failing[7] = True
    found = find(COLUMNS, failing, DIVISORS)
    assert found is None or "_addr ==" not in found.text


def test_chance_has_no_exact_condition() -> None:
    rng = random.Random(3)
    failing = np.array([rng.random() < 0.2 for _ in JOBS])
    found = find(COLUMNS, failing, DIVISORS)
    assert found is None or not found.exact


def test_without_passing_or_failing_jobs_there_is_nothing_to_say() -> None:
    assert find(COLUMNS, np.ones(len(JOBS), bool)) is None
    assert find(COLUMNS, np.zeros(len(JOBS), bool)) is None


def test_a_defect_that_shows_in_half_of_its_jobs_is_named_with_its_counts() -> None:
    rng = random.Random(4)
    failing = holds("n <= 4") & np.array([rng.random() < 0.5 for _ in JOBS])
    found = find(COLUMNS, failing, DIVISORS)
    assert found is not None
    assert found.text == "n <= 4"
    assert not found.exact
    assert str(found).startswith("fails mostly if n <= 4: ")
