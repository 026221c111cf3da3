# SPDX-License-Identifier: Apache-2.0
"""Tests of the script of continuous integration, with stand-ins for the programs that it starts."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from regressions.paths import ROOT

STEPS = ["lint", "regressions TIER=smoke", "test"]


@pytest.mark.parametrize("failing", ["", "lint", "regressions", "test"])
def test_every_step_runs_and_each_may_fail_the_run(tmp_path: Path, failing: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    make = f'#!/bin/sh\necho "$@" >> {tmp_path}/steps\n[ "$1" != "{failing}" ]\n'
    for name, text in (("make", make), ("apt-get", "#!/bin/sh\n"), ("sudo", "#!/bin/sh\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, env=os.environ | {"PATH": path}, check=False)
    assert (tmp_path / "steps").read_text().splitlines() == STEPS
    assert (done.returncode != 0) == bool(failing)
