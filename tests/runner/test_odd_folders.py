# SPDX-License-Identifier: Apache-2.0
"""Builds from and into a folder whose name would mean something to a shell or to make."""

import subprocess
from pathlib import Path

import pytest

from models import places
from models.places import cache_folder
from regressions.simulators.compiler import compile_model
from regressions.simulators.model import Model
from regressions.simulators.objects import Compilers

ODD = "a b'c#d:e(f*g;h&i=j%k\\l,m+n~o{p}"
SOURCES = {
    "top.sv": """`include "one.svh"
module top (input logic clk, output int q);
  import "DPI-C" function int five();
  always_ff @(posedge clk) q <= five() + `ONE;
endmodule
""",
    "include/one.svh": "`define ONE 1\n",
    "five.h": "constexpr int FIVE = 5;\n",
    "main.cpp": """#include "Vtop.h"
#include "five.h"
extern "C" int five() { return FIVE; }
int main() {
  VerilatedContext context;
  Vtop top{&context};
  for (int clk : {0, 1}) top.clk = clk, top.eval();
  return top.q;
}
""",
}


@pytest.mark.sim
def test_a_program_is_built_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = Compilers(cache_folder() / "objects", 1)
    folder = tmp_path / ODD
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    model = Model(
        name="odd",
        top="top",
        prefix="Vtop",
        program="top",
        sources=(folder / "top.sv",),
        includes=(folder / "include",),
        cpp=(folder / "main.cpp",),
        headers=(folder / "five.h",),
        folders=(folder,),
        flags=("--no-timing",),
        effort="-O0",
    )
    monkeypatch.setenv(places.VARIABLE, str(folder / "kept"))
    program, cached = compile_model(model, folder / "log", objects)
    assert program.is_relative_to(folder)
    assert not cached
    assert subprocess.run([program], check=False).returncode == 6
