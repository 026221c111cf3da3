# SPDX-License-Identifier: Apache-2.0
"""The knobs of a test, which restrict its random draw. `docs/knobs.md` holds the same table."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

from msgspec import Meta

from models.formats import Format, Formats
from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.names import OPERAND_CLASSES, format_name
from tb.exchange.scenario import (
    ABORT_KINDS,
    MAX_BURST,
    MAX_HOLD_BITS,
    MAX_RATE,
    STALL_KINDS,
    WRITE_R_VALID,
)
from tb.schema import SchemaError, Where
from tb.stimulus.draws import Interval, Sizes, Weighted
from tb.stimulus.knob_values import (
    MIXED,
    Knob,
    chance,
    formats,
    interval,
    numbers,
    parsed,
    plain,
    sizes,
    words,
)
from tb.stimulus.placement import BASES

T = TypeVar("T")

ALIGNMENTS = (1, 2, 4, 8, 16, 32, 64)
MAX_JOBS = 8
MAX_AGAIN = 3
MAX_CORNERS = 256
MAX_MACS = 2**32

Macs = Annotated[int, Meta(ge=1, le=MAX_MACS)]
Corners = Annotated[int, Meta(ge=0, le=MAX_CORNERS)]
_CLASSES = words(OPERAND_CLASSES)
_BURST = interval(1, MAX_BURST, whole=True)

DEFAULTS: dict[str, Any] = {
    **{key: {"dist": "log_uniform", "lo": 0, "hi": 64} for key in "mnk"},
    "max_macs": 32768,
    "classes": {"normal": 4, **dict.fromkeys(OPERAND_CLASSES[1:], 1)},
    "same_class": 0.5,
    "alignment": {"1": 3, "2": 1, "4": 1, "32": 1},
    "base": {"low": 3, "zero": 1, "middle": 1, "top": 2, "random": 3},
    "jobs": {"1": 2, "2": 1},
    "chain": 0.3,
    "alias_xw": 0.05,
    "z_overlap": 0.0,
    "y_apart": 0.5,
    "abort": {"none": 1},
    "abort_at": "random",
    "abort_jobs": {"1": 1},
    "abort_again": {"0": 1},
    "stall": {"none": 3, "random": 2, "burst": 2, "blackout": 1},
    "stall_rate": [0.05, 0.7],
    "stall_burst": [2, 24],
    "blackout": [40, 300],
    "bank_rate": [0.02, 0.25],
    "hold": [1, 2, 3, 4, 5, 6, 7, 8],
    "gnt_without_req": 0.5,
    "write_r_valid": {"never": 1, "always": 1, "random": 1},
    "fault_tolerant": 0.4,
    "corners": 32,
}
"""Values of missing knobs, as a test list would have them; a device decides the others."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """Parsed knobs (`docs/knobs.md`), each with the parser of what a test list has.

    Attributes:
        op: operations; default: all the device has
        fmt: formats: one of all operands, those of X, W and Y/Z as in `E4M3/FP16/FP16`, or mixed, any that
            are not all equal; default: all the device has
        m: rows of X, Y and Z
        n: columns of X, rows of W
        k: columns of W, Y and Z
        max_macs: largest M * N * K, counting 0 as 1; larger sizes are not drawn
        classes: operand classes of X, W and Y
        x_class: operand classes of X, in place of `classes`
        w_class: operand classes of W, in place of `classes`
        y_class: operand classes of Y, in place of `classes`
        same_class: chance that one draw of `classes` serves all three operands: ties and cancellation need
            each other
        alignment: powers of two 1..64 that operand addresses are multiples of
        base: base address of the window: low (0x1000_0000 and above), zero, middle (across 0x8000_0000), top
            (to the end of the address space), random
        jobs: jobs of a scenario, queued one behind the other
        core: cores that program jobs; default: all the device has
        chain: chance that a queued job shares memory with Z of an earlier one, or overwrites its X or W
        alias_xw: chance that X and W of a job overlap
        z_overlap: chance that Z of a job overlaps its X or W, so that Z is undefined (contract A6.9)
        y_apart: chance that Y is not at the place of Z, on a device with a pointer of its own for it
        abort: how jobs are cut short: none, clear (soft clear), reset; unless none, one more job, which
            shares no memory with them, is programmed right behind
        abort_at: random: cut at any cycle; sweep: one job after the other is cut at each of its cycles in
            turn
        abort_jobs: jobs that are triggered before a cut: 1, or 2, the second of which is queued behind the
            first or runs
        abort_again: further cuts, clears and resets, that follow the first one closely
        stall: kinds of stalls
        stall_rate: share of cycles without a grant
        stall_burst: cycles of a spell without grants, kind burst
        blackout: cycles of a spell without grants, kind blackout
        bank_rate: share of cycles in which a bank is busy, kind banks
        hold: numbers k, 1..17: a held access waits for 2^k - 1, 2^k or 2^k + 1 cycles, kinds hold_x to hold_z
        gnt_without_req: chance that gnt is high also while req is low
        write_r_valid: whether r_valid follows writes
        fault_tolerant: chance that a job runs in fault-tolerant mode, on a device that has it
        corners: most corner scenarios, which come first; 0 for none
        mixes: formats that MIXED stands for
        lacking: knobs that name values which the device does not have, and in words which
    """

    op: Annotated[Weighted[Op], words(tuple(Op.__members__))]
    fmt: Annotated[Weighted[Formats | str], formats]
    m: Annotated[Sizes, sizes]
    n: Annotated[Sizes, sizes]
    k: Annotated[Sizes, sizes]
    max_macs: Annotated[int, plain(Macs)]
    classes: Annotated[Weighted[str], _CLASSES]
    x_class: Annotated[Weighted[str] | None, _CLASSES]
    w_class: Annotated[Weighted[str] | None, _CLASSES]
    y_class: Annotated[Weighted[str] | None, _CLASSES]
    same_class: Annotated[float, chance]
    alignment: Annotated[Weighted[int], numbers(ALIGNMENTS)]
    base: Annotated[Weighted[str], words(BASES)]
    jobs: Annotated[Weighted[int], numbers(tuple(range(1, MAX_JOBS + 1)))]
    core: Annotated[Weighted[int], numbers(tuple(range(8)))]
    chain: Annotated[float, chance]
    alias_xw: Annotated[float, chance]
    z_overlap: Annotated[float, chance]
    y_apart: Annotated[float, chance]
    abort: Annotated[Weighted[str], words(("none", *ABORT_KINDS))]
    abort_at: Annotated[str, plain(Literal["random", "sweep"])]
    abort_jobs: Annotated[Weighted[int], numbers((1, 2))]
    abort_again: Annotated[Weighted[int], numbers(tuple(range(MAX_AGAIN + 1)))]
    stall: Annotated[Weighted[str], words(STALL_KINDS)]
    stall_rate: Annotated[Interval, interval(0.0, MAX_RATE)]
    stall_burst: Annotated[Interval, _BURST]
    blackout: Annotated[Interval, _BURST]
    bank_rate: Annotated[Interval, interval(0.0, MAX_RATE)]
    hold: Annotated[Weighted[int], numbers(tuple(range(1, MAX_HOLD_BITS + 1)))]
    gnt_without_req: Annotated[float, chance]
    write_r_valid: Annotated[Weighted[str], words(WRITE_R_VALID)]
    fault_tolerant: Annotated[float, chance]
    corners: Annotated[int, plain(Corners)]
    mixes: tuple[Formats, ...]
    lacking: tuple[tuple[str, str], ...]

    def formats(self) -> tuple[Formats, ...]:
        """All formats that can be drawn."""
        plain = [fmt for fmt in self.fmt.values if not isinstance(fmt, str)]
        return (*plain, *(self.mixes if MIXED in self.fmt.values else ()))

    def draw_format(self, rng: random.Random) -> Formats:
        """The format of a job, or those of its operands."""
        fmt = self.fmt.draw(rng)
        return rng.choice(self.mixes) if isinstance(fmt, str) else fmt


FIELDS = {
    name: Knob(hint.__metadata__[0], DEFAULTS.get(name))
    for name, hint in get_type_hints(Knobs, include_extras=True).items()
    if name not in ("mixes", "lacking")
}
"""All knobs by name."""


class DeviceLacks(SchemaError):
    """A knob none of whose values the device has: the test is not applicable to it."""


def parse_knobs(table: Mapping[str, Any], descriptor: Descriptor, where: Where) -> Knobs:
    """Checks a test's knobs against the schema, and keeps what the device has.

    Args:
        table: the table `knobs` of a test entry.
        descriptor: the device.
        where: the table's place, for messages.

    Raises:
        DeviceLacks: the device has none of the values of a knob.
        SchemaError: an unknown key (with the nearest match), or a wrong value.
    """
    values = parsed(table, FIELDS, where)
    if not descriptor.fault_tolerant:
        if table.get("fault_tolerant"):
            raise DeviceLacks(f"{descriptor.name} has no fault-tolerant mode", where.key("fault_tolerant"))
        values["fault_tolerant"] = 0.0
    for name in "mnk":
        values[name] = values[name].on(descriptor.instance, where.key(name))
    if values["op"] is not None:
        values["op"] = Weighted(tuple(Op[name] for name in values["op"].values), values["op"].weights)
    mixes = tuple(fmt for fmt in descriptor.job_formats if isinstance(fmt, tuple))
    values["fmt"] = values["fmt"] or _any_format(descriptor.formats, mixes)
    has: dict[str, Sequence[Any]] = {
        "op": descriptor.operations,
        "fmt": (*descriptor.job_formats, *([MIXED] if mixes else [])),
        "core": range(descriptor.n_cores),
    }
    lacking = []
    for name, offered in has.items():
        values[name], without = _offered(values[name], offered, where.key(name), descriptor.name)
        lacking += [(name, without)] if without else []
    values["write_r_valid"] = values["write_r_valid"].within(descriptor.traits.write_answers)
    knobs = Knobs(**values, mixes=mixes, lacking=tuple(lacking))
    if knobs.abort_at == "sweep" and "none" in knobs.abort.values:
        raise where.key("abort_at").error("a sweep needs abort = clear or reset, always; set knob abort")
    least = max(knobs.m.lo, 1) * max(knobs.n.lo, 1) * max(knobs.k.lo, 1)
    if least > knobs.max_macs:
        raise where.error(
            f"the smallest m, n and k make {least} steps, more than max_macs = {knobs.max_macs}; "
            "raise max_macs or lower a size"
        )
    return knobs


def _any_format(offered: Sequence[Formats], mixes: Sequence[Formats]) -> Weighted[Formats | str]:
    """All formats of a device, a third of them mixed where it has mixes."""
    plain: Weighted[Formats | str] = Weighted.evenly(offered)
    return Weighted((*plain.values, MIXED), (*plain.weights, len(offered) / 2)) if mixes else plain


def _offered(
    chosen: Weighted[T] | None, offered: Sequence[T], where: Where, device: str
) -> tuple[Weighted[T], str]:
    """The chosen values that the device has, and which it does not have; None stands for all it has."""
    if chosen is None:
        return Weighted.evenly(offered), ""
    without = [value for value in chosen.values if value not in offered]
    if not without:
        return chosen, ""
    has = [value for value in offered if not isinstance(value, tuple)]
    reason = f"{device} does not have {_named(without)}; it has {_named(has)}"
    if len(without) == len(chosen.values):
        raise DeviceLacks(reason, where)
    return chosen.within(offered), reason


def _named(values: Sequence[Any]) -> str:
    """Operations, formats and cores in words."""
    return ", ".join(map(_name, values))


def _name(value: Op | Formats | int | str) -> str:
    if isinstance(value, Op):
        return value.name
    if value == MIXED:
        return "mixed formats"
    return format_name(value) if isinstance(value, Format | tuple) else f"core {value}"
