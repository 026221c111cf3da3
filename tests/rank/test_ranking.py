# SPDX-License-Identifier: Apache-2.0
"""The order of tests by what they add per second, the choice for a time, and the list of that."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regressions import testlist
from regressions.order import LISTS
from regressions.rank.greedy import Ranking, RankStep
from regressions.rank.listing import PREFIX, as_list
from regressions.rank.parts import MeasuredPart, MeasuredRun
from regressions.tiers import load_tiers


def measured_run(**tests: list[tuple[float, int]]) -> MeasuredRun:
    """A run: of each test the seconds and bins, as bits, of segments of ten scenarios."""
    parts = {
        name: [MeasuredPart(10 * n, 10 * n + 10, seconds, bins) for n, (seconds, bins) in enumerate(segments)]
        for name, segments in tests.items()
    }
    return MeasuredRun("r", 1, parts)


def order(runs: list[MeasuredRun], budget: float = float("inf"), **kills: set[str]) -> list[RankStep]:
    return list(Ranking(runs, 8, kills).steps(budget))


def test_what_adds_most_per_second_comes_first() -> None:
    run = measured_run(big=[(10.0, 0b11111100)], quick=[(1.0, 0b111)], copy=[(0.5, 0b1)], last=[(3.0, 0b100)])
    found = order([run])
    assert [(step.test, step.bins) for step in found] == [("quick", 3), ("big", 5)]
    assert [step.covered for step in found] == [3, 8]


def test_a_rare_bin_is_worth_the_segments_before_it() -> None:
    run = measured_run(deep=[(1.0, 0), (1.0, 0), (1.0, 0b1111)], flat=[(5.0, 0b110000)])
    first, second = order([run])
    assert (first.test, first.scenarios, first.seconds, first.bins) == ("deep", 30, 3.0, 4)
    assert (second.test, second.scenarios) == ("flat", 10)


def test_a_time_is_kept_and_what_fits_into_the_rest_is_taken() -> None:
    run = measured_run(a=[(4.0, 0b1111)], b=[(7.0, 0b110000)], c=[(2.0, 0b1000000)])
    assert [step.test for step in order([run], 10.0)] == ["a", "c"]
    assert order([run], 1.0) == []


def test_defects_count_with_the_first_segment_and_once() -> None:
    run = measured_run(finds=[(1.0, 0), (1.0, 0)], other=[(9.0, 0)], covers=[(1.0, 0b1)])
    found = order([run], finds={"d1", "d2"}, other={"d2", "d3"})
    assert [(step.test, step.defects) for step in found] == [("finds", 2), ("covers", 0), ("other", 1)]


def test_kinds_of_failures_count() -> None:
    run = measured_run(covers=[(1.0, 0b1)], fails=[(1.0, 0)])
    run.tests["fails"][0].kinds = frozenset({"mismatch: x"})
    assert [(step.test, step.kinds) for step in order([run])] == [("fails", 1), ("covers", 0)]


def test_of_several_runs_the_mean_counts() -> None:
    lucky = measured_run(lucky=[(1.0, 0b1111)], steady=[(1.0, 0b110000)])
    usual = measured_run(lucky=[(1.0, 0)], steady=[(3.0, 0b11000000)])
    assert [step.test for step in order([lucky])] == ["lucky", "steady"]
    first, second = order([lucky, usual])
    assert (first.test, first.bins, first.covered) == ("lucky", 2, 2)
    assert (second.test, second.seconds, second.covered) == ("steady", 2.0, 4)


_SEGMENTS = st.lists(st.tuples(st.integers(1, 9).map(float), st.integers(0, 255)), min_size=1, max_size=1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # of a busy machine
@given(st.dictionaries(st.sampled_from("abcdef"), _SEGMENTS, min_size=1))
def test_it_covers_most_of_what_the_best_choice_covers_in_the_same_time(
    tests: dict[str, list[tuple[float, int]]],
) -> None:
    """Compared with all choices, at the time of each step: 1 - 1/e, the bound of the greedy choice."""
    spent = 0.0
    for step in order([measured_run(**tests)]):
        spent += step.seconds
        best = 0
        for size in range(len(tests) + 1):
            for chosen in combinations(tests, size):
                if sum(tests[name][0][0] for name in chosen) <= spent:
                    union = 0
                    for name in chosen:
                        union |= tests[name][0][1]
                    best = max(best, union.bit_count())
        assert step.covered >= (1 - 1 / 2.718281828) * best


def test_a_list_has_the_tests_as_they_are_but_for_name_and_count(tmp_path: Path) -> None:
    entries = testlist.load((LISTS,), load_tiers())
    path = tmp_path / "best.toml"
    path.write_text(as_list(dict.fromkeys(entries, 7), entries, "smoke", "a list"))
    found = testlist.load((LISTS,), load_tiers(), (path,))
    for name, entry in entries.items():
        best = found[PREFIX + name]
        same = ("sequence", "knobs", "timeout", "testpoints", "runs_on", "description")
        assert [getattr(best, key) for key in same] == [getattr(entry, key) for key in same]
        assert (best.count, best.weight, best.tiers) == (7, None, ("smoke",))


@pytest.mark.parametrize("text", ['say "x"\\n', "ümlaut \u2603", "tab\t", "a = 1 # b"])
def test_texts_of_a_list_may_be_any(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(
        f"[[test]]\nname = 'odd'\nsequence = 'gemm_op'\ncount = 2\ndescription = '{text}'\n"
    )
    entries = testlist.load((tmp_path / "a.toml",), load_tiers())
    (tmp_path / "b.toml").write_text(as_list({"odd": 1}, entries, "", "a list"))
    (found,) = testlist.load((tmp_path / "b.toml",), load_tiers()).values()
    assert found.description == entries["odd"].description
