# SPDX-License-Identifier: Apache-2.0
"""A module as a transition system: an AIGER file whose bad states are its properties."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.errors import UserError
from regressions.proof.target import ProvenModule, reading_of
from regressions.yosys.tool import Yosys

# The first cycle is a reset, any later one may be. "Time ends" has to be refuted, else nothing is said.
_RESET = """\
module proof_reset (input logic clk_i, input logic rst_ni);
  logic later_q = 1'b0;
  logic [2:0] cycles_q = 3'd0;
  always_ff @(posedge clk_i) begin
    later_q  <= 1'b1;
    cycles_q <= !rst_ni ? 3'd0 : cycles_q == 3'd7 ? 3'd7 : cycles_q + 3'd1;
  end
  always @(posedge clk_i) begin
    from_reset: assume (later_q || !rst_ni);
{witness}
  end
endmodule
bind {module} proof_reset i_proof_reset (.*);
"""

_TIME_ENDS = "    time_ends: assert (cycles_q != 3'd7);"

WITNESS = "i_proof_reset.time_ends"
"""Label of a statement that is wrong unless the assumptions contradict each other."""

TO_GATES = (
    # An assertion looks at a clock edge; asynchronous resets become part of the logic before the registers.
    "async2sync",
    "chformal -lower",
    # What no property depends on is cut away with the outputs.
    "delete -port o:*",
    "opt_clean",
    "memory_map",
    "opt -full",
    # A value that the source leaves open is any value.
    "setundef -anyseq",
    "techmap",
    "opt",
    "dfflegalize -cell $_DFF_P_ 01",
    "aigmap",
    "opt_clean",
)
"""Passes from a module with properties to gates and registers that start at zero or one."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A bit of an input of a model, by its place in a trace: the signal and the bit's number."""

    signal: str
    bit: int


@dataclass(frozen=True, slots=True)
class TransitionSystem:
    """A transition system.

    Attributes:
        file: the AIGER file
        labels: labels of the bad states, in their order
        assumed: how many constraints it has, that of the reset among them
        inputs: bits of the inputs, by their place; starts of registers without a reset are some too
        registers: number of registers
    """

    file: Path
    labels: Sequence[str]
    assumed: int
    inputs: Mapping[int, ModelInput]
    registers: int

    @property
    def widths(self) -> dict[str, int]:
        """Width in bits of each input port of the module, the clock aside."""
        found: dict[str, int] = {}
        for each in self.inputs.values():
            if "$" not in each.signal and "." not in each.signal and each.signal != "clk_i":
                found[each.signal] = max(found.get(each.signal, 0), each.bit + 1)
        return found

    @property
    def properties(self) -> list[str]:
        """Labels of what is to be proven."""
        return [label for label in self.labels if label != WITNESS]


def build(
    target: ProvenModule,
    yosys: Yosys,
    folder: Path,
    lemmas: Collection[str] = (),
    changed: Mapping[str, Path] | None = None,
    witness: bool = True,
) -> TransitionSystem:
    """Make the model of a module.

    Args:
        target: Module and its assumptions.
        yosys: The tools.
        folder: Place of the files.
        lemmas: Labels that are proven already, and may be assumed.
        changed: Sources that are replaced, by file name.
        witness: With the statement that time ends.

    Raises:
        YosysError: A source was refused.
        UserError: An assumption is no assertion of the module.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = [
        read(target, folder, changed, witness),
        *(f"cutpoint {each}" for each in target.free),
        "cutpoint -blackbox",
        # Before anything is simplified, which takes for a value that is left open whatever is simplest.
        "setundef -undriven -anyseq",
        "prep -flatten -nordff",
        *assumed(target),
        *(f"chformal -assert2assume {target.module}/{_escaped(label)}" for label in lemmas),
        *TO_GATES,
    ]
    model = make(script, yosys, folder)
    if model.assumed < 1 + len(target.assume) + len(lemmas):
        raise UserError(
            f"{target.module}: an assumption in modules.toml is no assertion of it; compare the labels"
        )
    return model


def read(
    target: ProvenModule,
    folder: Path,
    changed: Mapping[str, Path] | None = None,
    witness: bool = True,
    view: bool = False,
) -> str:
    """Command that reads a module with the reset, in a folder that is there, and with what is bound to it.

    That is its view, or its further properties.
    """
    text = _RESET.format(module=target.module, witness=_TIME_ENDS if witness else "")
    (folder / "reset.sv").write_text(text)
    bound = target.view if view else target.bound
    extra = [str(folder / "reset.sv"), *([str(bound)] if bound else [])]
    closed = [word for box in target.boxes for word in ("--blackboxed-module", box)]
    command = reading_of(target, changed=changed).command(target.module, target.parameters, closed)
    return " ".join([command, *extra])


def assumed(target: ProvenModule) -> list[str]:
    """Commands that make assumptions of the assertions about a module's neighbours."""
    patterns = [pattern for label in target.assume for pattern in _cells(target.module, label)]
    return [f"chformal -assert2assume {pattern}" for pattern in patterns]


def make(script: Sequence[str], yosys: Yosys, folder: Path) -> TransitionSystem:
    """Run a script that ends with gates, and take the model that it made.

    Raises:
        YosysError: A source was refused.
    """
    file, places = folder / "model.aig", folder / "model.json"
    yosys.run([*script, f"write_aiger -zinit -ywmap {places} {file}"], folder / "model.log")
    content = json.loads(places.read_text())
    labels = [".".join(part.lstrip("\\") for part in path) for path in content["asserts"]]
    inputs = {
        each["input"]: ModelInput(each["path"][-1].lstrip("\\"), each["offset"])
        for kind in ("inputs", "seqs", "inits")
        for each in content[kind]
    }
    return TransitionSystem(file, labels, len(content["assumes"]), inputs, content["latch_count"])


def _cells(module: str, label: str) -> tuple[str, str]:
    """Selections of an assertion of the module itself, also in a generate block."""
    return f"{module}/{_escaped(label)}", f"{module}/gen_*.{_escaped(label)}"


def _escaped(label: str) -> str:
    """A name in which brackets are no classes of characters."""
    return label.replace("[", "?").replace("]", "?")
