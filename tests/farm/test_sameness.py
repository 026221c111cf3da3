# SPDX-License-Identifier: Apache-2.0
"""The comparison of runs leaves out what reports make of times, and nothing else."""

from pathlib import Path

import pytest

from regressions.farm.sameness import differences

_IDLE = '<tr><td>{test}</td><td class="n">1</td><td class="n">{seconds}</td><td class="n">{share} %</td></tr>'


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("a", "2.1", "11.8"), ("b", "2.0", "11.0"), True),
        (("b", "2.9", "13.6"), ("a", "1.1", "5.0"), True),  # they stand in the order of their times
        (("a", "2.1", "11.8"), ("c", "2.0", "11.0"), False),
    ],
)
def test_times_of_tests_that_found_nothing_are_left_out_with_their_order(
    tmp_path: Path, first: tuple[str, str, str], second: tuple[str, str, str], same: bool
) -> None:
    for name, rows in (("one", (("a", "3.1", "12.8"), ("b", "1.0", "3.0"))), ("other", (first, second))):
        texts = (_IDLE.format(test=test, seconds=seconds, share=share) for test, seconds, share in rows)
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text("\n".join(texts))
    assert (list(differences(tmp_path / "one", tmp_path / "other")) == []) is same
