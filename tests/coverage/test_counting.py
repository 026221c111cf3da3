# SPDX-License-Identifier: Apache-2.0
"""Tests of the sorting of samples into bins, and of hits."""

import itertools
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tb.coverage.counts import Counts, total
from tb.coverage.covergroups import load_definition
from tb.coverage.sorter import CoverageError, Sorter

DEFINITION = load_definition()


def test_sorting_is_what_counting_one_by_one_gives() -> None:
    rng = random.Random(1)
    sorter = Sorter(DEFINITION, "job")
    codes = [tuple(rng.randrange(-1, len(point.bins)) for point in sorter.points) for _ in range(300)]
    counts = Counts(DEFINITION)
    sorter.sort(codes + codes[:100], counts)
    places = {point.name: place for place, point in enumerate(sorter.points)}
    for item in DEFINITION.items.values():
        if item.sample != "job":
            continue
        expected: Counter[int] = Counter()
        for code in codes + codes[:100]:
            chosen = [code[places[point.name]] for point in item.points]
            if min(chosen) >= 0:
                expected[int(np.ravel_multi_index(chosen, item.shape))] += 1
        hits = counts.hits(item)
        assert {int(i): int(hits[i]) for i in np.flatnonzero(hits)} == expected, item.name
    reached = Counter((item.name, index) for code in codes for item, index in sorter.reached(code))
    again = Counts(DEFINITION)
    sorter.sort(codes, again)
    assert reached == {
        (name, int(i)): int(hits[i]) for name, hits in again.items.items() for i in np.flatnonzero(hits)
    }


def test_names_of_bins_lead_back_to_their_numbers() -> None:
    item = DEFINITION.items["jobs.op.format.stall"]
    names = [item.bin_name(index) for index in range(item.size)]
    assert len(set(names)) == item.size
    every = itertools.product(*(point.bins for point in item.points))
    assert names == [f"jobs.op.format.stall = {', '.join(each)}" for each in every]


def test_counts_add_up_and_survive_json() -> None:
    item = DEFINITION.items["jobs.op"]
    one, two = Counts(DEFINITION), Counts(DEFINITION)
    one.add_hits(item, np.arange(8, dtype=np.int64))
    one.add_event("full", 2)
    two.add_hits(item, np.ones(8, dtype=np.int64))
    two.add_event("full", 0)
    two.add_event("empty", 0)
    read = [Counts.from_json(json.loads(json.dumps(each.to_json())), DEFINITION) for each in (one, two)]
    both = total(read, DEFINITION)
    assert both.hits(item).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert both.events == {"full": 2, "empty": 0}
    assert both.hits(DEFINITION.items["jobs.core"]).sum() == 0
    assert one.hits(item).tolist() == list(range(8))


def test_counts_of_other_covergroups_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[covergroup]]\nname = "mine"\ndoc = "d"\npoints = ["op"]\n')
    other = load_definition([path])
    with pytest.raises(ValueError, match="same covergroups"):
        Counts(DEFINITION).add(Counts(other))
    with pytest.raises(ValueError, match="same covergroups"):
        Counts.from_json(Counts(other).to_json(), DEFINITION)
    table = Counts(DEFINITION).to_json() | {"items": {"jobs.op": [[8], [1]]}}
    with pytest.raises(ValueError, match="damaged"):
        Counts.from_json(table, DEFINITION)


def test_a_hit_in_an_excluded_bin_is_found() -> None:
    sorter, counts = Sorter(DEFINITION, "job"), Counts(DEFINITION)
    code = [-1] * len(sorter.points)
    names = [point.name for point in sorter.points]
    code[names.index("op")] = 0
    sorter.sort([tuple(code)], counts)
    assert not counts.excluded_hits()
    code[names.index("y_class")] = 5
    sorter.sort([tuple(code)], counts)
    names = [item.bin_name(index) for item, index in counts.excluded_hits()]
    assert names == ["jobs.op.y_class = MATMUL, ties"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 'flat'", "gave 'flat', none of its bins; did you mean 'flatt'"),
        ("return sample.k", r"coverpoint shape: .*mine\.py:4: AttributeError: 'NoneType' object has no"),
        ("raise SystemExit", r"coverpoint shape: .*mine\.py:4: SystemExit"),
    ],
)
def test_a_function_that_gives_no_bin_is_an_error(tmp_path: Path, body: str, message: str) -> None:
    (tmp_path / "mine.py").write_text(
        "from tb.coverage.coverpoint import coverpoint\n"
        f"@coverpoint('job', ['flatt', 'tall'])\ndef shape(sample):\n    {body}\n"
    )
    path = tmp_path / "mine.toml"
    path.write_text('modules = ["mine.py"]\n[[covergroup]]\nname = "mine"\ndoc = "d"\npoints = ["shape"]\n')
    sorter = Sorter(load_definition([path]), "job")
    place = [point.name for point in sorter.points].index("shape")
    sorter._functions = [sorter._functions[place]]
    with pytest.raises(CoverageError, match=message):
        sorter.code(None)


def test_the_order_of_hits_does_not_show() -> None:
    items = [DEFINITION.items[name] for name in ("jobs.op", "jobs.x_format", "jobs.m_size")]
    texts = []
    for order in (items, items[::-1]):
        counts = Counts(DEFINITION)
        for item in order:
            counts.add_hits(item, np.ones(item.size, dtype=np.int64))
            counts.add_event(f"event of {item.name}", 1)
        texts.append(json.dumps(counts.to_json()))
    assert texts[0] == texts[1]
