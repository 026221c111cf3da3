# SPDX-License-Identifier: Apache-2.0
"""Impossible parameters fail the build of the bench, with one line that says what must hold."""

from pathlib import Path

import pytest

from regressions import cli
from regressions.simulators import BuildError, get_simulator
from tb.descriptor import load
from tb.paths import ROOT
from tb.schema import SchemaError

SIZES = "H, L and P must be at least 1, H*(P+1) and L at most 255"
WIDTH = "DW must be 64, 128, 256, 512 or 1024"
CHUNKS = "a port word must hold whole chunks of X: DW/16 must be a multiple of H"

CONTEXTS = "CONTEXTS must be 2..4"


def descriptor(folder: Path, **parameters: int) -> Path:
    """A device of other parameters than the default one's."""
    path = folder / "impossible.toml"
    changed = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    path.write_text(
        f'base = "{ROOT}/tb/duts/redmule.toml"\nname = "impossible"\nparameters = {{ {changed} }}\n'
    )
    return path


@pytest.mark.sim
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"H": 3}, CHUNKS),
        ({"P": 0}, SIZES),
        ({"L": 256}, SIZES),
        ({"H": 64, "P": 3}, SIZES),
        ({"DW": 192}, WIDTH),
        ({"DW": 32}, WIDTH),
        ({"CONTEXTS": 1}, CONTEXTS),
        ({"CONTEXTS": 5}, CONTEXTS),
    ],
    ids=str,
)
def test_the_build_says_what_must_hold(tmp_path: Path, parameters: dict[str, int], message: str) -> None:
    device = load(descriptor(tmp_path, **parameters))
    with pytest.raises(BuildError) as caught:
        get_simulator().build(device, "fast", tmp_path / "build.log")
    text = str(caught.value)
    assert text.startswith("Verilator on impossible failed: ")
    assert f"redmule_top: {message} (log: " in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"H": 0}, "instance.h: value 0 is out of range, must be >= 1"),
        ({"N_CORES": 9}, "n_cores: value 9 is out of range, must be <= 8"),
    ],
    ids=str,
)
def test_no_device_can_have_such_parameters(tmp_path: Path, parameters: dict[str, int], message: str) -> None:
    """Refused before anything is built, since the instance follows from the parameters."""
    with pytest.raises(SchemaError, match=message):
        load(descriptor(tmp_path, **parameters))


@pytest.mark.sim
def test_a_run_shows_it_as_a_failed_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = descriptor(tmp_path, H=3)
    build = ["--build", str(tmp_path / "build")]
    assert cli.main(["run", "--dut", str(path), "--test", "speed_table", "--kind", "fast", *build]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "build_failed impossible (fast)" in out
    assert CHUNKS in out
