# SPDX-License-Identifier: Apache-2.0
"""The bench runs a device with a netlist, and finds a gate in it that is not the right one."""

from pathlib import Path

import pytest
from msgspec import structs

from regressions.synthesis.netlists import with_netlist
from tb.descriptor import load
from tb.exchange.device import NetlistPart
from tb.paths import ROOT
from tests.bench.simulation import PlannedTest, simulate
from tests.extras import extra

JOBS = PlannedTest("jobs", "gemm_op", {"m": [1, 5], "n": [1, 5], "k": [1, 5], "jobs": 1}, end=6)

# The right gate, or with +wrong the other one, so that one build serves both.
_EITHER = """
module EITHER (input wire A, input wire B, output wire Y);
  reg wrong;
  initial wrong = $test$plusargs("wrong") != 0;
  assign Y = wrong ? ~(A | B) : ~(A & B);
endmodule
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The descriptor of the serial device with its port as a netlist, one NAND of which may be a NOR."""
    extra()
    folder = tmp_path_factory.mktemp("planted")
    device, _ = with_netlist(structs.replace(load("serial"), netlist=NetlistPart("serial_port")))
    *sources, netlist = device.sources
    before, gate, behind = netlist.read_text().partition("  NAND2 ")
    assert gate
    (folder / "planted.v").write_text(f"{before}  EITHER {behind}{_EITHER}")
    paths = ", ".join(f'"{path}"' for path in sources)
    path = folder / "planted.toml"
    path.write_text(
        f'base = "{ROOT}/tb/duts/serial.toml"\nname = "planted"\nlint = "off"\n'
        f'sources = [{paths}, "planted.v"]\n'
    )
    return str(path)


@pytest.mark.sim
def test_the_netlist_passes_and_an_exchanged_gate_is_found(planted: str, tmp_path: Path) -> None:
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    right = simulate(tmp_path / "right", [JOBS], device=planted)[0]["jobs"]
    assert len(right.jobs) == JOBS.end
    assert not right.failures
    wrong, said = simulate(tmp_path / "wrong", [JOBS], "+wrong", device=planted)
    assert wrong["jobs"].failures, said
