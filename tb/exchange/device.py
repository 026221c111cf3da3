# SPDX-License-Identifier: Apache-2.0
"""Descriptors of devices, as files have them and as they are used (`docs/descriptor.md`)."""

import re
from collections.abc import Collection, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

from msgspec import Meta, Struct, field, structs

from models.formats import Format, Formats
from models.ops import Op
from models.timing import Instance
from tb.exchange.bound import Bound
from tb.exchange.entry import ALONE
from tb.exchange.flags import check_flag
from tb.exchange.job import Job
from tb.exchange.known import KnownItem
from tb.exchange.names import MAX_CORES, parse_format, parse_op
from tb.exchange.registers import CONTRACT_REGISTERS, Registers
from tb.exchange.scenario import CUT_CAUSES, Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.schema import Where, choice

MAX_CAUSES = 16
"""Causes that the bench has room for (kCauseCount in bench.h)."""

MAX_EVENTS = 64
"""Internal events that the bench has room for (kCoverEvents in bench.h)."""

Positive = Annotated[int, Meta(ge=1)]
Cores = Annotated[int, Meta(ge=1, le=MAX_CORES)]

# Products of numbers of the array: larger ones are beyond most sizes.
_LARGEST_DIVISOR = 128


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """Shape of the array (contract A3.1), as far as parameters do not say it.

    Attributes:
        h: compute elements in a row, unless parameter H says it
        l: rows of compute elements, unless parameter L says it
        p: pipeline registers of a compute element, unless parameter P says it
        dw: payload bits of the memory port, unless parameter DW says it
    """

    h: Positive | None = None
    l: Positive | None = None  # noqa: E741 - the contract's name of the parameter
    p: Annotated[int, Meta(ge=0)] | None = None
    dw: Annotated[int, Meta(ge=32)] | None = None


class Probe(Struct, frozen=True, forbid_unknown_fields=True):
    """A module of the device that counts where the time of a job goes.

    Attributes:
        path: hierarchical path below the top module
        causes: names of its causes, the lowest slots first
    """

    path: str
    causes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_CAUSES)]

    def __post_init__(self) -> None:
        _check_names(self.causes, "cause", Where("causes"))


class Cover(Struct, frozen=True, forbid_unknown_fields=True):
    """A module of the device that tells internal events for coverage.

    Attributes:
        path: hierarchical path below the top module
        events: names of its events, that of bit 0 first
        states: those of them that are states, in which jobs are to be cut
    """

    path: str
    events: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_EVENTS)]
    states: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self.events, "event", Where("events"))
        _check_names(self.states, "state", Where("states"))
        for state in self.states:
            choice(state, self.events, "event", Where("states"))


class NetlistPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the device that is built as the cells that `make synth` makes of it.

    Attributes:
        module: name of the module, which is the top or occurs with one set of parameters
        instances: instances in it that become cells, all by default; the others stay sources
    """

    module: str
    instances: tuple[str, ...] = ()


_NAME = re.compile(r"\w[\w.-]*")

if TYPE_CHECKING:
    Files = tuple[Path, ...]
    Operations = tuple[Op, ...]
    FormatsOfDevice = tuple[Format, ...]
    InstanceField = Instance
else:
    # Descriptors have paths with tokens and globs, names, and what parameters do not say.
    Files = Operations = FormatsOfDevice = tuple[str, ...]
    InstanceField = Shape


class DescriptorFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of a descriptor, but for the table of a kind of devices.

    Attributes:
        schema: version of this schema: 1
        base: path of a descriptor that this one changes in some keys
        name: name in reports and run lines
        description: one line for people
        top: name of the top module
        sources: SystemVerilog files, globs, and lists of files (`.f`), in the order of compilation
        includes: include directories
        defines: macros, name to value; they replace those that lists define
        list_folder: folder at which relative paths in lists start, unless it is the descriptor's
        flags: further options of Verilator
        lint: `off` for sources whose warnings are their authors' matter
        waivers: Verilator configuration files (.vlt): lint waivers, module hints
        parameters: parameters of the top module: integers or strings
        instance: shape of the array (contract A3.1), as far as parameters do not say it
        n_cores: event targets, unless parameter N_CORES says it
        operations: operations the device has, by name
        formats: formats the device has, by name
        mixed_formats: X, W and Y/Z can have different formats, by the extension of MACFG (contract A5.16), or
            by `format_in` and `format_out` of its own registers, where X and W share one
        fault_tolerant: jobs can run in fault-tolerant mode, by the extension of MACFG (contract A9)
        cycle_bound: the cycle bound
        schedule: the device takes exactly the cycles of the array's schedule (docs/accelerator.md)
        traits: deviations by design of sizes, memory, ports, timing and numbers
        known_differences: deviations by design
        known_issues: defects that are expected to show
        binds: SystemVerilog files that bind checkers or probes into the device
        netlist: a part of the device that is built as the cells that `make synth` makes of it
        probe: counters that tell where the time of a job goes
        cover: signals that tell internal events for coverage
        backdoor: register name to hierarchical path below the top module
        view: signals below the top module that saved views of waves show besides the ports
        registers: registers that are not the contract's (see below)
    """

    schema: Annotated[int, Meta(ge=1, le=1)]
    base: str = ""
    name: str
    description: str = ""
    top: str
    sources: Annotated[Files, Meta(min_length=1)]
    includes: Files = ()
    defines: dict[str, str] = field(default_factory=dict)
    list_folder: str = ""
    flags: tuple[str, ...] = ()
    lint: Literal["on", "off"] = "on"
    waivers: Files = ()
    parameters: dict[str, int | str] = field(default_factory=dict)
    instance: InstanceField = cast("Instance", Shape())
    n_cores: Cores = MAX_CORES
    operations: Annotated[Operations, Meta(min_length=1)]
    formats: Annotated[FormatsOfDevice, Meta(min_length=1)]
    mixed_formats: bool = False
    fault_tolerant: bool = False
    cycle_bound: Bound = field(name="bound")
    schedule: bool = False
    traits: Traits = CONTRACT
    known_differences: tuple[KnownItem, ...] = ()
    known_issues: tuple[KnownItem, ...] = ()
    binds: Files = ()
    netlist: NetlistPart | None = None
    probe: Probe | None = None
    cover: Cover | None = None
    backdoor: dict[str, str] = field(default_factory=dict)
    view: tuple[str, ...] = ()
    registers: Registers = CONTRACT_REGISTERS

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            message = f"'{self.name}' is no name of a device, which folders have"
            raise Where("name").error(f"{message}; use letters, digits, _, - and .")
        for index, flag in enumerate(self.flags):
            check_flag(flag, Where("flags").item(index))
        for key, parse in (("operations", parse_op), ("formats", parse_format)):
            given = enumerate(getattr(self, key))
            members = (
                parse(each, Where(key).item(index)) if isinstance(each, str) else each
                for index, each in given
            )
            structs.force_setattr(self, key, tuple(members))
        for key in ("known_issues", "known_differences"):
            ids = [item.id for item in getattr(self, key)]
            for index, each in enumerate(ids):
                if each in ids[:index]:
                    raise Where(key).item(index).error(f"id '{each}' is used twice; give each entry its own")


class Descriptor(DescriptorFile, frozen=True, kw_only=True):
    """A device that can be put behind the contract's ports; its files exist.

    Attributes:
        path: File it was read from.
        kind: Name of its kind (`tb.kinds`).
        config: Values of the kind's table; None for a device alone.
        checks_cases: True if the simulator checks the items of `unique case`: where one is not ours.
    """

    path: Path
    kind: str = ALONE
    config: object = None
    checks_cases: bool = False

    @property
    def cover_events(self) -> tuple[str, ...]:
        """Names of the internal events that the device tells; none for a device without."""
        return () if self.cover is None else self.cover.events

    @property
    def cut_states(self) -> tuple[str, ...]:
        """Those of the internal events that are states, in which jobs are to be cut."""
        return () if self.cover is None else self.cover.states

    @property
    def counted_events(self) -> tuple[str, ...]:
        """Internal events as they are counted: each, and each state against each cause of a cut."""
        return (*self.cover_events, *(f"{cut}_in_{state}" for cut in CUT_CAUSES for state in self.cut_states))

    @property
    def job_formats(self) -> tuple[Formats, ...]:
        """All formats that jobs can have: one of all operands, then those of X, W and Y/Z that differ."""
        each = self.formats
        mixes = [mix for mix in product(each, each, each) if len(set(mix)) > 1] if self.mixed_formats else []
        if self.registers.has("format_in"):
            mixes = [mix for mix in mixes if mix[0] is mix[1]]
        return (*each, *mixes)

    def bound(self, job: Job, stalls: int = 0) -> int:
        """Returns the most cycles from trigger to event of `job` alone, with `stalls` waiting cycles."""
        return self.cycle_bound.cycles(self.shape(job), job, stalls)

    def shape(self, job: Job) -> Instance:
        """Returns the array as it is in the mode of `job`."""
        return self.instance.in_mode(paired=job.fault_tolerant)

    def supports(self, job: Job) -> str | None:
        """Returns why the device cannot run `job`, or None if it can."""
        if job.op not in self.operations:
            return f"{self.name} has no operation {job.op.name}"
        for fmt in job.formats:
            if fmt not in self.formats:
                return f"{self.name} has no format {fmt.name}"
        if job.mixed and not self.mixed_formats:
            return f"{self.name} has one format for all operands, the job wants {job.format_name}"
        if job.fault_tolerant and not self.fault_tolerant:
            return f"{self.name} has no fault-tolerant mode"
        if job.core >= self.n_cores:
            return f"{self.name} has {self.n_cores} cores, the job wants core {job.core}"
        why = self.traits.refuses(job)
        if why is not None:
            return f"{self.name}: {why}"
        lacking = self.registers.supports(job)
        return None if lacking is None else f"{self.name} has {lacking}"

    def cannot(self, scenario: Scenario) -> str | None:
        """Returns why the device cannot run `scenario`, or None if it can."""
        abort = scenario.abort
        if abort is not None:
            if not self.registers.has("clear") and any(cut.kind == "clear" for cut in abort.cuts):
                return f"{self.name} has no soft clear"
            if len(scenario.jobs) > 2 and (not self.registers.queue or self.registers.clear_between):
                return f"{self.name} has no queue for jobs that are cut together"
        return next((why for job in scenario.jobs if (why := self.supports(job)) is not None), None)

    @property
    def known(self) -> tuple[KnownItem, ...]:
        """Known issues, then known differences."""
        return (*self.known_issues, *self.known_differences)

    @property
    def divisors(self) -> tuple[int, ...]:
        """Numbers by whose remainders a defect may ask for sizes and addresses.

        Powers of two to 64, numbers of the array and of its port, and products of two of these up to 128.
        """
        shape = self.instance
        beat = shape.dw // 8  # bytes
        own = {shape.h, shape.l, shape.p + 1, shape.h * (shape.p + 1), beat, beat // 2} - {0, 1}
        products = {one * other for one in own for other in own if one * other <= _LARGEST_DIVISOR}
        return tuple(sorted({2, 4, 8, 16, 32, 64} | own | products))

    def without_known(self, ids: Collection[str]) -> "Descriptor":
        """Return the descriptor without some known issues and differences."""
        issues, differences = (
            tuple(item for item in items if item.id not in ids)
            for items in (self.known_issues, self.known_differences)
        )
        return structs.replace(self, known_issues=issues, known_differences=differences)


def _check_names(names: Sequence[str], what: str, where: Where) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise where.error(f"{what} '{twice}' appears twice; give each {what} its own name")
