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
from regressions.synthesis import flow, verilog
from regressions.synthesis.equivalence import CELLS
from regressions.synthesis.flow import Parts, Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.yosys.netlist import SynthesisUnit
from regressions.yosys.tool import find_yosys
from tb.exchange.device import Descriptor, NetlistPart
from tb.headers import included
from tb.schema import alternatives

_FILE = "netlist.v"


def with_netlist(device: Descriptor) -> Descriptor:
    """A device whose part that its descriptor names is a netlist of cells; the rest are its own sources.

    Raises:
        BuildError: The extra cannot be installed, a source was refused, or there is no such part.
    """
    part = device.netlist
    assert part is not None, "there is nothing to do for others"
    try:
        file = _made(device, part)
    except UserError as error:
        raise BuildError(f"no netlist of {device.name}: {error}") from error
    if part.module == device.top and not part.instances:
        others: tuple[Path, ...] = ()
    else:
        others = tuple(path for path in device.sources if path.stem != part.module)
    return structs.replace(device, sources=(*others, CELLS, file), lint="off")


def _made(device: Descriptor, part: NetlistPart) -> Path:
    """The netlist's file."""
    tools = (Path(flow.__file__), Path(verilog.__file__), GENERIC, FORMAL.pins)
    sources = (*device.sources, *included(device.sources, device.includes))
    settings = [device.top, part.module, *part.instances]
    settings += [
        f"{name}={value}" for table in (device.parameters, device.defines) for name, value in table.items()
    ]

    def make(folder: Path) -> None:
        synthesis = Synthesis(find_yosys(), folder / "yosys", processors(), Library.read(GENERIC))
        made = synthesis.of(device, lambda parts: chosen(parts, part))
        text = verilog.netlist_text(made.units, made.top, kept(made.units[made.top].children, part))
        (folder / _FILE).write_text(text)

    key = content_key([*sources, *tools], settings)
    folder, _ = build_once(cache_folder(), f"{device.name}-netlist", key, make)
    return folder / _FILE


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
