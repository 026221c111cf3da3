# SPDX-License-Identifier: Apache-2.0
"""Model checking of single properties by ABC: proven for all times, refuted by a trace, or undecided."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.model import TransitionSystem
from regressions.yosys.tool import Yosys

DEPTH = 8
"""Cycles of an induction: the first have no violation, and behind so many without one the next has none."""


class DecisionEngine(NamedTuple):
    """A way to decide a property: its name, commands of ABC, its share of the time."""

    name: str
    commands: tuple[str, ...]
    share: float


PROPERTY_ENGINES = (
    DecisionEngine("pdr", ("pdr",), 0.1),
    DecisionEngine("induction", (f"bmc3 -F {DEPTH + 2}", f"ind -F {DEPTH} -C 100000"), 0.1),
    DecisionEngine("interpolation", ("int",), 0.2),
    DecisionEngine("pdr", ("pdr",), 0.6),
)
"""Reachability by clauses, then what is quicker where words are compared, then the first again for longer."""

COMPARISON_ENGINES = (
    DecisionEngine("bmc", ("bmc3 -F 40",), 0.4),
    DecisionEngine("correspondence", ("scorr", "pdr -a"), 0.6),
)
"""For two modules of nearly the same logic: a difference in the first cycles, else registers that match."""

# Of a network that became constant it says only the latter.
_PROVEN = re.compile(r"Property proved|All = 1\. Proved = 1\.")
# The first cycles, then the step.
_INDUCTIVE = re.compile(rf"No output asserted in {DEPTH + 2} frames.*Networks are equivalent", re.DOTALL)
_REFUTED = re.compile(r"was asserted in frame|Property DISPROVED|Property disproved")


def check(
    model: TransitionSystem,
    label: str,
    yosys: Yosys,
    limit: float,
    engines: Sequence[DecisionEngine] = PROPERTY_ENGINES,
) -> PropertyResult:
    """Check one property of a model.

    Args:
        model: The model.
        label: Label of the property.
        yosys: The tools.
        limit: Seconds of processor time for all engines together.
        engines: Ways to decide it, one after the other.
    """
    position = list(model.labels).index(label)
    trace = model.file.with_name(f"trace-{position}.txt")
    start = time.monotonic()
    for name, commands, share in engines:
        seconds = max(1, round(limit * share))
        script = [
            f"read_aiger {model.file.name}",
            "fold",
            f"cone -a -O {position}",
            *commands,
            f"write_cex -a {trace.name}",
        ]
        trace.unlink(missing_ok=True)
        said = yosys.run_abc(script, model.file.parent, seconds)
        spent = round(time.monotonic() - start, 2)
        if (_INDUCTIVE if name == "induction" else _PROVEN).search(said):
            return PropertyResult(label, Answer.PROVEN, name, spent)
        if _REFUTED.search(said) and trace.exists():
            return PropertyResult(label, Answer.REFUTED, name, spent, _read(trace.read_text(), model))
    return PropertyResult(label, Answer.UNDECIDED, "", round(time.monotonic() - start, 2))


def _read(text: str, model: TransitionSystem) -> list[Mapping[str, int]]:
    """The trace that ABC wrote: values of registers, then a line for each cycle with those of inputs."""
    cycles: list[Mapping[str, int]] = []
    for line in text.split()[1:]:
        if set(line) - {"0", "1"} or len(line) < len(model.inputs):
            break
        values: dict[str, int] = {}
        for place, value in enumerate(line):
            bit = model.inputs.get(place)
            if bit is not None:
                values[bit.signal] = values.get(bit.signal, 0) | int(value == "1") << bit.bit
        cycles.append(values)
    return cycles
