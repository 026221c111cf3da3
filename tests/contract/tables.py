# SPDX-License-Identifier: Apache-2.0
"""Tables of the contract, and their counterparts: SystemRDL descriptions and the device's ports."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddressableNode, FieldNode, RegfileNode, RegNode
from systemrdl.rdltypes.builtin_enums import OnReadType, OnWriteType

Row = tuple[str, ...]

REGISTERS = ("offset", "register", "bits", "field", "access", "reset", "meaning")
PORTS = ("port", "direction", "width", "meaning")
CYCLES = ("instance", "format", "M x N x K", "public RTL", "at most", "a simple schedule model reaches")

_PORT = re.compile(r"^ *(input|output) +logic *((?:\[[^]]*\] *)*)(\w+),? *(?://.*)?$", re.MULTILINE)
_DIRECTIONS = {"input": "in", "output": "out"}
_SIZES = [{"DW": dw, "N_CORES": cores} for dw in (64, 256, 512) for cores in (1, 8)]


def section(text: str, number: str) -> str:
    """A section of a text of the contract, by its id."""
    start = text.index(f'<a id="{number.lower()}"></a>\n')
    following = re.search(r'^<a id="[ac]\d+"></a>$', text[start + 1 :], re.MULTILINE)
    return text[start : start + 1 + following.start()] if following else text[start:]


def table(text: str, columns: Row) -> list[Row]:
    """Rows of the tables with these columns."""
    found: list[Row] = []
    inside = False
    for line in text.splitlines():
        cells = tuple(cell.strip() for cell in line.split("|")[1:-1])
        if cells == columns:
            inside = True
        elif not cells:
            inside = False
        elif inside and not line.startswith("|---"):
            found.append(cells)
    return found


def described(rdl: Path, **parameters: bool) -> list[Row]:
    """Rows of a register table, without the last column, as a SystemRDL description has them."""
    compiler = RDLCompiler()
    compiler.compile_file(os.fspath(rdl))
    top = compiler.elaborate(parameters=parameters or None).top
    rows: list[Row] = []
    for node in top.children():
        if isinstance(node, RegfileNode):
            stride = f" + 0x{node.array_stride:X}i"
            for register in node.registers():
                rows += _fields(register, f"{_name(node)}.", stride)
        elif isinstance(node, RegNode):
            rows += _fields(node, "", f" + {node.array_stride}i" if node.is_array else "")
    return rows


def _fields(register: RegNode, prefix: str, stride: str) -> Iterator[Row]:
    for field in register.fields():
        bits = f"{field.msb}:{field.lsb}" if field.width > 1 else f"{field.lsb}"
        reset = field.get_property("reset")
        yield (
            f"0x{register.raw_address_offset:02X}{stride}",
            prefix + _name(register),
            bits,
            field.inst_name,
            _access(field),
            "-" if reset is None else f"0x{reset:X}",
        )


def _name(node: AddressableNode) -> str:
    return f"{node.inst_name}[{node.array_dimensions[0]}]" if node.is_array else node.inst_name


def _access(field: FieldNode) -> str:
    if field.get_property("onread") is OnReadType.rclr:
        return "RC"
    if field.get_property("onwrite") is OnWriteType.woclr:
        return "W1C"
    return {(True, True): "RW", (True, False): "RO", (False, True): "WO"}[
        field.is_sw_readable, field.is_sw_writable
    ]


def ports_of(source: str) -> list[Row]:
    """Name, direction, and widths for some parameters, of a module's ports."""
    return [
        (match[3], _DIRECTIONS[match[1]], _widths(match[2].replace("][", ")*(").strip("[] ") or "0:0"))
        for match in _PORT.finditer(source)
    ]


def stated_ports(text: str) -> list[Row]:
    """The same of the contract's table."""
    return [(name.strip("`"), way, _numbers(width)) for name, way, width, _ in table(text, PORTS)]


def _widths(ranges: str) -> str:
    """Widths of a packed type such as `N-1:0)*(1:0`."""
    pairs = (each.split(":") for each in ranges.split(")*("))
    return _numbers(" * ".join(f"({high} + 1 - {low})" for high, low in pairs))


def _numbers(expression: str) -> str:
    return " ".join(str(eval(expression.replace("/", "//"), {}, dict(sizes))) for sizes in _SIZES)
