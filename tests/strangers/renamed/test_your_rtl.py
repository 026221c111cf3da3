# SPDX-License-Identifier: Apache-2.0
"""docs/your-rtl.md: its output is that of real runs, and it ends with the descriptor of this stranger."""

import re
from pathlib import Path

import pytest

from regressions import cli
from regressions.paths import ROOT
from tests.strangers.harness import HERE

_BLOCK = re.compile(r"<!-- (?:output|part): ([\w -]+) -->\n```\w*\n(.*?)```", re.DOTALL)
BLOCKS = dict(_BLOCK.findall((ROOT / "docs" / "your-rtl.md").read_text()))
FOLDER = HERE / "renamed"


def test_what_new_dut_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_file = str(FOLDER / "renamed.f")
    assert cli.main(["new-dut", "--top", "renamed", "--files", list_file, "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.replace(str(tmp_path), "build/mine") == BLOCKS["new-dut"]


@pytest.mark.parametrize("part", ["traits", "known issue"])
def test_the_descriptor_at_the_end(part: str) -> None:
    assert BLOCKS[part] in (FOLDER / "renamed.toml").read_text()


@pytest.mark.sim
def test_the_first_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Buckets and their conditions; the tree is the one that knows nothing of the device yet."""
    device = str(FOLDER / "bare.toml")
    assert cli.main(["run", "--test=gemm_ops:0:60", f"--dut={device}", f"--build={tmp_path}"]) == 1
    said = capsys.readouterr().out
    lines = [line for line in BLOCKS["first run"].splitlines() if line != "  ..."]
    assert all(line.partition(", seed 1")[0] in said for line in lines)
