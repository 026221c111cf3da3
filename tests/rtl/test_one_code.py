# SPDX-License-Identifier: Apache-2.0
"""One code for all instances of a module: what is compiled of the array, and what its flags rely on."""

import re
from pathlib import Path

import pytest

from regressions.simulators import get_simulator
from tb.descriptor import load
from tests.rtl.device_lint import lint_sources

DEVICE = load("redmule")
CASES = re.compile(r"\bunique casez?\b(.*?)\bendcase\b", re.DOTALL)
OVERLAP = """module overlap (
  input  logic [1:0] a_i,
  output logic       b_o
);
  always_comb begin
    unique case (a_i)
      2'd1, 2'd2: b_o = 1'b1;
      2'd2:       b_o = 1'b0;
      default:    b_o = a_i[0];
    endcase
  end
endmodule
"""


@pytest.mark.sim
@pytest.mark.parametrize("module", ["redmule_ce", "fpnew_fma", "redmule_cast_in", "redmule_cast_out"])
def test_no_instance_has_a_function_of_its_own(module: str, tmp_path: Path) -> None:
    """There are 48 compute elements; a few functions differ with the place in a row."""
    folder = get_simulator().build(DEVICE, "fast", tmp_path / "build.log").directory
    texts = [path.read_text() for path in folder.glob(f"Vtop_{module}*.cpp")]
    functions = [name for text in texts for name in re.findall(r"^void (\w+)\(", text, re.MULTILINE)]
    assert 0 < len(functions) < 10


@pytest.mark.parametrize("folder", [".", "pulp_platform_fpnew"])
def test_lint_finds_items_that_overlap(folder: str, tmp_path: Path) -> None:
    """The package's units too, though their other warnings are off."""
    source = tmp_path / folder / "overlap.sv"
    source.parent.mkdir(exist_ok=True)
    source.write_text(OVERLAP)
    assert "CASEOVERLAP" in lint_sources("overlap", (*DEVICE.waivers, source))


@pytest.mark.parametrize("source", DEVICE.sources, ids=lambda source: source.stem)
def test_a_unique_case_has_a_default(source: Path) -> None:
    for case in CASES.findall(re.sub(r"//.*", "", source.read_text())):
        assert "default" in case
