# SPDX-License-Identifier: Apache-2.0
"""Scenarios made for one bin: knobs for the bin's jobs, data for its numbers."""

import random
from collections.abc import Iterable, Mapping
from itertools import product
from math import log2
from typing import Any

import numpy as np
from msgspec.structs import replace

from models.formats import Format, Formats
from models.ops import Op
from tb.coverage.abilities import reachable
from tb.coverage.block import StepBlock, block_of
from tb.coverage.coverpoint import size_bin
from tb.coverage.data import make
from tb.coverage.definition import Definition, Item
from tb.coverage.numerics import KINDS, count
from tb.coverage.samples import JobSample
from tb.coverage.sorter import Sorter
from tb.coverage.stages import IN_ORDER, STAGES, foreseen
from tb.exchange.device import Descriptor
from tb.exchange.scenario import BANKS, HELD, MAX_HOLD_BITS, Scenario
from tb.schema import Where
from tb.stimulus.image import initial_image
from tb.stimulus.job import GemmJob
from tb.stimulus.knobs import parse_knobs
from tb.stimulus.scenario_draw import draw_scenario

Target = tuple[Item, int]
Bin = tuple[str, int]
"""Name of an item, and the number of its bin."""

_TRIES = 400
_MOST_STEPS = 1 << 17
_MOST_FREE = 24  # a dimension of which the bin says nothing
_CHOICE = 8  # sizes that a bin's size is drawn from
_QUEUE = {"alone": 1, "first": 2, "queued": 2, "later": 3}
_WORKS = ("work_before", "work_behind", "tiles_before", "tiles_behind")
_STAGES = ("stage_at_trigger", "stage_at_request", "stage_at_entry")
_BEHIND = ("op_before", "format_before", "shared", *_WORKS, *_STAGES)
_ALIGNED = {"word": 64, "0": 4, "1": 1, "2": 2, "3": 1}


class UnreachedBin(Exception):
    """A bin for which no scenario was found: it should be excluded, or the search be helped."""


class Targets:
    """The bins for which scenarios can be made on a device, and these scenarios.

    Args:
        device: the one that runs the scenarios.

    Attributes:
        targets: in a fixed order.
    """

    def __init__(self, definition: Definition, device: Descriptor) -> None:
        self._device = device
        self._sorters = {kind: Sorter(definition, kind) for kind in ("job", *KINDS)}
        self.targets: list[Target] = [
            (item, int(index))
            for item in definition.items.values()
            if item.sample in self._sorters
            for index in np.flatnonzero(reachable(item, device) & ~definition.excluded(item))
        ]

    def scenario(self, target: Target, index: int, rng: random.Random) -> Scenario:
        """A scenario that hits a bin if it passes; `rng` is the source of all that the bin leaves open.

        Raises:
            UnreachedBin: None was found.
        """
        item, place = target
        values = item.values(place)
        wanted = item.name, place
        for _ in range(_TRIES):
            if item.sample == "job":
                candidate = self._drawn(values, index, rng)
                if wanted in self.reached(candidate, numbers=False):
                    return candidate
            elif (job := self._made(item.sample, values, rng)) is not None:
                return job.scenario(index)
        raise UnreachedBin(
            f"{item.bin_name(place)}: {_TRIES} scenarios did not hit it; exclude it in covergroups.toml with "
            "its reason, or help tb/coverage/targets.py"
        )

    def reached(self, scenario: Scenario, *, numbers: bool = True) -> set[Bin]:
        """The bins of jobs and their numbers that a scenario hits if it passes.

        Numbers are found by a look into its steps, which takes the longest.
        """
        found: set[Bin] = set()
        cut, at = scenario.abort is not None, self._device.instance
        places = foreseen(self._device, scenario)
        for position, job in enumerate(scenario.jobs):
            if not cut or position + 1 == len(scenario.jobs):
                sample = JobSample(job, scenario, position, at, places[position])
                found |= _bins(self._sorters["job"].reached(self._sorters["job"].code(sample)))
        first = scenario.jobs[0]
        if numbers and first.data is not None and first.macs and not cut:
            block = block_of(first, initial_image(scenario), scenario.window.base)
            for kind, names in {} if block is None else count(block):
                sorter = self._sorters[kind]
                if sorter.points:
                    found |= _bins(sorter.reached(sorter.named(*names)))
        return found

    # ---- jobs

    def _drawn(self, values: Mapping[str, str], index: int, rng: random.Random) -> Scenario:
        """A random scenario with the knobs that make the bin likely."""
        table = self._knobs(values, rng)
        knobs = parse_knobs(table, self._device, Where("coverage", "knobs"))
        scenario = draw_scenario(rng, knobs, self._device, index)
        if not any(name in values for name in _STAGES):
            return scenario
        jobs = (replace(job, data_seed=job.data_seed // IN_ORDER * IN_ORDER) for job in scenario.jobs)
        return replace(scenario, jobs=tuple(jobs))

    def _knobs(self, values: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
        instance = self._device.instance
        table: dict[str, Any] = {"max_macs": _MOST_STEPS, "jobs": 1, "chain": 0.0}
        # No operand class without elements.
        least = int(any(name.endswith("_class") for name in values))
        edges = {"m_size": instance.tile_rows, "n_size": instance.h, "k_size": instance.tile_cols}
        room = _MOST_STEPS
        for name in sorted(edges, key=lambda name: name not in values):
            edge = edges[name]
            wanted = values.get(name)
            most = 4 * edge + 3 if wanted else min(room, 2 * edge + 1, _MOST_FREE)
            sizes = [size for size in range(most + 1) if wanted in (None, size_bin(size, edge))]
            # Of those that a bin asks for the smaller ones: three dimensions have to fit.
            size = rng.choice([size for size in sizes if size >= least][:_CHOICE] if wanted else sizes)
            table[name[0]] = max(size, least) if wanted is None else size
            room //= max(size, 1)
        for name in ("op", "stall", "x_class", "w_class", "y_class"):
            if name in values:
                table[name] = values[name]
        if "bank_stalls" in values:
            table["stall"] = BANKS
        if "held" in values:
            table["stall"] = next(kind for kind, operand in HELD.items() if operand == values["held"])
            table["hold"] = _bits(values["wait"])
        if "core" in values:
            table["core"] = int(values["core"])
        table["fmt"] = self._format(values, rng)
        aligned = {_ALIGNED[values[name]] for name in values if name.endswith("_align")}
        if aligned:
            table["alignment"] = dict.fromkeys((str(each) for each in sorted(aligned)), 1)
        behind = any(name in values for name in _BEHIND)
        queue = values.get("queue", "queued" if "dependency" in values or behind else "alone")
        if queue in _QUEUE:
            table["jobs"] = _QUEUE[queue]
        else:
            table["abort"] = rng.choice(("clear", "reset"))
        if values.get("dependency", "none") != "none" or values.get("shared", "apart") != "apart":
            table["chain"] = 1.0
        if behind:
            self._neighbours(values, table, rng)
        if any(name in values for name in _STAGES):
            table |= {"stall": "none", "jobs": rng.choice((2, 3))}
        if any(values.get(name) in STAGES[2:4] for name in _STAGES):
            # Short jobs, one behind another: the next one comes late in them.
            table |= {"n": rng.randint(1, instance.h), "jobs": 3}
        if "y_place" in values:
            table["op"] = [op.name for op in self._device.operations if op.reads_y]
            table |= {"y_apart": 1.0, "z_overlap": float(values["y_place"] == "over_z")}
            if values["y_place"] == "earlier_z":
                table |= {"chain": 1.0, "jobs": 2}
        modes = {values[name] for name in ("mode", "mode_before") if name in values} - {"none"}
        if modes:
            table["fault_tolerant"] = float(modes == {"tolerant"}) or 0.5
            if "performance" in modes or "mode_before" in values:
                table["jobs"] = rng.choice((2, 3))
        if "free_grants" in values:
            table["gnt_without_req"] = float(values["free_grants"] == "yes")
        if "write_answers" in values:
            table["write_r_valid"] = values["write_answers"]
        return table

    def _neighbours(self, values: Mapping[str, str], table: dict[str, Any], rng: random.Random) -> None:
        """Makes two jobs likely that differ as a bin says; what one of them draws the other may draw too."""
        if "op_before" in values:
            table["op"] = {values[name]: 1 for name in ("op_before", "op") if name in values}
            if "op" not in values:
                table["op"] = {op.name: 1 for op in self._device.operations}
        elif values.get("shared") == "y":
            table["op"] = [op.name for op in self._device.operations if op.reads_y]
        if "format_before" in values:
            drawn = (
                {"format": values[name]} if name in values else {} for name in ("format_before", "format")
            )
            table["fmt"] = {self._format(each, rng): 1 for each in drawn}
        works = {values[name] for name in _WORKS if name in values}
        if works:
            rows, columns = self._device.instance.tile_rows, self._device.instance.tile_cols
            heights = {"empty": 0, "tiles": rng.randint(rows + 1, 2 * rows)}
            low = rng.randint(1, rows)
            table["m"] = {"values": sorted({heights.get(each, low) for each in works})}
            table["n"] = {
                "values": sorted({0 if each == "no_steps" else rng.randint(1, 8) for each in works})
            }
            table["k"] = rng.randint(1, columns)
            if works == {"empty", "no_steps"}:
                table["n"] = 0

    def _format(self, values: Mapping[str, str], rng: random.Random) -> str:
        """The name of a format, or of those of X, W and Y/Z, that fits a bin."""
        wanted = [values.get(f"{operand}_format") for operand in "xwz"]
        uniform = values.get("format")
        names = [fmt.name for fmt in self._device.formats]
        mixes = (
            product(names, repeat=3) if self._device.mixed_formats else ((name, name, name) for name in names)
        )
        fitting = [
            mix
            for mix in mixes
            if all(want in (None, have) for want, have in zip(wanted, mix, strict=True))
            and (uniform is None or (uniform == "mixed") == (len(set(mix)) > 1))
            and (uniform in (None, "mixed") or mix[0] == uniform)
        ]
        mix = rng.choice(fitting)
        return mix[0] if len(set(mix)) == 1 else "/".join(mix)

    # ---- numbers

    def _made(self, kind: str, values: Mapping[str, str], rng: random.Random) -> GemmJob | None:
        """A job with explicit data, in which numbers of every kind meet; None if the bin's do not."""
        found = {name.rsplit("_", 1)[1]: value for name, value in values.items()}
        reading = [op for op in self._device.operations if op.reads_y]
        op = Op[found["op"]] if "op" in found else rng.choice(reading)
        wanted = {"z_format": found["format"]} if kind == "narrow" else {"format": found["format"]}
        fmt = _parsed(self._format(wanted, rng))
        x, w, y = make(op, fmt, rng)
        core = rng.randrange(self._device.n_cores)
        job = GemmJob(x, w, y if op.reads_y else None, op, fmt, core=core)
        points = self._sorters[kind].points
        for other, names in count(StepBlock(op, fmt, x, w, job.bits()[2])):
            if other == kind and values.items() <= {
                (point.name, name) for point, name in zip(points, names, strict=True)
            }:
                return job
        return None


def _bits(wait: str) -> int:
    """The power of two around which a number of cycles lies."""
    return MAX_HOLD_BITS if wait == "more" else round(log2(int(wait)))


def _bins(found: Iterable[tuple[Item, int]]) -> set[Bin]:
    return {(item.name, index) for item, index in found}


def _parsed(name: str) -> Formats:
    parts = [Format[part] for part in name.split("/")]
    return parts[0] if len(parts) == 1 else (parts[0], parts[1], parts[2])
