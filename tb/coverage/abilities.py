# SPDX-License-Identifier: Apache-2.0
"""Bins that a device can reach, by the abilities in its descriptor."""

from collections.abc import Iterable

import numpy as np

from tb.coverage.coverpoint import MIXED, Coverpoint, size_bin
from tb.coverage.definition import Definition, Item, Mask
from tb.exchange.device import Descriptor
from tb.exchange.registers import CONTRACT_REGISTERS
from tb.exchange.traits import CONTRACT
from tb.registers.own import covered_names


def reachable(item: Item, device: Descriptor) -> Mask:
    """The bins of an item that a device can reach."""
    mask = item.mask([_reachable(point, device) for point in item.points])
    operands = [place for place, point in enumerate(item.points) if point.needs == "operand_format"]
    if len(operands) > 1 and not device.mixed_formats:
        places = np.indices(item.shape).reshape(len(item.shape), -1)
        mask &= (places[operands] == places[operands[0]]).all(axis=0)
    return mask


def defined(definition: Definition, devices: Iterable[Descriptor]) -> dict[str, Mask]:
    """The bins of each item that some device can reach; others are no bins of a run on these devices."""
    devices = tuple(devices)
    masks: dict[str, Mask] = {}
    for item in definition.items.values():
        mask = np.zeros(item.size, dtype=np.bool_)
        for device in devices:
            mask |= reachable(item, device)
        masks[item.name] = mask
    return masks


def _reachable(point: Coverpoint, device: Descriptor) -> Mask:
    names = _names(point, device)
    return np.array([names is None or name in names for name in point.bins], dtype=np.bool_)


def _of_accesses(point: Coverpoint, device: Descriptor) -> set[str] | None:
    """Bins of accesses that the registers of a device can have."""
    if point.needs == "register":
        return {*covered_names(device), "unmapped"}
    if point.needs == "bytes":
        return {"read", "1111"} if device.registers.whole_words else None
    if point.needs == "queue":
        return None if device.registers.queue else {"idle", "full"}
    return {"free", "own"} if not device.registers.access_ids else None


def _names(point: Coverpoint, device: Descriptor) -> set[str] | None:
    """Bins of a point that a device can reach; None for all."""
    instance = device.instance
    edges = {"m_size": instance.tile_rows, "n_size": instance.h, "k_size": instance.tile_cols}
    if point.needs == "operation":
        return {op.name for op in device.operations}
    if point.needs in ("format", "operand_format"):
        names = {fmt.name for fmt in device.formats}
        return names | ({MIXED} if device.mixed_formats and len(device.formats) > 1 else set())
    if point.needs == "schedule":
        return None if device.schedule else set()
    if point.needs == "own_y":
        return None if device.registers.own_y else set()
    if point.needs == "fault_tolerant":
        return None if device.fault_tolerant else set()
    if point.needs in ("core", "ids"):
        return {str(core) for core in range(device.n_cores)} | (
            {"bad"} if device.registers.access_ids else set()
        )
    if device.registers != CONTRACT_REGISTERS and point.needs in ("register", "bytes", "lock", "queue"):
        return _of_accesses(point, device)
    if point.needs == "meeting":
        own = device.registers != CONTRACT_REGISTERS or device.traits != CONTRACT
        return set() if own else None
    if point.needs in edges:
        edge, own = edges[point.needs], getattr(device.traits, point.needs[0])
        return {size_bin(size, edge) for size in range(4 * edge + 4) if own.refuses(size) is None}
    return None
