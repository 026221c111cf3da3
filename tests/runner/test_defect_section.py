# SPDX-License-Identifier: Apache-2.0
"""The report's part on defects: from a requirement to its defects and the checkers that found them."""

import json
import re
from pathlib import Path

import pytest

from regressions.kinds import with_defects
from regressions.mutants.defects import load
from regressions.report.defects import broken_by, modules
from regressions.testplan import load_testplan
from tests.runner.report_samples import page_of_failures

PLAN = list(load_testplan().values())


def _campaign(reports: Path, name: str, content: str) -> Path:
    (reports / name).mkdir(parents=True)
    (reports / name / "mutants.json").write_text(content)
    return reports


def test_every_defect_is_listed_with_its_testpoints() -> None:
    views = modules(PLAN, None)
    listed = [each for view in views for each in view.defects]
    every = [defect.id for name in with_defects() for defect in load(name)]
    assert sorted(each.defect.id for each in listed) == sorted(every)
    assert not any(each.fate or each.found for each in listed)
    (empty,) = [point for point in PLAN if point.id == "empty_jobs"]
    wanted = [each for each in listed if empty.breaks([each.defect.id, each.defect.module])]
    assert wanted
    assert all("empty_jobs" in each.testpoints for each in wanted)
    assert sum(count for _, count in broken_by(views, "empty_jobs")) == len(wanted)


def test_the_last_campaigns_say_who_found_what(tmp_path: Path) -> None:
    first = load("cluster")[0]
    found = {"id": first.id, "fate": "killed", "checkers": ["fairness"]}
    _campaign(tmp_path, "mutants-cluster", json.dumps({"defects": [found]}))
    views = modules(PLAN, tmp_path)
    (view,) = [view for view in views if view.killed]
    assert (view.name, view.killed) == (first.module, 1)
    assert view.defects[0].found == ("fairness",)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"defects": [{}]}'])
def test_a_campaign_that_cannot_be_read_counts_as_not_run(tmp_path: Path, content: str) -> None:
    assert not any(view.killed for view in modules(PLAN, _campaign(tmp_path, "mutants", content)))


def test_links_lead_from_a_requirement_to_its_defects_and_back() -> None:
    page = page_of_failures()
    (row,) = re.findall(r'<tr id="testpoint-lock">.*?</tr>', page)
    targets = re.findall(r'href="#(defects-[^"]*)"', row)
    assert "defects-redmule_queue" in targets
    for target in targets:
        (module,) = re.findall(rf'<details class="box" id="{target}">.*?</details>', page, re.DOTALL)
        assert 'href="#testpoint-lock"' in module
        assert 'href="#checker-' in module
