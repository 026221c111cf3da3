# SPDX-License-Identifier: Apache-2.0
"""Traces of refuted properties on the RTL itself, in simulation: a second tool has to see it fail."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from regressions import orphans
from regressions.proof.target import ProvenModule, reading_of
from regressions.simulators.base import Simulator
from regressions.simulators.model import CLOCKED, Model

_BENCH = """\
module replay;
  logic clk_i = 1'b0;
{declarations}
  {module} {parameters}i_module (
    .clk_i{connections}
  );
  initial begin
{cycles}
    $display("every assertion held");
    $finish;
  end
endmodule
"""


def replay(
    target: ProvenModule,
    trace: Sequence[Mapping[str, int]],
    widths: Mapping[str, int],
    simulator: Simulator,
    log: Path,
    changed: Mapping[str, Path] | None = None,
) -> str:
    """Drive a module with the inputs of a trace, and return what the simulation says.

    Args:
        target: The module.
        trace: Values of its inputs in each cycle.
        widths: Width of each input in bits, the clock aside.
        simulator: The simulator.
        log: Log of the compiler; the program's output is beside it.
        changed: Sources that are replaced, by file name.

    Raises:
        BuildError: The module cannot be compiled.
    """
    reading = reading_of(target, changed=changed)
    bound = (target.bound,) if target.bound else ()
    model = Model(
        name=f"replay-{target.module}",
        top="replay",
        prefix="Vreplay",
        program="replay",
        sources=(*reading.sources, *bound, Path("replay.sv")),
        texts={"replay.sv": _bench(target, trace, widths)},
        includes=reading.includes,
        flags=(*CLOCKED, "--main", "-Wno-ENUMVALUE", "-Wno-PINMISSING"),
        effort="-O0",
    )
    program = simulator.compile(model, log)
    done = orphans.run([program], 60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=log.parent)
    return done.stdout


def _bench(target: ProvenModule, trace: Sequence[Mapping[str, int]], widths: Mapping[str, int]) -> str:
    parameters = ", ".join(f".{name}({value})" for name, value in target.parameters.items())
    cycles = [
        " ".join(f"{name} = {width}'h{values.get(name, 0):x};" for name, width in widths.items())
        for values in trace
    ]
    return _BENCH.format(
        module=target.module,
        parameters=f"#({parameters}) " if parameters else "",
        declarations="\n".join(f"  logic [{width - 1}:0] {name};" for name, width in widths.items()),
        connections="".join(f",\n    .{name}({name})" for name in widths),
        cycles="\n".join(f"    {cycle} #1 clk_i = 1'b1; #1 clk_i = 1'b0;" for cycle in cycles),
    )
