# SPDX-License-Identifier: Apache-2.0
"""Workflows of GitHub Actions: they can be read, and the commands in them are the project's."""

import re
from pathlib import Path
from typing import Any

import pytest

from regressions.paths import ROOT
from regressions.shards import parse_shard
from regressions.targets import load, look
from regressions.tiers import load_tiers

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHARDS = ROOT / ".github" / "workflows" / "shards.yml"


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Targets of make in a text, with the variables behind each."""
    lines = re.findall(r"\bmake ([a-z-]+)((?: [A-Z]+=(?:\"(?:\$\([^)]*\)|[^\"])*\"|\S+))*)", text)
    return [(target, re.findall(r" ([A-Z]+)=", variables)) for target, variables in lines]


def read(path: Path) -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with an extra: make env FARM=local:2")
    table: dict[str, Any] = yaml.safe_load(path.read_text())
    return table


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_commands_and_scripts_that_exist(path: Path) -> None:
    for target, variables in commands(path.read_text()):
        look([target], variables)
    for script in re.findall(r"run: (\.\S+)", path.read_text()):
        assert (ROOT / script).is_file()


def test_the_commands_of_a_text_are_found() -> None:
    assert commands('run: make merge RUNS="$(echo "$A" b)" KEEP=1') == [("merge", ["RUNS", "KEEP"])]
    assert commands(SHARDS.read_text()) == [("regressions", ["TIER", "SEED", "SHARD"]), ("merge", ["RUNS"])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_can_be_read_and_each_of_its_steps_does_one_thing(path: Path) -> None:
    table = read(path)
    assert table["permissions"] == {"contents": "read"}
    for job in table["jobs"].values():
        assert job["timeout-minutes"] > 0
        assert set(job.get("needs", "").split()) <= set(table["jobs"])
    for step in steps(path):
        assert ("run" in step) != ("uses" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))


def test_the_shards_are_all_of_one_run_and_are_merged() -> None:
    table = read(SHARDS)
    part, merge = table["jobs"]["part"], table["jobs"]["merge"]
    numbers = part["strategy"]["matrix"]["shard"]
    assert [parse_shard(f"{number}/{len(numbers)}").number for number in numbers] == numbers
    assert not part["strategy"]["fail-fast"]
    assert list(part["strategy"]["matrix"]) == ["shard"]  # by which job-total counts the parts
    assert merge["needs"] == "part"
    (upload,) = (step["with"] for step in part["steps"] if "upload-artifact" in step.get("uses", ""))
    (download,) = (step["with"] for step in merge["steps"] if "download-artifact" in step.get("uses", ""))
    assert upload["name"] == "part-${{ matrix.shard }}"
    assert (download["pattern"], download["path"]) == ("part-*", "parts")
    inputs = table[True]["workflow_dispatch"]["inputs"]["tier"]  # YAML reads `on` as true
    assert set(inputs["options"]) <= set(load_tiers())
    assert "SEED" in load().all["regressions"].variables
