# SPDX-License-Identifier: Apache-2.0
"""The example of docs/coverage.md works as it stands there."""

import re
from pathlib import Path

import numpy as np

from tb.coverage.collector import Collector
from tb.coverage.covergroups import load_definition
from tb.stimulus.image import initial_image
from tb.stimulus.job import GemmJob
from tests.coverage.test_collector import DEVICE, Now

TEXT = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text()
EXAMPLE = TEXT.split("## A covergroup of your own")[1]


def block(language: str) -> str:
    """The example's block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", EXAMPLE, re.DOTALL)
    return found[1]


def test_the_example_counts_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "shapes.toml").write_text(block("toml"))
    (tmp_path / "shapes.py").write_text(block("python"))
    definition = load_definition((tmp_path / "shapes.toml",))
    it = Collector(definition, DEVICE, Now())
    for m, k in ((3, 2), (2, 2), (2, 5), (4, 1), (0, 2)):
        scenario = GemmJob(np.ones((m, 2)), np.ones((2, k)), np.ones((m, k))).scenario()
        it.scenario(scenario, initial_image(scenario), [], 0)
    counts = it.finish()
    assert counts.hits(definition.items["shapes.shape"]).tolist() == [2, 1, 1]
    assert counts.hits(definition.items["shapes.shape.op"]).sum() == 4
    assert 'modules = ["shapes.py"]' in block("toml")


def test_every_covergroup_is_explained() -> None:
    groups = {group.name for group in load_definition().groups}
    assert all(f"`{name}`" in TEXT for name in (*groups, "internal"))
