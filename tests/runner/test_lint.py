# SPDX-License-Identifier: Apache-2.0
"""``make lint``, and the contracts between packages that it holds."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regressions.commands import lint
from regressions.paths import ROOT
from tests.runner.harness import Runner


def test_every_check_runs_and_findings_are_named(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = {
        name: ("python", "-c", text) for name, text in (("bad", "exit('worse [b]')"), ("good", "print(1)"))
    }
    monkeypatch.setattr(lint, "_PYTHON_CHECKS", tools)
    monkeypatch.setattr(
        lint, "_simulator_checks", lambda *_: {"device": lambda: "", "other": lambda: "%Warning"}
    )
    assert runner("lint") == 1
    lines = [line.strip(" ─") for line in runner.out.splitlines()]
    assert lines == [
        *("bad", "worse [b]", "good", "no findings", "device", "no findings", "other", "%Warning"),
        *("", "findings of bad, other"),
    ]


def test_no_findings_pass(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "_PYTHON_CHECKS", {})
    monkeypatch.setattr(lint, "_simulator_checks", lambda *_: {"device": lambda: ""})
    assert runner("lint") == 0


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("models/ops.py", "tb.exchange.status", "the runner knows the testbench, and both know the models"),
        ("tb/schema.py", "regressions.paths", "the runner knows the testbench, and both know the models"),
        ("models/ops.py", "models.gemm", "no circle within a package"),
        (
            "tb/registers/map.py",
            "tb.env.items",
            "the testbench stands on its stimuli, the cluster on the testbench",
        ),
    ],
)
def test_an_import_the_wrong_way_is_found(tmp_path: Path, module: str, imported: str, contract: str) -> None:
    for package in ("models", "tb", "regressions"):
        python = shutil.ignore_patterns("__pycache__", "*.sv", "*.cpp", "*.json")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"import {imported}\n")
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout
