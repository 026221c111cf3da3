# SPDX-License-Identifier: Apache-2.0
"""One random scenario within the knobs, with or without a corner that fixes part of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from math import prod

from msgspec import structs

from models.formats import Formats, per_operand
from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import ABORT_KINDS, BANKS, HELD, Abort, Scenario, StallSpec, Window
from tb.exchange.traits import CONTRACT, Operand, Traits
from tb.stimulus.corners import Corner
from tb.stimulus.draws import Weighted
from tb.stimulus.knobs import Knobs
from tb.stimulus.placement import Block, draw_window, place, room_of

_ORDERS = tuple(permutations(range(3)))
_TRIES = 20  # shapes that are drawn for a job until one fits
_CLOSE = (1, 4, 40)  # cycles within which a further cut follows
AROUND = (1, 0, -1)
"""Differences between the waits of held accesses and a power of two."""

_CHAINS = ("x", "w", "xw", "z", "overwrite")
_OVER_XW = 0.25  # share of places of Y that lie over X or W


@dataclass(slots=True)
class _Shape:
    """A job without addresses."""

    op: Op
    fmt: Formats
    m: int
    n: int
    k: int
    classes: tuple[str, str, str]
    traits: Traits
    fault_tolerant: bool = False
    bytes: dict[str, int] = field(init=False)  # memory of each operand; none for a job without outputs
    # Where X, W and Z lie, and Y if it is apart: number of a block and offset in it.
    spots: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        apart = self.traits.fp8_bytes
        x, w, z = (apart if fmt.itemsize == 1 else fmt.itemsize for fmt in per_operand(self.fmt))
        n = self.n if self.m and self.k else 0
        z_bytes = self.traits.extent((self.m, self.k), z)
        self.bytes = {"x": self.m * n * x, "w": n * self.k * w, "z": z_bytes, "y": self.m * self.k * z}

    def alignment(self, operand: str) -> int:
        """Power of two that the address of an operand is a multiple of on the device."""
        own: Operand = self.traits.z if operand == "y" else getattr(self.traits, operand)
        return own.alignment

    def job(self, x: int, w: int, z: int, y: int | None, core: int = 0, data_seed: int = 0) -> Job:
        """The job with its operands at some addresses."""
        sizes = self.m, self.n, self.k
        spread = self.traits.fp8_bytes
        mode = self.fault_tolerant
        return Job(self.op, *sizes, x, w, z, self.fmt, core, self.classes, data_seed, None, spread, y, mode)


def draw_scenario(
    rng: random.Random,
    knobs: Knobs,
    descriptor: Descriptor,
    index: int,
    corner: Corner | None = None,
    moved: list[str] | None = None,
) -> Scenario:
    """Draws the scenario `index` from `rng`; a `corner` fixes its first job and its memory.

    `moved` receives, for each job whose sizes the device cannot do, why not: the job has other sizes near by.
    """
    kind = knobs.abort.draw(rng) if knobs.abort.values != ("none",) else "none"
    if kind != "none":
        count = knobs.abort_jobs.draw(rng) if knobs.abort_jobs.values != (1,) else 1
        apart = replace(knobs, jobs=Weighted.evenly((count + 1,)), z_overlap=0.0)
        drawn = _draw(rng, apart, index, None, descriptor, moved, cut=True)
        return _cut(rng, drawn, kind, knobs.abort_again, descriptor)
    return _draw(rng, knobs, index, corner, descriptor, moved)


def _cut(
    rng: random.Random, scenario: Scenario, kind: str, again: Weighted[int], descriptor: Descriptor
) -> Scenario:
    """Cuts all jobs but the last anywhere from their triggers to a little after their last possible end."""

    def cut(kind: str, cycles: int, further: tuple[Abort, ...] = ()) -> Abort:
        value, after = rng.choice((0, 1, rng.getrandbits(32))), rng.randrange(cycles)
        return Abort(kind, after, value, rng.randrange(descriptor.n_cores), further)

    first = cut(kind, cut_cycles(scenario, descriptor))
    if again.values != (0,):
        kinds = [rng.choice(ABORT_KINDS) for _ in range(again.draw(rng))]
        first = structs.replace(first, again=tuple(cut(each, rng.choice(_CLOSE)) for each in kinds))
    return structs.replace(scenario, abort=first)


def cut_cycles(scenario: Scenario, descriptor: Descriptor) -> int:
    """Cycles after the last trigger in which the jobs that are cut may run, and a little more."""
    stall, bounds = scenario.stall, sum(descriptor.bound(job) for job in scenario.jobs[:-1])
    return int(bounds / (1.0 - stall.rate)) + stall.held + 8


def draw_jobs(rng: random.Random, each: Sequence[Knobs], window: Window) -> tuple[Job, ...]:
    """Draws jobs into a window that is given: one within each of the knobs, fewer where there is no room."""
    shapes: list[_Shape] = []
    blocks: list[Block] = []
    cores: list[Weighted[int]] = []
    for knobs in each:
        for _ in range(_TRIES):
            shape, reserved = _shape(rng, knobs, None, CONTRACT, None), blocks.copy()
            _reserve(rng, knobs, shapes, shape, reserved, None)
            if room_of(reserved) <= window.size:
                blocks = reserved
                shapes.append(shape)
                cores.append(knobs.core)
                break
    addresses = place(rng, window, blocks)
    return tuple(_job(rng, shape, core, addresses) for shape, core in zip(shapes, cores, strict=True))


def _draw(
    rng: random.Random,
    knobs: Knobs,
    index: int,
    corner: Corner | None,
    descriptor: Descriptor,
    moved: list[str] | None,
    *,
    cut: bool = False,
) -> Scenario:
    traits = descriptor.traits
    count = knobs.jobs.draw(rng) if corner is None else corner.jobs
    shapes = [_shape(rng, knobs, corner if i == 0 else None, traits, moved) for i in range(count)]
    blocks: list[Block] = []
    for position, shape in enumerate(shapes):
        if cut and position + 1 == count:
            # The memory that jobs leave that are cut is open, so the next one must not see it.
            knobs = replace(knobs, chain=0.0)
        _reserve(rng, knobs, shapes[:position], shape, blocks, corner if position == 0 else None)
        if descriptor.registers.own_y and shape.op.reads_y and rng.random() < knobs.y_apart:
            _reserve_y(rng, knobs, shapes[:position], shape, blocks)
    window = draw_window(rng, knobs.base.draw(rng) if corner is None else corner.base, blocks)
    addresses = place(rng, window, blocks)
    jobs = tuple(_job(rng, shape, knobs.core, addresses) for shape in shapes)
    stall = draw_stall(rng, knobs, knobs.stall.draw(rng) if corner is None else corner.stall)
    return Scenario(index, jobs, window, stall, rng.getrandbits(32))


def _job(rng: random.Random, shape: _Shape, core: Weighted[int], addresses: list[int]) -> Job:
    x, w, z = (_address(rng, shape, operand, addresses) for operand in "xwz")
    y = _address(rng, shape, "y", addresses) if "y" in shape.spots else None
    return shape.job(x, w, z, y, core.draw(rng), rng.getrandbits(48))


def draw_stall(rng: random.Random, knobs: Knobs, kind: str) -> StallSpec:
    """Draws the behaviour of the memory, with stalls of a given kind."""
    rate, burst = 0.0, 1
    if kind in HELD:
        burst = 2 ** knobs.hold.draw(rng) + rng.choice(AROUND)
    elif kind != "none":
        rate = (knobs.bank_rate if kind == BANKS else knobs.stall_rate).draw(rng)
    if kind in ("burst", "blackout"):
        burst = (knobs.stall_burst if kind == "burst" else knobs.blackout).draw_int(rng)
    return StallSpec(
        kind=kind,
        rate=rate,
        burst=burst,
        seed=rng.getrandbits(32),
        gnt_without_req=rng.random() < knobs.gnt_without_req,
        write_r_valid=knobs.write_r_valid.draw(rng),
    )


def _shape(
    rng: random.Random, knobs: Knobs, corner: Corner | None, traits: Traits, moved: list[str] | None
) -> _Shape:
    same = knobs.classes.draw(rng) if rng.random() < knobs.same_class else None
    if corner is not None and corner.classes is not None:
        same = corner.classes
    x, w, y = (
        own.draw(rng) if own is not None else same or knobs.classes.draw(rng)
        for own in (knobs.x_class, knobs.w_class, knobs.y_class)
    )
    # A device without the mode draws as if there was none.
    paired = knobs.fault_tolerant > 0 and rng.random() < knobs.fault_tolerant
    if corner is not None:
        return _Shape(corner.op, corner.fmt, corner.m, corner.n, corner.k, (x, w, y), traits, paired)
    sizes = _sizes(rng, knobs)
    op, fmt = knobs.op.draw(rng), knobs.draw_format(rng)
    near = _possible(sizes, fmt, knobs, traits)
    if moved is not None and near != sizes:
        m, n, k = sizes
        moved += filter(None, [traits.refuses(Job(op, m, n, k, 0, 0, 0, fmt, fp8_bytes=traits.fp8_bytes))])
    m, n, k = near
    return _Shape(op, fmt, m, n, k, (x, w, y), traits, paired)


def _possible(sizes: list[int], fmt: Formats, knobs: Knobs, traits: Traits) -> list[int]:
    """M, N and K of the device that are near to others and within the knobs; the others if there are none."""
    if traits is CONTRACT:
        return sizes
    limits = (traits.m, traits.n, traits.k), traits.multiples(per_operand(fmt)), (knobs.m, knobs.n, knobs.k)
    near = [
        own.near(size, multiple, knob.lo, knob.hi)
        for size, own, multiple, knob in zip(sizes, *limits, strict=True)
    ]
    return near if prod(max(size, 1) for size in near) <= knobs.max_macs else sizes


def _sizes(rng: random.Random, knobs: Knobs) -> list[int]:
    """M, N and K, drawn in random order, each within the rest of max_macs, so that no draw is rejected."""
    sizes = [0, 0, 0]
    dimensions = (knobs.m, knobs.n, knobs.k)
    least = [max(dimension.lo, 1) for dimension in dimensions]
    product = least[0] * least[1] * least[2]
    for i in _ORDERS[rng.randrange(6)]:
        product //= least[i]
        sizes[i] = dimensions[i].draw(rng, knobs.max_macs // product)
        product *= max(sizes[i], 1)
    return sizes


def _reserve(
    rng: random.Random,
    knobs: Knobs,
    earlier: list[_Shape],
    shape: _Shape,
    blocks: list[Block],
    corner: Corner | None,
) -> None:
    """Gives each operand that has bytes a spot: in a block of another operand, or in one of its own."""
    grain = min(knobs.alignment.values)
    if earlier and rng.random() < knobs.chain:
        _chain(rng, earlier, shape, blocks, grain)
    misalign = (0, 0, 0) if corner is None or corner.misalign is None else corner.misalign
    for operand, shift in zip("xwz", misalign, strict=True):
        size = shape.bytes[operand]
        if not size or operand in shape.spots:
            continue
        if operand == "w" and "x" in shape.spots and rng.random() < knobs.alias_xw:
            _share(rng, shape, "w", shape, "x", blocks, grain)
        elif operand == "z" and "x" in shape.spots and rng.random() < knobs.z_overlap:
            _share(rng, shape, "z", shape, rng.choice("xw"), blocks, grain)
        else:
            alignment = knobs.alignment.draw(rng) if corner is None or corner.misalign is None else 4
            alignment = max(alignment, shape.alignment(operand))
            shape.spots[operand] = len(blocks), shift
            blocks.append(Block(size + shift, alignment))


def _reserve_y(
    rng: random.Random, knobs: Knobs, earlier: list[_Shape], shape: _Shape, blocks: list[Block]
) -> None:
    """Gives Y a spot apart from that of Z: over another operand, where an earlier job writes, or its own."""
    grain = min(knobs.alignment.values)
    block = shape.spots.get("z", (None,))[0]
    others = [each for each in earlier if "z" in each.spots and each.spots["z"][0] != block]
    if rng.random() < knobs.z_overlap:
        _share(rng, shape, "y", shape, "z", blocks, grain)
    elif others and rng.random() < knobs.chain:
        _share(rng, shape, "y", rng.choice(others), "z", blocks, grain)
    elif rng.random() < _OVER_XW:
        _share(rng, shape, "y", shape, rng.choice("xw"), blocks, grain)
    if "y" not in shape.spots and shape.bytes["y"]:
        shape.spots["y"] = len(blocks), 0
        alignment = max(knobs.alignment.draw(rng), shape.alignment("y"))
        blocks.append(Block(shape.bytes["y"], alignment))


def _chain(rng: random.Random, earlier: list[_Shape], shape: _Shape, blocks: list[Block], grain: int) -> None:
    """Lets a job read what an earlier one writes, accumulate onto it, or overwrite what it reads."""
    source, kind = rng.choice(earlier), rng.choice(_CHAINS)
    if kind == "overwrite":
        _share(rng, shape, "z", source, rng.choice("xw"), blocks, grain)
    else:
        for operand in kind:
            _share(rng, shape, operand, source, "z", blocks, grain)


def _share(
    rng: random.Random,
    shape: _Shape,
    operand: str,
    other: _Shape,
    other_operand: str,
    blocks: list[Block],
    grain: int,
) -> None:
    """Lays an operand over another one: from its first byte on, or from some later one."""
    size = shape.bytes[operand]
    if not size or other_operand not in other.spots:
        return
    block, offset = other.spots[other_operand]
    alignment = shape.alignment(operand)
    if rng.getrandbits(1):
        offset += rng.randrange(other.bytes[other_operand]) // grain * grain
    offset -= offset % alignment
    shape.spots[operand] = block, offset
    alignment = max(blocks[block].alignment, alignment)
    blocks[block] = Block(max(blocks[block].size, offset + size), alignment)


def _address(rng: random.Random, shape: _Shape, operand: str, addresses: list[int]) -> int:
    """The address of an operand; any one at all if it has no bytes."""
    if operand not in shape.spots:
        address = rng.randrange(ADDRESS_SPACE)
        return address - address % shape.alignment(operand)
    block, offset = shape.spots[operand]
    return addresses[block] + offset
