# SPDX-License-Identifier: Apache-2.0
"""Puts many changes into one text, each behind the selector ``mutant_pkg::active``.

A change replaces one line. The smallest statement or expression around what differs (`switches`) is kept
beside its changed form, and the selector chooses between them. No line moves, so what a compiler says of the
copy holds for the source. What was put in is read back, and acts token by token as was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regressions.mutants.acting import SELECTOR, Acting, plain_words
from regressions.mutants.changes import ChangeError, Placed, common
from regressions.mutants.source import SourceError, VerilogSource
from regressions.mutants.switches import Switch, SwitchKind
from regressions.simulators.model import NO_ASSERTIONS

PLUSARG = "mutant"

PACKAGE = f"""\
// SPDX-License-Identifier: Apache-2.0
// Chooses the defect that acts in this simulation: +{PLUSARG}=<number>, 0 or nothing for none. Assertions
// inside the device are off: a defect has to be found by what looks at it from outside, as at anybody's.
`define {NO_ASSERTIONS}
package mutant_pkg;
  function automatic int unsigned chosen();
    int unsigned number;
    if ($value$plusargs("{PLUSARG}=%d", number) == 0) number = 0;
    return number;
  endfunction

  int unsigned active = chosen();
endpackage
"""


@dataclass(slots=True)
class _Node:
    """A switch with its changes and the switches inside it."""

    switch: Switch
    forms: list[tuple[int, str]] = field(default_factory=list)
    inside: list[_Node] = field(default_factory=list)


def instrument(source: VerilogSource, changes: Mapping[int, Placed]) -> str:
    """The text with all changes in it, each selected by its number; 0 selects none.

    Raises:
        ChangeError: The switches of two changes overlap without one holding the other, or what would act with
            a change is not what was asked for, token by token.
    """
    nodes: dict[Switch, _Node] = {}
    for number, placed in changes.items():
        nodes.setdefault(placed.switch, _Node(placed.switch)).forms.append((number, placed.form))
    roots: list[_Node] = []
    opened: list[_Node] = []
    for node in sorted(
        nodes.values(), key=lambda n: (n.switch.start, -n.switch.end, n.switch.kind is SwitchKind.EXPRESSION)
    ):
        while opened and opened[-1].switch.end <= node.switch.start:
            opened.pop()
        if opened and opened[-1].switch.end < node.switch.end:
            raise ChangeError("its statement overlaps that of another defect", node.forms[0][0])
        (opened[-1].inside if opened else roots).append(node)
        opened.append(node)
    rendered = _with_nodes(source.text, 0, len(source.text), roots)
    _compare(rendered, {0: source} | {number: placed.changed for number, placed in changes.items()})
    return rendered


def _compare(rendered: str, asked: Mapping[int, VerilogSource]) -> None:
    try:
        written = Acting(VerilogSource(rendered))
    except SourceError as error:
        raise ChangeError(f"the source with all defects has a {error}", max(asked)) from None
    for number, wanted in asked.items():
        acts, should = written.words(number), plain_words(wanted)
        if acts != should:
            at = common(acts, should)
            shown = (" ".join(tokens[at : at + 5]) for tokens in (acts, should))
            raise ChangeError("'{}' would act instead of '{}'".format(*shown), number)


def _with_nodes(text: str, start: int, end: int, nodes: Sequence[_Node]) -> str:
    parts, at = [], start
    for node in nodes:
        parts += [text[at : node.switch.start], _render(text, node)]
        at = node.switch.end
    return "".join([*parts, text[at:end]])


def _render(text: str, node: _Node) -> str:
    """A switch with the choice between its forms, on the lines on which it stood."""
    switch = node.switch
    rendered = _with_nodes(text, switch.start, switch.end, node.inside)
    if switch.kind is SwitchKind.STATEMENT:
        for number, form in node.forms:
            rendered = f"begin if ({SELECTOR} == {number}) begin {form} end else begin {rendered} end end"
        return rendered
    if switch.kind is SwitchKind.CONNECTION:
        forms = [(number, form.partition("(")[2].rpartition(")")[0]) for number, form in node.forms]
    else:
        forms = node.forms
    for number, form in forms:
        rendered = f"(({SELECTOR} == {number}) ? ({form}) : ({rendered}))"
    return (
        f"{text[switch.start : switch.end]}{rendered}" if switch.kind is SwitchKind.CONNECTION else rendered
    )
