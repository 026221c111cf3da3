# SPDX-License-Identifier: Apache-2.0
"""Builds of a module of three lines: in folders of odd names, and with a state that a seed chooses."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from models import places
from models.places import cache_folder
from regressions.simulators.base import Build
from regressions.simulators.compiler import compile_model
from regressions.simulators.model import Model
from regressions.simulators.objects import Compilers
from regressions.simulators.verilator import _RANDOM_X, Verilator
from tb.descriptor import load

# All that would mean something to a shell or to make, but what the simulator cannot read.
ODD = "a b'c#d:e(f*g;h&i=j%k\\l,m+n~o{p}"
SOURCES = {
    "top.sv": """`include "one.svh"
module top (input logic clk, output int q, output logic [31:0] never_written);
  import "DPI-C" function int five();
  always_ff @(posedge clk) q <= five() + `ONE;
endmodule
""",
    "include/one.svh": "`define ONE 1\n",
    "five.h": "constexpr int FIVE = 5;\n",
    "main.cpp": """#include "Vtop.h"
#include "five.h"
#include <cstdio>
extern "C" int five() { return FIVE; }
int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vtop top{&context};
  for (int clk : {0, 1}) top.clk = clk, top.eval();
  std::printf("%d %u", top.q, top.never_written);
}
""",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, built from and into a folder of an odd name."""
    objects = Compilers(cache_folder() / "objects", 1)
    folder = tmp_path / ODD
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    model = Model(
        name="small",
        top="top",
        prefix="Vtop",
        program="top",
        sources=(folder / "top.sv",),
        includes=(folder / "include",),
        cpp=(folder / "main.cpp",),
        folders=(folder,),
        flags=("--no-timing", *_RANDOM_X),
        effort="-O0",
    )
    monkeypatch.setenv(places.VARIABLE, str(folder / "kept"))
    program, cached = compile_model(model, folder / "log", objects)
    assert program.is_relative_to(folder)
    assert not cached
    return program


def _said(command: Sequence[str | Path]) -> list[int]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


@pytest.mark.sim
def test_a_program_is_built_anywhere_and_starts_from_the_state_of_its_seed(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Verilator, "_opinions", lambda _, __: Path())
    build = Build(load("serial"), "xrand", small.parent, small, cached=False)

    def started(state: int) -> int:
        computed, left = _said(Verilator().command(build, tmp_path, state=state)[0])
        assert computed == 6
        return left

    states = [1, 2, 3, 2**31 - 1]
    first = [started(state) for state in states]
    assert len({*first}) == len(states)
    assert [started(state) for state in states] == first
