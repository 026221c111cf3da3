# SPDX-License-Identifier: Apache-2.0
"""Model checking of single properties by ABC: proven for all times, refuted by a trace, or undecided."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.model import TransitionSystem
from regressions.yosys.tool import Yosys

# Of a network that became constant it says only the latter.
_PROVEN = re.compile(r"Property proved|All = 1\. Proved = 1\.")


class DecisionEngine(NamedTuple):
    """A way to decide a property: name, commands of ABC, share of the time, what ABC says of a proof."""

    name: str
    commands: tuple[str, ...]
    share: float
    proven: re.Pattern[str] = _PROVEN


def _induction(depth: int, share: float) -> DecisionEngine:
    """The first cycles have no violation, and behind so many without one the next has none."""
    first = depth + 2
    said = re.compile(rf"No output asserted in {first} frames.*Networks are equivalent", re.DOTALL)
    commands = (f"bmc3 -F {first}", f"ind -F {depth} -C 10000000")
    return DecisionEngine("induction", commands, share, said)


PROPERTY_ENGINES = (
    DecisionEngine("pdr", ("pdr",), 0.1),
    _induction(3, 0.25),
    _induction(8, 0.2),
    DecisionEngine("interpolation", ("int",), 0.1),
    DecisionEngine("pdr", ("pdr",), 0.35),
)
"""Reachability by clauses, then what is quicker where words are compared, then the first again for longer."""

COMPARISON_ENGINES = (
    DecisionEngine("bmc", ("bmc3 -F 10",), 0.2),
    # With -a it says of a constant network too that it is one, but what it refutes has no trace then.
    DecisionEngine("correspondence", ("scorr", "pdr -a"), 0.4),
    DecisionEngine("pdr", ("scorr", "pdr"), 0.2),
    DecisionEngine("bmc", ("bmc3 -F 60",), 0.2),
)
"""For two modules of nearly the same logic: the first cycles, registers that match, more cycles."""

_REFUTED = re.compile(r"was asserted in frame|Property DISPROVED|Property disproved")
_FIRST = re.compile(r"Output (\d+) of miter .* was asserted in frame")


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
    for name, commands, share, proven in engines:
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
        if proven.search(said):
            return PropertyResult(label, Answer.PROVEN, name, spent)
        if _REFUTED.search(said) and trace.exists() and trace.stat().st_size:
            return PropertyResult(label, Answer.REFUTED, name, spent, _read(trace.read_text(), model))
    return PropertyResult(label, Answer.UNDECIDED, "", round(time.monotonic() - start, 2))


def find_violation(
    model: TransitionSystem, yosys: Yosys, limit: float, depth: int, first: int = 0
) -> PropertyResult | None:
    """The first property that is broken in the first cycles; None if none is, or if it takes too long.

    All properties are searched together, which costs little more than one.

    Args:
        model: The model, without the statement that time ends.
        yosys: The tools.
        limit: Seconds of processor time.
        depth: Cycles.
        first: Cycles of which it is known already that no property is broken in them.
    """
    trace = model.file.with_name("trace.txt")
    trace.unlink(missing_ok=True)
    start = time.monotonic()
    search = f"bmc3 -S {first} -F {depth}"
    script = [f"read_aiger {model.file.name}", "fold", search, f"write_cex -a {trace.name}"]
    said = yosys.run_abc(script, model.file.parent, max(1, round(limit)))
    found = _FIRST.search(said)
    if found is None or not trace.exists():
        return None
    label, spent = model.labels[int(found[1])], round(time.monotonic() - start, 2)
    return PropertyResult(label, Answer.REFUTED, "bmc", spent, _read(trace.read_text(), model))


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
