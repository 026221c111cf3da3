# SPDX-License-Identifier: Apache-2.0
"""Plain constants of a SystemRDL address map, for Python and for C headers.

For a block or memory ``B``: ``B_ADDRESS``. For its register ``R``: ``B_R_OFFSET``; for a field ``F``:
``B_R_F_LSB`` and ``B_R_F_MASK``. Registers of a register file ``G`` are ``B_G_R``, their offsets those within
the file. Arrays have ``_STRIDE`` in bytes and ``_COUNT`` too. Of blocks of one type only the first has these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tb.registers.made import RegisterModelError, compiled, key, made_once, registers_folder

if TYPE_CHECKING:
    from systemrdl.node import AddressableNode, AddrmapNode, RegNode

Constants = Iterator[tuple[str, int]]
_FILE = "constants.json"


def constants(rdl: Path, included: Iterable[Path] = (), build: Path | None = None) -> dict[str, int]:
    """Returns the constants of an address map of blocks, the last definition of `rdl`.

    `included` are other files that it is made of.

    Raises:
        RegisterModelError: The description is missing or wrong, or the folder cannot be written.
    """
    digest = key([rdl, *included, Path(__file__)])

    def write(folder: Path) -> None:
        found = list(_blocks(compiled(rdl), set()))
        if len(dict(found)) != len(found):
            raise RegisterModelError(f"{rdl} gives two constants one name; rename a register or a field")
        (folder / _FILE).write_text(json.dumps(dict(found), indent=1) + "\n")

    values: dict[str, int] = json.loads(
        (made_once(registers_folder(build) / digest, write) / _FILE).read_text()
    )
    return values


def _blocks(top: AddrmapNode, types: set[str | None]) -> Constants:
    from systemrdl.node import AddrmapNode, MemNode, RegfileNode, RegNode

    for node in top.children():
        name = f"{top.inst_name}_{node.inst_name}"
        if isinstance(node, AddrmapNode | MemNode):
            yield f"{node.inst_name}_ADDRESS", node.absolute_address
        if isinstance(node, AddrmapNode) and node.orig_type_name not in types:
            types.add(node.orig_type_name)
            yield from _blocks(node, types)
        elif isinstance(node, RegfileNode):
            yield from _array(name, node)
            for register in node.registers():
                yield from _register(f"{name}_{register.inst_name}", register)
        elif isinstance(node, RegNode):
            yield from _register(name, node)


def _array(name: str, node: AddressableNode) -> Constants:
    if node.is_array and node.array_stride is not None:
        yield f"{name}_STRIDE", node.array_stride
        yield f"{name}_COUNT", node.n_elements


def _register(name: str, node: RegNode) -> Constants:
    yield f"{name}_OFFSET", node.raw_address_offset
    yield from _array(name, node)
    for field in node.fields():
        yield f"{name}_{field.inst_name}_LSB", field.lsb
        yield f"{name}_{field.inst_name}_MASK", ((1 << field.width) - 1) << field.lsb
