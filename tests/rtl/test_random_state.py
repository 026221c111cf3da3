# SPDX-License-Identifier: Apache-2.0
"""Registers start at random in the build for it: what a simulator leaves at zero hides a lost reset."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions.planner import RANDOM_STATE
from regressions.simulators import compiler, get_simulator
from regressions.simulators.base import BuildError
from regressions.simulators.model import Model
from regressions.simulators.objects import TranslationUnit
from tb.descriptor import load

ZERO = re.compile(r"vlSelf(?:Ref)?(?:->|\.)(\w+) = 0;")
SCOPES = {
    "cluster_1": "cluster_tb__DOT__i_system__DOT__i_cluster__DOT__",
    "redmule": "tb_top__DOT__i_dut__DOT__i_device__DOT__",
}
"""Of devices, as Verilator writes them."""
OUTPUT = "__Vcellout__"
"""Of an output port that is connected to a part of a variable; Verilator starts it at zero."""
WRITTEN = re.compile(r"\b(\w+)(?:\[[^]]*\])*\s*<=[^;]*;")


def left_at_zero(scope: str, initial: str, sources: str) -> list[str]:
    """Registers of a device that no random state reaches, by what Verilator made of it."""
    registers = set(WRITTEN.findall(sources))
    zeros = [name for name in ZERO.findall(initial) if name.startswith(scope)]
    outputs = [name for name in zeros if OUTPUT in name and name.rsplit("__", 1)[-1] in registers]
    return outputs + [name for name in zeros if OUTPUT not in name and name.split("__DOT__")[-1] in registers]


@pytest.mark.sim
@pytest.mark.parametrize("name", sorted(SCOPES))
def test_every_register_starts_at_random(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to what Verilator writes, which takes a fifth of a build."""
    initial, units = "", compiler.units_of

    def stop(model: Model, folder: Path) -> Iterator[TranslationUnit]:
        nonlocal initial
        if model.name != name:  # the second opinion
            return units(model, folder)
        initial = "".join(path.read_text() for path in sorted(folder.glob("*Slow.cpp")))
        raise BuildError("seen")

    monkeypatch.setattr(compiler, "units_of", stop)
    monkeypatch.setattr(compiler, "cache_folder", lambda: tmp_path)
    device = load(name)
    with pytest.raises(BuildError, match="seen"):
        get_simulator().build(device, RANDOM_STATE, tmp_path / "build.log")
    assert SCOPES[name] in initial
    assert left_at_zero(SCOPES[name], initial, "".join(path.read_text() for path in device.sources)) == []


def test_a_register_behind_a_part_of_a_variable_is_found() -> None:
    """As it was with the answer of the register port, whose reset could be dropped unseen."""
    port = "top__DOT____Vcellout__i_engine__r_valid_o"
    zeros = f"vlSelfRef.{port} = 0;\nvlSelf->top__DOT____Vcellout__i_engine__gnt_o = 0;\n"
    assert left_at_zero("top__DOT__", zeros, "r_valid_o <= 1'b0; assign gnt_o = a <= b;") == [port]
    assert left_at_zero("top__DOT__", "vlSelf->top__DOT__a_q = 0;", "a_q[3] <= b;") == ["top__DOT__a_q"]
