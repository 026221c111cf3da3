# SPDX-License-Identifier: Apache-2.0
"""Files of waves as the simulator writes them: the names in both kinds are those of the sources."""

import subprocess
from pathlib import Path

import pytest

from regressions.simulators import fst, get_simulator
from regressions.simulators.model import Model
from regressions.waves.names import signals
from tb.paths import ROOT

pytestmark = pytest.mark.sim


def written(kind: str, folder: Path, **flags: tuple[str, ...]) -> Path:
    """Waves of a clock and a counter."""
    model = Model(
        name=f"waved-{kind}",
        top="waved",
        prefix="Vwaved",
        program="waved",
        sources=(ROOT / "tests" / "runner" / "waved.sv",),
        flags=("--main", "--timing", f"--trace-{kind}"),
        effort="-O0",
        **flags,
    )
    program = get_simulator().compile(model, folder / "build.log")
    path = folder / f"waves.{kind}"
    subprocess.run([program, f"+waves={path}"], check=True, capture_output=True)
    return path


def ranges(path: Path) -> dict[str, str]:
    """Ranges of the two signals, by their names without what the simulator has around them."""
    return {name.rpartition("waved.")[2]: bits for name, bits in signals(path).items() if "file" not in name}


def test_vcd(tmp_path: Path) -> None:
    assert ranges(written("vcd", tmp_path)) == {"clk": "", "count": "[7:0]"}


@pytest.mark.skipif(bool(fst.lacking()), reason=fst.lacking())
def test_fst(tmp_path: Path) -> None:
    path = written("fst", tmp_path, compile=fst.COMPILE, link=fst.LINK)
    assert ranges(path) == {"clk": "", "count": "[7:0]"}
