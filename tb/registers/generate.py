# SPDX-License-Identifier: Apache-2.0
"""Builds the register model from ``rtl/redmule.rdl``: the pyuvm classes and the plain `RegisterMap`.

Both are written into a folder named by the hash of everything they depend on, below ``build/registers``, and
taken from there the next time. Nothing generated is committed.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from msgspec import Struct, json

from tb.python_file import PythonFileError, load_python
from tb.registers.made import REPOSITORY, RegisterModelError, compiled, key, made_once, registers_folder
from tb.registers.map import CONTEXTS, Register, RegisterField, RegisterMap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyuvm import uvm_reg_block
    from systemrdl.node import FieldNode, RegNode

RDL = REPOSITORY / "rtl" / "redmule.rdl"
"""The one source of the register map."""

MODULE = "redmule_registers"
"""Name of the generated Python module."""

MAP_FILE = "map.json"

PARAMETERS = ("MIXED_FORMATS", "CONTEXTS", "FAULT_TOLERANT")
"""Parameters of the address map: the device has a format for each operand; jobs queued or running; it has a
fault-tolerant mode."""


class MapFile(Struct, frozen=True):
    """Content of `map.json`: name of the top class, and the registers in the order of their offsets."""

    block: str
    registers: tuple[Register, ...]


def generate(
    rdl: Path = RDL,
    build: Path | None = None,
    *,
    mixed_formats: bool = False,
    contexts: int = CONTEXTS,
    fault_tolerant: bool = False,
) -> Path:
    """Generates the model of `rdl`, unless the same one exists already.

    Args:
        rdl: SystemRDL file with one top address map.
        build: Folder that holds generated models; made if missing, and that of what is kept if none is given.
        mixed_formats: Sets the map's parameter MIXED_FORMATS, which it then has to have.
        contexts: Sets the map's parameter CONTEXTS, which it then has to have, unless it is 2.
        fault_tolerant: Sets the map's parameter FAULT_TOLERANT, which it then has to have.

    Returns:
        Folder with ``redmule_registers.py`` (pyuvm classes) and ``map.json`` (plain map, and the name of the
        top class).

    Raises:
        RegisterModelError: The RDL is missing or wrong, or the folder cannot be written.
    """
    given: dict[str, int] = dict(zip(PARAMETERS, (mixed_formats, contexts, fault_tolerant), strict=True))
    settings = {name: value for name, value in given.items() if value not in (False, CONTEXTS)}
    digest = key([rdl, Path(__file__)], str(settings))
    return made_once(registers_folder(build) / digest, lambda folder: _write_model(rdl, folder, settings))


@cache
def register_map(
    rdl: Path = RDL,
    build: Path | None = None,
    *,
    mixed_formats: bool = False,
    contexts: int = CONTEXTS,
    fault_tolerant: bool = False,
) -> RegisterMap:
    """The plain register map of `rdl`: offsets, fields, access, reset values.

    Args:
        rdl: As of `generate`.
        build: As of `generate`.
        mixed_formats: With the fields of devices that have a format for each operand. Offsets are the same.
        contexts: With a field of STATUS for each of so many, 2 to 4.
        fault_tolerant: With FAULTS, and the mode of a job in MACFG.

    Raises:
        RegisterModelError: As `generate`.
    """
    folder = generate(
        rdl, build, mixed_formats=mixed_formats, contexts=contexts, fault_tolerant=fault_tolerant
    )
    return RegisterMap(_read(folder).registers)


def _read(folder: Path) -> MapFile:
    return json.decode((folder / MAP_FILE).read_bytes(), type=MapFile)


def load_module(folder: Path) -> ModuleType:
    """Imports the pyuvm classes that `generate` wrote into `folder`.

    Raises:
        RegisterModelError: The folder holds no model.
    """
    try:
        return load_python(folder / f"{MODULE}.py")
    except PythonFileError as error:
        raise RegisterModelError(f"no generated register model: {error}; call generate() first") from error


def register_block(
    name: str = "redmule",
    rdl: Path = RDL,
    build: Path | None = None,
    *,
    mixed_formats: bool = False,
    contexts: int = CONTEXTS,
    fault_tolerant: bool = False,
) -> uvm_reg_block:
    """A new pyuvm register block of `rdl`: built, locked and at its reset values; see `register_map`.

    Connect it with ``block.get_default_map().set_sequencer(sequencer, adapter)``.

    Raises:
        RegisterModelError: As `generate`.
    """
    folder = generate(
        rdl, build, mixed_formats=mixed_formats, contexts=contexts, fault_tolerant=fault_tolerant
    )
    block: uvm_reg_block = getattr(load_module(folder), _read(folder).block)(name)
    block.configure()
    block.build()
    block.lock_model()
    block.reset()
    return block


def _write_model(rdl: Path, folder: Path, settings: Mapping[str, int]) -> None:
    """Compiles `rdl` and writes all generated files into `folder`, the map last."""
    # Imported here: a cached model does without.
    from peakrdl_pyuvm.exporter import PyUVMExporter

    top = compiled(rdl, settings)
    if not top.get_property("littleendian"):
        raise RegisterModelError(f"{rdl}: add 'littleendian;' to the address map; the exporter needs it")
    # One class an instance, named by its path: the top class is then named as the address map.
    PyUVMExporter().export(top, os.fspath(folder / f"{MODULE}.py"), reuse_class_definitions=False)
    registers = tuple(_register(node) for node in top.registers())
    plain = MapFile(top.inst_name, tuple(RegisterMap(registers).values()))
    (folder / MAP_FILE).write_bytes(json.format(json.encode(plain), indent=1) + b"\n")


def _register(node: RegNode) -> Register:
    """Plain view of one register of the compiled RDL."""
    fields = tuple(
        RegisterField(
            name=field.inst_name,
            lsb=field.lsb,
            width=field.width,
            access=_access(field),
            reset=_reset(field),
            volatile=bool(field.is_volatile),
            desc=_text(field.get_property("desc")),
        )
        for field in node.fields()
    )
    return Register(node.inst_name, int(node.raw_address_offset), fields, _text(node.get_property("desc")))


def _access(field: FieldNode) -> str:
    """UVM access policy of a field, restricted to those the contract needs."""
    from systemrdl.rdltypes.builtin_enums import OnReadType

    readable, writable = field.is_sw_readable, field.is_sw_writable
    onread, onwrite = field.get_property("onread"), field.get_property("onwrite")
    if onwrite is None and onread is None and (readable or writable):
        return {(True, True): "RW", (True, False): "RO", (False, True): "WO"}[readable, writable]
    if onwrite is None and onread is OnReadType.rclr and not writable:
        return "RC"
    raise RegisterModelError(
        f"field {field.get_path()} has an access policy the bench does not model "
        f"(sw={field.get_property('sw').name}, onread={onread}, onwrite={onwrite}); extend tb/registers"
    )


def _reset(field: FieldNode) -> int:
    """Reset value of a field; a field without one resets to 0, as all of the register file does."""
    reset = field.get_property("reset", default=0)
    if not isinstance(reset, int):
        raise RegisterModelError(f"field {field.get_path()}: the reset value must be a number")
    return reset


def _text(desc: str | None) -> str:
    """A description on one line."""
    return " ".join((desc or "").split())
