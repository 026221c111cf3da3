# SPDX-License-Identifier: Apache-2.0
"""The README's examples, word for word: they load, draw what they say, and pass on the serial device."""

import json
import re
from pathlib import Path

import pytest

from regressions import cli, testlist
from regressions.paths import ROOT
from regressions.targets import load
from regressions.testbench import open_stream
from regressions.tiers import load_tiers

_EXAMPLE = re.compile(r"<!-- example: ([\w ]+) -->\n```\w+\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text()
EXAMPLES = dict(_EXAMPLE.findall(README))


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """The examples as the files their entries name."""
    (tmp_path / "square_jobs.py").write_text(EXAMPLES["sequence"])
    (tmp_path / "identity.py").write_text(EXAMPLES["directed"])
    entries = "".join(EXAMPLES[name] for name in ("toml", "sequence entry", "directed entry"))
    (tmp_path / "examples.toml").write_text(entries)
    return tmp_path / "examples.toml"


def test_each_example_is_ten_lines_or_so() -> None:
    assert set(EXAMPLES) == {"toml", "sequence", "sequence entry", "directed", "directed entry"}
    for text in EXAMPLES.values():
        assert sum(bool(line.strip()) for line in text.splitlines()) <= 10


def test_the_examples_draw_what_they_say(lists: Path) -> None:
    entries = testlist.load([lists], load_tiers())
    tall = open_stream(entries["tall_min_plus"], 1, "serial")
    square = open_stream(entries["square_jobs"], 1, "serial")
    jobs = [job for index in range(40) for job in tall.scenario(index).jobs]
    assert {job.op.name for job in jobs} == {"ADDMIN", "ADDMAX"}
    assert all(33 <= job.m <= 64 and 1 <= job.k <= 4 for job in jobs)
    assert all(job.m == job.k for index in range(20) for job in square.scenario(index).jobs)
    assert square.rejected["Z is not square"] > 0
    assert open_stream(entries["identity"], 1, "serial") == "A product with the identity gives W back."


@pytest.mark.sim
def test_the_examples_pass_on_the_serial_device(lists: Path, tmp_path: Path) -> None:
    selectors = "tall_min_plus:0:4,square_jobs:0:20,identity:0:1"
    code = cli.main(["run", f"--test={selectors}", f"--lists={lists}", f"--build={tmp_path / 'build'}"])
    summary = json.loads((tmp_path / "build" / "reports" / "run" / "summary.json").read_text())
    assert {test["name"]: test["status"] for test in summary["tests"]} == {
        "identity": "passed",
        "square_jobs": "passed",
        "tall_min_plus": "passed",
    }
    assert summary["totals"]["jobs"] == summary["totals"]["jobs_planned"] >= 25
    assert code == 0


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_of_a_document_are_targets(name: str) -> None:
    targets = set(load().all)
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", (ROOT / name).read_text(), re.MULTILINE))
    assert named
    assert named <= targets
    if name == "README.md":
        assert targets - named <= {"env", "clean"}
