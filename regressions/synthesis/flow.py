# SPDX-License-Identifier: Apache-2.0
"""Synthesis, unit by unit: a module is read with the modules below it as boxes, and mapped to cells once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from regressions.synthesis.findings import Structure, inspect
from regressions.synthesis.library import Library
from regressions.yosys.netlist import Netlist, SynthesisUnit, read_netlist
from regressions.yosys.reading import Reading
from regressions.yosys.tool import Yosys
from tb.exchange.device import Descriptor

_MAP = "+strash;dch,-f;map,-B,0.9;topo"
"""Commands of ABC for a library without delays: a map of few levels, then of little area."""

Parts = Mapping[SynthesisUnit, Sequence[tuple[str, SynthesisUnit]]]
"""Units of a device, each before those inside, with the instances of units in each: name and unit."""


@dataclass(frozen=True, slots=True)
class Synthesized:
    """A device as netlists of its units.

    Attributes:
        top: unit of the whole device
        units: mapped netlist of each unit
        findings: all findings of all units
        library: cells of the netlists
    """

    top: SynthesisUnit
    units: Mapping[SynthesisUnit, Netlist]
    findings: Sequence[Structure]
    library: Library


def _top(device: Descriptor) -> SynthesisUnit:
    """The unit of a whole device."""
    return SynthesisUnit(device.top, tuple((name, str(value)) for name, value in device.parameters.items()))


class Synthesis:
    """Synthesizes devices; units that several devices share are made once."""

    def __init__(self, yosys: Yosys, folder: Path, processes: int, library: Library) -> None:
        self._yosys, self._folder, self._processes, self._library = yosys, folder, processes, library
        self._read: dict[SynthesisUnit, tuple[Netlist, list[Structure]]] = {}
        self._mapped: dict[SynthesisUnit, Netlist] = {}

    def of(self, device: Descriptor, only: Callable[[Parts], Parts] = lambda parts: parts) -> Synthesized:
        """Synthesize a device.

        Args:
            device: The device.
            only: Chooses what is mapped, its top first, of all units with the instances inside each.

        Raises:
            YosysError: A source or a command was refused.
        """
        reading, top = Reading.of(device), _top(device)
        found = self._discover(top, reading)
        order = list(only({unit: self._read[unit][0].children for unit in found}))
        missing = [unit for unit in order if unit not in self._mapped]
        with ThreadPoolExecutor(self._processes) as pool:
            # The largest are the last that are found, and start first.
            jobs = {unit: pool.submit(self._map, unit, reading) for unit in reversed(missing)}
            self._mapped |= {unit: job.result() for unit, job in jobs.items()}
        findings = [finding for unit in order for finding in self._read[unit][1]]
        return Synthesized(order[0], {unit: self._mapped[unit] for unit in order}, findings, self._library)

    def registers(self, device: Descriptor) -> Counter[str]:
        """Count the bits of registers and memories of a device by module, before any optimisation.

        Raises:
            YosysError: A source was refused.
        """
        top = _top(device)
        self._discover(top, Reading.of(device))
        bits: Counter[str] = Counter()
        waiting = [top]
        while waiting:
            unit = waiting.pop()
            netlist = self._read[unit][0]
            waiting += [child for _, child in netlist.children]
            registers = [cell for cell in netlist.cells if cell.unit is None and "Q" in cell.outputs]
            bits[unit.module] += sum(len(cell.outputs["Q"]) for cell in registers)
            bits[unit.module] += sum(size * width for size, width in netlist.memories.values())
        return +bits

    def _discover(self, top: SynthesisUnit, reading: Reading) -> list[SynthesisUnit]:
        """All units of a device, each before those below it; what is wrong with each is looked for here."""
        order, waiting = [top], [top]
        while waiting:
            with ThreadPoolExecutor(self._processes) as pool:
                fresh = [unit for unit in waiting if unit not in self._read]
                self._read |= zip(
                    fresh, pool.map(lambda unit: self._inspect(unit, reading), fresh), strict=True
                )
            children = [child for unit in waiting for _, child in self._read[unit][0].children]
            waiting = [child for child in dict.fromkeys(children) if child not in order]
            order += waiting
        return order

    def _inspect(self, unit: SynthesisUnit, reading: Reading) -> tuple[Netlist, list[Structure]]:
        said, path = self._run(unit, reading, "read", lambda path: ["check", f"write_json {path}"])
        netlist = read_netlist(path, unit.module, reading.settable)
        return netlist, inspect(unit, netlist, said)

    def _map(self, unit: SynthesisUnit, reading: Reading) -> Netlist:
        cells = self._library.path

        def script(path: Path) -> list[str]:
            return [
                "synth -run coarse:check -flatten -noabc",  # a box has one width for all its parameters
                f"read_liberty -lib -ignore_miss_func {cells}",
                f"dfflibmap -liberty {cells}",
                f"abc -liberty {cells} -script {_MAP}",
                "opt_clean -purge",
                f"write_json {path}",
            ]

        path = self._run(unit, reading, "mapped", script)[1]
        return read_netlist(path, unit.module, reading.settable)

    def _run(
        self, unit: SynthesisUnit, reading: Reading, what: str, script: Callable[[Path], list[str]]
    ) -> tuple[str, Path]:
        base = self._folder / f"{unit.label}.{what}.log"
        path = base.with_suffix(".json")
        options = ["--ignore-assertions", *reading.box_options(unit.module)]
        read = reading.command(unit.module, dict(unit.parameters), options)
        return self._yosys.run([read, *script(path)], base), path
