# SPDX-License-Identifier: Apache-2.0
"""Netlists as sources of devices, which the build cache keeps."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from models.places import cache_folder
from regressions.errors import UserError
from regressions.extras import FORMAL
from regressions.limits import processors
from regressions.simulators.base import BuildError
from regressions.simulators.cache import build_once, content_key
from regressions.synthesis.equivalence import CELLS
from regressions.synthesis.flat import flatten
from regressions.synthesis.flow import Parts, Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.synthesis.verilog import netlist_text
from regressions.synthesis.whole import EVALUATOR, MODULE, NUMBERS, TEMPLATE, write_whole
from regressions.yosys.netlist import SynthesisUnit
from regressions.yosys.tool import find_yosys
from tb.exchange.device import Descriptor, NetlistPart
from tb.headers import included
from tb.schema import alternatives

_FILE = "netlist.v"
_TOOLS = ("flat", "flow", "verilog", "whole")


def with_netlist(device: Descriptor) -> tuple[Descriptor, tuple[Path, ...]]:
    """A device whose part that its descriptor names is a netlist of cells; the rest are its own sources.

    A part is Verilog of cells. A whole device, which would be too much to compile, is evaluated in C++.

    Returns:
        The device, and C++ sources that belong to it.

    Raises:
        BuildError: The extra cannot be installed, a source was refused, or there is no such part.
    """
    part = device.netlist
    assert part is not None, "there is nothing to do for others"
    whole = part.module == device.top and not part.instances
    try:
        folder = _made(device, part, whole)
    except UserError as error:
        raise BuildError(f"no netlist of {device.name}: {error}") from error
    if whole:
        sources: tuple[Path, ...] = (folder / MODULE,)
        cpp: tuple[Path, ...] = (EVALUATOR, folder / NUMBERS)
    else:
        others = (path for path in device.sources if path.stem != part.module)
        sources, cpp = (*others, CELLS, folder / _FILE), ()
    return structs.replace(device, sources=sources, lint="off"), cpp


def _made(device: Descriptor, part: NetlistPart, whole: bool) -> Path:
    """The folder of the netlist's files."""
    tools = (*(Path(__file__).with_name(f"{name}.py") for name in _TOOLS), TEMPLATE, GENERIC, FORMAL.pins)
    sources = (*device.sources, *included(device.sources, device.includes))
    settings = [device.top, part.module, *part.instances]
    settings += [
        f"{name}={value}" for table in (device.parameters, device.defines) for name, value in table.items()
    ]

    def make(folder: Path) -> None:
        synthesis = Synthesis(find_yosys(), folder / "yosys", processors(), Library.read(GENERIC))
        made = synthesis.of(device, lambda parts: chosen(parts, part))
        if whole:
            write_whole(flatten(made), made.top, folder)
        else:
            text = netlist_text(made.units, made.top, kept(made.units[made.top].children, part))
            (folder / _FILE).write_text(text)

    key = content_key([*sources, *tools], settings)
    return build_once(cache_folder(), f"{device.name}-netlist", key, make)[0]


def chosen(parts: Parts, part: NetlistPart) -> Parts:
    """The units that become cells, that of the module first.

    Raises:
        UserError: There is no such module or instance, or the module occurs with several sets of parameters.
    """
    heads = [unit for unit in parts if unit.module == part.module]
    if not heads:
        names = sorted({unit.module for unit in parts})
        raise UserError(f"netlist.module: '{part.module}' is none of it; {alternatives(part.module, names)}")
    if len(heads) > 1:
        labels = ", ".join(unit.label for unit in heads)
        raise UserError(f"netlist.module: {labels} are different netlists; name a module around them")
    order = [heads[0]]
    apart = kept(parts[heads[0]], part)
    waiting = [unit for name, unit in parts[heads[0]] if name not in apart]
    while waiting:
        unit = waiting.pop(0)
        if unit not in order:
            order.append(unit)
            waiting += [child for _, child in parts[unit]]
    return {unit: parts[unit] for unit in order}


def kept(children: Sequence[tuple[str, SynthesisUnit]], part: NetlistPart) -> set[str]:
    """Instances in the module that stay sources.

    Raises:
        UserError: One that should become cells is not there.
    """
    names = {name for name, _ in children}
    for each in part.instances:
        if each not in names:
            known = alternatives(each, sorted(names)) if names else "it has none"
            raise UserError(f"netlist.instances: {part.module} has no instance '{each}'; {known}")
    return names - {*part.instances} if part.instances else set()
