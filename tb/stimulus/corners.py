# SPDX-License-Identifier: Apache-2.0
"""Corner scenarios: sizes around those of the device, crossed pairwise with everything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.formats import Formats, per_operand
from models.ops import Op
from models.timing import Instance
from tb.exchange.names import plain_formats
from tb.exchange.traits import CONTRACT, Operand, Size, Traits
from tb.stimulus.draws import Sizes
from tb.stimulus.knob_values import MIXED
from tb.stimulus.knobs import Knobs
from tb.stimulus.pairwise import Row, cover
from tb.stimulus.rng import stream


@dataclass(frozen=True, slots=True)
class Corner:
    """Properties of a scenario's first job and memory that a corner fixes; all else is drawn."""

    op: Op
    fmt: Formats  # format, or those of X, W and Y/Z
    m: int  # rows of X
    n: int  # columns of X
    k: int  # columns of W
    classes: str | None  # operand class of all three operands, or None for a free draw
    # Addresses of X, W and Z modulo 4, or None where the knobs leave no choice.
    misalign: tuple[int, int, int] | None
    stall: str
    base: str  # kind of base address
    jobs: int


@lru_cache(maxsize=64)
def corners(knobs: Knobs, instance: Instance, traits: Traits = CONTRACT) -> tuple[Corner, ...]:
    """Returns the corner scenarios of a set of knobs, at most `knobs.corners`, in a fixed order.

    Sizes are those around 0, the array's H and L, the tile H(P+1), and the elements in a word of the port, as
    far as the knobs can draw them. Rows cover all values first, then pairs of values; they do not depend on a
    seed. Sizes and addresses are those that a device with the traits can do.
    """
    free = knobs.x_class is None and knobs.w_class is None and knobs.y_class is None
    unaligned = 1 in knobs.alignment.values
    allowed = set(knobs.formats())
    words = _words(instance, allowed)
    factors: dict[str, Sequence[object]] = {
        "op": knobs.op.values,
        **_format_factors(knobs),
        "m": _sizes(knobs.m, traits.m, (instance.l, instance.tile_rows), knobs.max_macs),
        "n": _sizes(knobs.n, traits.n, (instance.h, *words), knobs.max_macs),
        "k": _sizes(knobs.k, traits.k, (instance.tile_cols, *words), knobs.max_macs),
        "classes": knobs.classes.values if free else (None,),
        "x_misalign": _shifts(traits.x) if unaligned else (None,),
        "w_misalign": _shifts(traits.w) if unaligned else (None,),
        "z_misalign": _shifts(traits.z) if unaligned else (None,),
        "stall": knobs.stall.values,
        "base": knobs.base.values,
        "jobs": knobs.jobs.values,
    }

    def fits(row: Row) -> bool:
        if _format(row) not in allowed or any(
            row[name] % multiple
            for name, multiple in zip("mnk", traits.multiples(per_operand(_format(row))), strict=True)
        ):
            return False
        return bool(max(row["m"], 1) * max(row["n"], 1) * max(row["k"], 1) <= knobs.max_macs)

    if not all(factors.values()):
        return ()
    rows = cover(factors, knobs.corners, fits, stream(0, "corners"))
    return tuple(_corner(row) for row in rows)


def _corner(row: Row) -> Corner:
    misalign = tuple(row[f"{operand}_misalign"] for operand in "xwz")
    return Corner(
        fmt=_format(row),
        misalign=None if None in misalign else misalign,
        **{name: row[name] for name in ("op", "m", "n", "k", "classes", "stall", "base", "jobs")},
    )


def _format_factors(knobs: Knobs) -> dict[str, Sequence[object]]:
    """One factor, or one for each operand where they can be mixed, so that all pairs of formats occur."""
    if MIXED not in knobs.fmt.values:
        return {"fmt": knobs.fmt.values}
    each = sorted({fmt for formats in knobs.formats() for fmt in per_operand(formats)})
    return {"x_fmt": each, "w_fmt": each, "z_fmt": each}


def _format(row: Row) -> Formats:
    if "fmt" in row:
        one: Formats = row["fmt"]
        return one
    return plain_formats((row["x_fmt"], row["w_fmt"], row["z_fmt"]))


def _words(instance: Instance, formats: Iterable[Formats]) -> list[int]:
    """Elements in the port's payload, for each size of elements."""
    sizes = {fmt.itemsize for each in formats for fmt in per_operand(each)}
    return sorted(instance.dw // (8 * size) for size in sizes)


def _shifts(operand: Operand) -> range:
    """Addresses modulo 4 that an operand can have."""
    return range(0, 4, min(operand.alignment, 4))


def _sizes(knob: Sizes, own: Size, units: Sequence[int], max_macs: int) -> list[int]:
    """Sizes around the units of a dimension, and the ends of the knob, as far as it can draw them."""
    wanted = {0, 1, 2, 3, knob.lo, knob.hi, *knob.values[:4], own.least, own.multiple}
    for unit in units:
        wanted |= {unit - 1, unit, unit + 1, 2 * unit - 1, 2 * unit, 2 * unit + 1}
    return sorted(
        size for size in wanted if knob.holds(size) and size <= max_macs and own.refuses(size) is None
    )
