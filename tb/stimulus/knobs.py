# SPDX-License-Identifier: Apache-2.0
"""The knobs of a test, which restrict its random draw. `docs/knobs.md` holds the same table."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from models.formats import Formats, per_operand
from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import ABORT_KINDS, MAX_BURST, MAX_RATE, STALL_KINDS, WRITE_R_VALID
from tb.schema import Where
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

ALIGNMENTS = (1, 2, 4, 8, 16, 32, 64)
MAX_JOBS = 8
MAX_CORNERS = 256
MAX_MACS = 2**32

Macs = Annotated[int, Meta(ge=1, le=MAX_MACS)]
Corners = Annotated[int, Meta(ge=0, le=MAX_CORNERS)]
_SIZES = {"dist": "log_uniform", "lo": 0, "hi": 64}

FIELDS: dict[str, Knob] = {
    "op": Knob("operations; default: all the device has", words(tuple(Op.__members__))),
    "fmt": Knob(
        "formats: one of all operands, those of X, W and Y/Z as in `E4M3/FP16/FP16`, or mixed, any that are "
        "not all equal; default: all the device has",
        formats,
    ),
    "m": Knob("rows of X, Y and Z", sizes, _SIZES),
    "n": Knob("columns of X, rows of W", sizes, _SIZES),
    "k": Knob("columns of W, Y and Z", sizes, _SIZES),
    "max_macs": Knob("largest M * N * K, counting 0 as 1; larger sizes are not drawn", plain(Macs), 32768),
    "classes": Knob(
        "operand classes of X, W and Y",
        words(OPERAND_CLASSES),
        {"normal": 4, **dict.fromkeys(OPERAND_CLASSES[1:], 1)},
    ),
    "x_class": Knob("operand classes of X, in place of `classes`", words(OPERAND_CLASSES)),
    "w_class": Knob("operand classes of W, in place of `classes`", words(OPERAND_CLASSES)),
    "y_class": Knob("operand classes of Y, in place of `classes`", words(OPERAND_CLASSES)),
    "same_class": Knob(
        "chance that one draw of `classes` serves all three operands: ties and cancellation need each other",
        chance,
        0.5,
    ),
    "alignment": Knob(
        "powers of two 1..64 that operand addresses are multiples of",
        numbers(ALIGNMENTS),
        {"1": 3, "2": 1, "4": 1, "32": 1},
    ),
    "base": Knob(
        "base address of the window: low (0x1000_0000 and above), zero, middle (across 0x8000_0000), "
        "top (to the end of the address space), random",
        words(BASES),
        {"low": 3, "zero": 1, "middle": 1, "top": 2, "random": 3},
    ),
    "jobs": Knob(
        "jobs of a scenario, queued one behind the other",
        numbers(tuple(range(1, MAX_JOBS + 1))),
        {"1": 2, "2": 1},
    ),
    "core": Knob("cores that program jobs; default: all the device has", numbers(tuple(range(8)))),
    "chain": Knob(
        "chance that a queued job shares memory with Z of an earlier one, or overwrites its X or W",
        chance,
        0.3,
    ),
    "alias_xw": Knob("chance that X and W of a job overlap", chance, 0.05),
    "z_overlap": Knob(
        "chance that Z of a job overlaps its X or W, so that Z is undefined (contract A6.9)", chance, 0.0
    ),
    "abort": Knob(
        "how the first of two jobs is cut short: none, clear (soft clear), reset; unless none, the second "
        "shares no memory with it and is programmed right behind",
        words(("none", *ABORT_KINDS)),
        {"none": 1},
    ),
    "abort_at": Knob(
        "random: cut at any cycle; sweep: one job after the other is cut at each of its cycles in turn",
        plain(Literal["random", "sweep"]),
        "random",
    ),
    "stall": Knob("kinds of stalls", words(STALL_KINDS), {"none": 3, "random": 2, "burst": 2, "blackout": 1}),
    "stall_rate": Knob("share of cycles without a grant", interval(0.0, MAX_RATE), [0.05, 0.7]),
    "stall_burst": Knob(
        "cycles of a spell without grants, kind burst", interval(1, MAX_BURST, whole=True), [2, 24]
    ),
    "blackout": Knob(
        "cycles of a spell without grants, kind blackout", interval(1, MAX_BURST, whole=True), [40, 300]
    ),
    "gnt_without_req": Knob("chance that gnt is high also while req is low", chance, 0.5),
    "write_r_valid": Knob(
        "whether r_valid follows writes", words(WRITE_R_VALID), {"never": 1, "always": 1, "random": 1}
    ),
    "corners": Knob("most corner scenarios, which come first; 0 for none", plain(Corners), 32),
}


@dataclass(frozen=True, slots=True)
class Knobs:
    """Parsed knobs; see `docs/knobs.md` for each. `mixes` are the formats that MIXED stands for."""

    op: Weighted[Op]
    fmt: Weighted[Formats | str]
    m: Sizes
    n: Sizes
    k: Sizes
    max_macs: int
    classes: Weighted[str]
    x_class: Weighted[str] | None
    w_class: Weighted[str] | None
    y_class: Weighted[str] | None
    same_class: float
    alignment: Weighted[int]
    base: Weighted[str]
    jobs: Weighted[int]
    core: Weighted[int]
    chain: float
    alias_xw: float
    z_overlap: float
    abort: Weighted[str]
    abort_at: str
    stall: Weighted[str]
    stall_rate: Interval
    stall_burst: Interval
    blackout: Interval
    gnt_without_req: float
    write_r_valid: Weighted[str]
    corners: int
    mixes: tuple[Formats, ...]

    def formats(self) -> tuple[Formats, ...]:
        """All formats that can be drawn."""
        plain = [fmt for fmt in self.fmt.values if not isinstance(fmt, str)]
        return (*plain, *(self.mixes if MIXED in self.fmt.values else ()))

    def draw_format(self, rng: random.Random) -> Formats:
        """The format of a job, or those of its operands."""
        fmt = self.fmt.draw(rng)
        return rng.choice(self.mixes) if isinstance(fmt, str) else fmt


def parse_knobs(table: Mapping[str, Any], descriptor: Descriptor, where: Where) -> Knobs:
    """Checks a test's knobs against the schema and the device.

    Args:
        table: the table `knobs` of a test entry.
        descriptor: the device; operations, formats and cores it lacks cannot be asked for.
        where: the table's place, for messages.

    Raises:
        SchemaError: an unknown key (with the nearest match), a wrong value, or one the device lacks.
    """
    values = parsed(table, FIELDS, where)
    device = where.key("op"), descriptor.name
    values["op"] = _offered(values["op"], Op, descriptor.operations, *device)
    for name in "mnk":
        values[name] = values[name].on(descriptor.instance, where.key(name))
    mixes = tuple(fmt for fmt in descriptor.job_formats if isinstance(fmt, tuple))
    values["fmt"] = _offered_formats(values["fmt"], mixes, descriptor, where.key("fmt"))
    cores = tuple(range(descriptor.n_cores))
    values["core"] = values["core"] or Weighted.evenly(cores)
    for core in values["core"].values:
        if core not in cores:
            raise where.key("core").error(f"{descriptor.name} has cores 0..{cores[-1]} only, not {core}")
    knobs = Knobs(**values, mixes=mixes)
    if knobs.abort_at == "sweep" and "none" in knobs.abort.values:
        raise where.key("abort_at").error("a sweep needs abort = clear or reset, always; set knob abort")
    least = max(knobs.m.lo, 1) * max(knobs.n.lo, 1) * max(knobs.k.lo, 1)
    if least > knobs.max_macs:
        raise where.error(
            f"the smallest m, n and k make {least} steps, more than max_macs = {knobs.max_macs}; "
            "raise max_macs or lower a size"
        )
    return knobs


def _offered_formats(
    chosen: Weighted[Formats | str] | None, mixes: tuple[Formats, ...], descriptor: Descriptor, where: Where
) -> Weighted[Formats | str]:
    """Formats, all of which the device must have; None stands for all it has, a third of them mixed."""
    offered = descriptor.formats
    if chosen is None:
        plain: Weighted[Formats | str] = Weighted.evenly(offered)
        if not mixes:
            return plain
        return Weighted((*plain.values, MIXED), (*plain.weights, len(offered) / 2))
    for fmt in chosen.values:
        if not mixes and (fmt == MIXED or isinstance(fmt, tuple)):
            raise where.error(f"{descriptor.name} has one format for all operands; name one")
        for member in () if isinstance(fmt, str) else per_operand(fmt):
            if member not in offered:
                names = ", ".join(each.name for each in offered)
                raise where.error(f"{descriptor.name} does not have {member.name}; it has {names}")
    return chosen


def _offered(
    chosen: Weighted[str] | None, kind: type[Any], offered: tuple[Any, ...], where: Where, device: str
) -> Weighted[Any]:
    """Turns names into members of an enum, all of which the device must have; None stands for all it has."""
    if chosen is None:
        return Weighted.evenly(offered)
    members = tuple(kind[name] for name in chosen.values)
    for member in members:
        if member not in offered:
            names = ", ".join(each.name for each in offered)
            raise where.error(f"{device} does not have {member.name}; it has {names}")
    return Weighted(members, chosen.weights)
