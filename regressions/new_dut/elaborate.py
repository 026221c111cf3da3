# SPDX-License-Identifier: Apache-2.0
"""Ports and parameters of a top module, as pyslang elaborates it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyslang import SVInt
from pyslang.ast import (
    ArgumentDirection,
    InstanceSymbol,
    InterfacePortSymbol,
    ModportPortSymbol,
    ParameterSymbol,
    PortSymbol,
)
from pyslang.driver import Driver

from regressions.errors import UserError
from regressions.new_dut.names import meaning
from regressions.paths import relative
from tb.libraries import parsed
from tb.schema import alternatives
from tb.sources import Sources

_DIRECTIONS = {ArgumentDirection.In: "input", ArgumentDirection.Out: "output"}


@dataclass(frozen=True, slots=True)
class ModulePort:
    """A port of a module, or a signal in a port that is a structure or an interface (`bus.req`)."""

    name: str
    direction: str  # input, output, or empty for one that nothing but its like can be connected to
    width: int  # 0 where it is no vector of bits
    type: str  # as declared
    members: tuple["ModulePort", ...] = ()  # signals in it
    inputs: str = ""  # of an interface, as its instance connects them
    parameters: str = ""  # of an interface, with their values

    @property
    def plain(self) -> bool:
        """A vector of bits in one direction, which any other one may be connected to."""
        return bool(self.direction and self.width and not self.members)


@dataclass(frozen=True, slots=True)
class Top:
    """A top module."""

    name: str
    ports: tuple[ModulePort, ...]
    parameters: dict[str, int]  # numbers that an instance may choose
    problems: tuple[str, ...]  # errors of the sources, by file and line


def elaborate(name: str, sources: Sources) -> Top:
    """Elaborate a module with the default values of its parameters.

    Args:
        name: The module; empty for the only one that no other instantiates.
        sources: All that it is made of.

    Raises:
        UserError: There is no such module.
    """
    more = ["--compat=all", "--allow-toplevel-iface-ports", *(["--top", name] if name else [])]
    driver = parsed(sources.files, sources.includes, sources.defines, more)
    compilation = driver.createCompilation()
    problems = tuple(_problems(driver, compilation.getAllDiagnostics()))
    tops = compilation.getRoot().topInstances
    if len(tops) != 1:
        modules = sorted(each.name for each in compilation.getDefinitions())
        if not modules:
            files = ", ".join(path.name for path in sources.files)
            raise UserError(f"FILES: there is no module in {files}; name its file")
        what = f"no module '{name}'" if name else "name the top module"
        raise UserError(f"TOP: {what}; {alternatives(name, [each.name for each in tops] or modules)}")
    body = tops[0].body
    parameters = {each.name: number for each in body.parameters if (number := _number(each)) is not None}
    return Top(tops[0].name, tuple(_port(port) for port in body.portList), parameters, problems)


def _number(parameter: Any) -> int | None:
    """The value of a parameter that an instance may choose, if it is a number."""
    if not isinstance(parameter, ParameterSymbol) or parameter.isLocalParam:
        return None
    value = parameter.value.value
    return int(value) if isinstance(value, SVInt) and not value.hasUnknown and value.bitWidth <= 32 else None


def _port(port: Any) -> ModulePort:
    if isinstance(port, InterfacePortSymbol):
        return _interface(port)
    assert isinstance(port, PortSymbol), port
    direction, kind = _DIRECTIONS.get(port.direction, ""), port.type
    fields: Any = kind.canonicalType if kind.isStruct and direction else ()
    members = (_member(port, each, direction) for each in fields)
    return ModulePort(port.name, direction, kind.bitWidth, str(kind), tuple(members))


def _interface(port: InterfacePortSymbol) -> ModulePort:
    """An interface, with the signals of its modport and with what its instance needs."""
    name = port.interfaceDef.name if port.interfaceDef is not None else "interface"
    instance, modport = port.connection or (None, None)
    if not isinstance(instance, InstanceSymbol) or modport is None:
        return ModulePort(port.name, "", 0, name)
    signals = (each for each in modport if isinstance(each, ModportPortSymbol))
    members = (
        ModulePort(
            f"{port.name}.{each.name}",
            _DIRECTIONS.get(each.direction, ""),
            each.type.bitWidth,
            str(each.type),
        )
        for each in signals
    )
    known = {"clk": "clk_i", "rst": "rst_ni"}
    inputs = (
        f".{each.name}({known.get(word, '')})"
        for each in instance.body.portList
        for word in [next(iter(meaning(each.name).words))]
    )
    parameters = (f"{each.name} = {each.value}" for each in instance.body.parameters)
    return ModulePort(port.name, "", 0, name, tuple(members), ", ".join(inputs), ", ".join(parameters))


def _member(holder: Any, signal: Any, direction: str) -> ModulePort:
    return ModulePort(f"{holder.name}.{signal.name}", direction, signal.type.bitWidth, str(signal.type))


def _problems(driver: Driver, diagnostics: Any) -> Iterator[str]:
    manager = driver.sourceManager
    for each in diagnostics:
        if each.isError():
            place = manager.getFullyExpandedLoc(each.location)
            line = manager.getLineNumber(place)
            where = f"{relative(manager.getFullPath(place.buffer))}:{line}: " if line else ""
            yield f"{where}{driver.diagEngine.formatMessage(each)}"
