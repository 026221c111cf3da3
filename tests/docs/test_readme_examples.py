# SPDX-License-Identifier: Apache-2.0
"""The examples of README.md, extracted and run as they stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"<!-- example: (?P<name>[a-z ]+) -->\n```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
EXAMPLES = {match["name"]: match["text"] for match in BLOCK.finditer(README)}


def run_test(folder: Path, name: str, jobs: str) -> dict[str, object]:
    """Run a test of the lists in `folder`; returns its entry of summary.json."""
    build = folder / "build"
    command = [
        sys.executable,
        "-m",
        "regressions",
        "run",
        f"--test={name}{jobs}",
        f"--lists={folder}",
        f"--build={build}",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((build / "reports" / "run" / "summary.json").read_text())
    assert len(summary["tests"]) == 1
    return dict(summary["tests"][0])


def test_every_way_to_write_a_test_has_its_example() -> None:
    assert set(EXAMPLES) == {"toml", "sequence", "sequence entry", "directed", "directed entry"}


@pytest.mark.parametrize("name", ["toml", "sequence", "directed"])
def test_examples_are_short(name: str) -> None:
    code = [line for line in EXAMPLES[name].splitlines() if line.strip()]
    assert len(code) <= 11, "the README promises a test in ten lines"


@pytest.mark.sim
def test_knobs_alone(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(EXAMPLES["toml"])
    result = run_test(tmp_path, "tall_min_plus", ":0:12")
    assert result["status"] == "passed"
    assert result["jobs"] == result["jobs_planned"] >= 12


@pytest.mark.sim
def test_sequence_with_a_constraint(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(EXAMPLES["sequence entry"])
    (tmp_path / "square_jobs.py").write_text(EXAMPLES["sequence"])
    result = run_test(tmp_path, "square_jobs", "")
    assert result["status"] == "passed"
    report = (tmp_path / "build" / "reports" / "run" / "report.html").read_text()
    assert "Z is not square" in report, "rejected candidates are counted by their reason"
    lines = [json.loads(line) for line in _results(tmp_path)]
    shapes = [(line["M"], line["K"]) for line in lines if line["type"] == "job"]
    assert shapes
    assert all(m == k for m, k in shapes)


@pytest.mark.sim
def test_directed(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(EXAMPLES["directed entry"])
    (tmp_path / "identity.py").write_text(EXAMPLES["directed"])
    result = run_test(tmp_path, "identity", "")
    assert result["status"] == "passed"
    assert result["jobs"] == 1


def _results(folder: Path) -> list[str]:
    files = sorted((folder / "build" / "reports" / "run").resolve().glob("sims/*/results.jsonl"))
    return [line for file in files for line in file.read_text().splitlines()]
