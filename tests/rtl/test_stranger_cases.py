# SPDX-License-Identifier: Apache-2.0
"""A `unique case` of a foreign device that finds no item is reported in a simulation, though ours are not."""

import subprocess
from pathlib import Path

import pytest

from regressions.accelerator.foreign import device_flags
from regressions.simulators import get_simulator
from regressions.simulators.model import CLOCKED, ONE_CODE, Model
from tb.descriptor import load
from tests.stimulus.test_descriptor import FULL, write

STRANGER = """module my_top;
  logic [1:0] state = 2'd3;
  logic       known = 1'b0;
  always_comb
    unique case (state)
      2'd0:    known = 1'b0;
      2'd1:    known = 1'b1;
    endcase
  initial begin
    #1 state = 2'd2;
    #1 $display("known: %b", known);
    $finish;
  end
endmodule
"""


@pytest.mark.sim
@pytest.mark.parametrize("added", [(), ("--no-assert-case",)], ids=["as built", "as ours"])
def test_a_case_without_a_match_is_reported(added: tuple[str, ...], tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    (tmp_path / "a.sv").write_text(STRANGER)
    flags = (*CLOCKED, *ONE_CODE, *device_flags(load(path)), *added, "--main")
    sources = (tmp_path / "a.sv",)
    model = Model("stranger", "my_top", "Vstranger", "stranger", sources, flags=flags, effort="-O0")
    program = get_simulator().compile(model, tmp_path / "build.log")
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert ("unique case" in done.stdout + done.stderr) == (not added)
    assert (done.returncode == 0) == bool(added)
