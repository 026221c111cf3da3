# SPDX-License-Identifier: Apache-2.0
"""``make new-dut``: a descriptor, and a wrapper where one is needed, for RTL that nobody here has seen."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from regressions.errors import UserError
from regressions.new_dut.elaborate import elaborate
from regressions.new_dut.match import Match, match
from regressions.new_dut.package import completed
from regressions.new_dut.write import descriptor, wrapper, wrapper_name
from regressions.order import Order
from regressions.paths import quoted, relative
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from tb.descriptor import load
from tb.schema import SchemaError, Where
from tb.sources import Sources, sources

_SHOWN = 20  # errors of the sources


def new_dut(order: Order, services: Services, console: Console) -> int:
    """Write what is needed to run a device, and say what was found, what not, and what to do next."""
    del services
    if not order.files:
        raise UserError("FILES: name a list (.f) or sources, such as FILES='my.f more.sv'")
    files = [str(path) for path in order.files]
    own = [Path(file).resolve() for file in files if not file.startswith("{")]
    folder = (order.out or (own[0].parent if own else Path())).resolve()
    start, named = _found(files, own)
    if not named.files:
        raise UserError(f"FILES: {' '.join(files)} names no source; add one")
    found = completed(named)
    top = elaborate(order.top, found.sources)
    for problem in top.problems[:_SHOWN]:
        console.print(problem, style="red", markup=False, soft_wrap=True)
    if len(top.problems) > _SHOWN:
        console.print(f"... and {len(top.problems) - _SHOWN} more")
    if not top.ports:
        console.print(f"{top.name} has no ports: nothing was written", style="bold red")
        return EXIT_FAILED
    matched = match(top)
    path = folder / f"{top.name}.toml"
    entries = [file if file.startswith("{") else os.path.relpath(file, folder) for file in files]
    entries[:0] = found.files
    texts = {}
    if not matched.direct:
        name = f"{wrapper_name(matched)}.sv"
        entries.append(name)
        texts[folder / name] = wrapper(matched)
    texts[path] = descriptor(matched, entries, found.includes, os.path.relpath(start, folder))
    _write(texts)
    load(path)  # what was written can be read
    for line in _said(matched, (*found.files, *found.includes), [*texts], path):
        console.print(line, markup=False, soft_wrap=True)
    return EXIT_PASSED


def _found(files: Sequence[str], own: Sequence[Path]) -> tuple[Path, Sources]:
    """The sources, and the folder at which paths in lists start: here, at the first own file, or above it.

    Raises:
        SchemaError: A file is missing wherever they start, or cannot be read.
    """
    first = own[0].parent if own else Path.cwd()
    problem: SchemaError | None = None
    for start in dict.fromkeys((first, Path.cwd(), *first.parents)):
        try:
            return start, sources(files, start, Path.cwd() / "none", {}, Where("FILES"))
        except SchemaError as error:
            problem = problem or error
    assert problem is not None, "the first folder is always tried"
    raise problem


def _write(texts: dict[Path, str]) -> None:
    for path in texts:
        if path.exists():
            raise UserError(f"{relative(path)} is there already; remove it, or name another folder with OUT=")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _said(matched: Match, added: Iterable[str], written: Iterable[Path], path: Path) -> Iterator[str]:
    """Lines for the user."""
    pairs = matched.pairs
    all_of_them = len(pairs) + len(matched.missing)
    yield f"{matched.top.name}: {len(pairs)} of {all_of_them} ports of the contract found"
    renamed = [f"{p.contract.name} = {p.port.name}" for p in pairs if not p.same and not p.doubt]
    doubtful = [f"{p.contract.name} = {p.port.name} ({p.doubt})" for p in pairs if p.doubt]
    strange = [f"{p.name} ({p.type})" for p in matched.strange]
    for what, names in {
        "as they are": [p.port.name for p in pairs if p.same],
        "by another name": renamed,
        "to check": doubtful,
        "not found": [f"{p.name} ({p.direction}, {p.width})" for p in matched.missing],
        "of no use to the contract": strange,
        "numbers": [f"{name} = {value}" for name, value in matched.numbers.items()],
        "added, of those that come with the bench": added,
    }.items():
        if names:
            yield f"  {what}: {', '.join(names)}"
    yield f"written: {', '.join(map(relative, written))}"
    todo = "" if matched.direct else "complete the lines with TODO in the wrapper, then "
    yield f"next: {todo}make run TEST=gemm_ops:0:5 DUT={quoted(path)}"
    yield "      and look at the lines with TODO in the descriptor (docs/descriptor.md)"
