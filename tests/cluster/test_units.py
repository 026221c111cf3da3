# SPDX-License-Identifier: Apache-2.0
"""Modules of the cluster alone, each under the random traffic of its bench; `make mutants` breaks them."""

import re
import subprocess
from pathlib import Path

import pytest

from regressions.cluster.units import UNITS, Unit, build_unit
from regressions.simulators.base import BuildError

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda unit: unit.name)
def test_random_traffic(unit: Unit, seed: int, tmp_path: Path) -> None:
    bench = build_unit(unit, tmp_path / "build.log")
    command = [str(bench), str(seed), str(unit.amount)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"BANKS": 8}, "at least DW/32 + 1"),
        ({"BANKS": 24}, "power of two"),
        ({"BANKS": 16, "DW": 512}, "at least DW/32 + 1"),
        ({"BYTES": 2 * 1024 * 1024}, "at most 1 MiB"),
        ({"BYTES": 3000}, "power of two"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused(parameters: dict[str, int], message: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=re.escape(message)):
        build_unit(UNITS["tcdm"], tmp_path / "build.log", parameters=parameters)
