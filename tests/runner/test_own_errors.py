# SPDX-License-Identifier: Apache-2.0
"""Errors of a test's own code have a status of their own, with file and line, and the rest runs on."""

import json
import re
from pathlib import Path

import pytest

from regressions import cli

DIRECTED = '''"""Mistakes of a test's author."""

import cocotb
import numpy as np

from models.ops import Op
from tb.env.env import RedmuleEnv
from tb.stimulus.job import GemmJob
from tb.sequences.base import GemmOpSequence
from tb.sequences.directed import DirectedTest


class Mistaken(DirectedTest):
    """Its second run fails an assertion, its third one raises, its fourth one ends the process."""

    async def run(self, env: RedmuleEnv) -> None:
        await env.run_job(GemmJob(x=np.eye(4), w=np.ones((4, 4)), op=Op.MATMUL))
        assert self.index != 1, "Z is not what I think"
        if self.index == 2:
            np.ones(3) @ np.ones(4)
        if self.index == 3:
            raise SystemExit


class Forking(DirectedTest):
    """A task of it raises, which ends the simulation's test."""

    async def fails(self) -> None:
        assert self.index > 1, "in a task"

    async def run(self, env: RedmuleEnv) -> None:
        cocotb.start_soon(self.fails())
        await env.run_job(GemmJob(x=np.eye(4), w=np.ones((4, 4)), op=Op.MATMUL))


class Moody(GemmOpSequence):
    """A constraint that is happy when it plans and unhappy in the simulation."""

    def constraint(self, job: object) -> bool:
        import sys
        assert "cocotb.regression" not in sys.modules or "tb.simulation" not in sys.modules
        return True
'''
LIST = """
[[test]]
name = "mistaken"
sequence = "mine.py:Mistaken"
count = 6

[[test]]
name = "forking"
sequence = "mine.py:Forking"
count = 1

[[test]]
name = "moody"
sequence = "mine.py:Moody"
count = 2
knobs = { m = [1, 4], k = [1, 4] }
"""


@pytest.mark.sim
def test_what_a_test_raises_is_told_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(DIRECTED)
    (tmp_path / "list.toml").write_text(LIST)
    options = [f"--lists={tmp_path / 'list.toml'}", f"--build={tmp_path / 'build'}", "--dut=serial"]
    assert cli.main(["run", "--test=mistaken,forking,moody", *options]) == 1
    out = capsys.readouterr().out
    summary = json.loads((tmp_path / "build" / "reports" / "run" / "summary.json").read_text())
    file = tmp_path / "mine.py"
    line = DIRECTED.splitlines().index('        assert self.index != 1, "Z is not what I think"') + 1
    forking, mistaken, moody = summary["tests"]
    assert {test["status"] for test in summary["tests"]} == {"error"}
    assert re.search(rf"{re.escape(str(file))}:\d+: AssertionError: in a task", forking["detail"])
    assert mistaken["detail"] == f"test: {file}:{line}: AssertionError: Z is not what I think"
    assert mistaken["jobs"] == 6, "the other runs went on"
    for number, text in {
        line: "AssertionError: Z is not what I think",
        line + 2: "ValueError: matmul: ",
        line + 4: "SystemExit",
    }.items():
        assert f"{file}:{number}: {text}" in out
        assert f"{file}:{number}: {text}" in (tmp_path / "build/reports/run/report.html").read_text()
    assert f"test moody: its constraint: {file}:" in moody["detail"]
    assert "crash" not in out
