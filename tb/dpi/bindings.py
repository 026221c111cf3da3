# SPDX-License-Identifier: Apache-2.0
"""The bench object of `bench.h`, mapped in place with ctypes and numpy.

Only works inside a simulation process, whose executable exports the C++ functions.
"""

from __future__ import annotations

import ctypes as ct
from typing import Any

import numpy as np
import numpy.typing as npt

from tb.dpi.player import PlayerHandle

LAYOUT_VERSION = 5
RULE_COUNT = 64
RANGE_COUNT = 64
CAUSE_COUNT = 16
COVER_EVENTS = 64

WAKE_EVENT, WAKE_WATCHDOG, WAKE_ALARM, WAKE_PLAYER = 1, 2, 4, 8
WRITE_RESPONSES = {"never": 0, "always": 1, "random": 2}
GRANTED, READ = 1, 2

ACCESS_DTYPE = np.dtype(
    [
        ("cycle", "<u8"),
        ("add", "<u4"),
        ("data", "<u4"),
        ("r_data", "<u4"),
        ("id", "u1"),
        ("wen", "u1"),
        ("be", "u1"),
        ("answered", "u1"),
    ]
)
PORT_REQUEST, PORT_GRANT, PORT_RESPONSE = 1, 2, 4
PORT_DTYPE = np.dtype(
    [
        ("cycle", "<u8"),
        ("add", "<u4"),
        ("data", "<u4"),
        ("id", "u1"),
        ("wen", "u1"),
        ("be", "u1"),
        ("flags", "u1"),
        ("r_id", "u1"),
        ("padding", "u1", (3,)),
    ]
)
PROBE_DTYPE = np.dtype([("cycle", "<u8"), ("slots", "<u8", (CAUSE_COUNT,))])
AccessRow = tuple[int, int, int, int, int, int, int, int]
"""A record of `ACCESS_DTYPE` as a tuple; cycle is that of the grant."""
RANGE_DTYPE = np.dtype([("first", "<u8"), ("length", "<u8"), ("writable", "<u4"), ("padding", "<u4")])
VIOLATION_DTYPE = np.dtype([("count", "<u8"), ("first_cycle", "<u8")])
_NO_VIOLATIONS = bytes(VIOLATION_DTYPE.itemsize * RULE_COUNT)
EVENT_END, EVENT_RESERVED, BUSY_RISE, BUSY_FALL, STRAY_RESPONSE, RESET_FALL, RESET_RISE = range(7)
EVENT_DTYPE = np.dtype([("cycle", "<u8"), ("core", "<u4"), ("line", "<u4")])


class Range(ct.Structure):
    """Bytes that a device may read, or write (`Range` in bench.h)."""

    _fields_ = (
        ("first", ct.c_uint64),
        ("length", ct.c_uint64),
        ("writable", ct.c_uint32),
        ("padding", ct.c_uint32),
    )


class Violation(ct.Structure):
    """Count of a rule's violations, and the edge of the first (`Violation` in bench.h)."""

    _fields_ = (("count", ct.c_uint64), ("first_cycle", ct.c_uint64))


class Shared(ct.Structure):
    """`Shared` in bench.h, field by field."""

    _fields_ = (
        ("version", ct.c_uint32),
        ("lanes", ct.c_uint32),
        ("cycle", ct.c_uint64),
        ("base", ct.c_uint64),
        ("size", ct.c_uint64),
        ("capacity", ct.c_uint64),
        ("grant_length", ct.c_uint32),
        ("grant_position", ct.c_uint32),
        ("grant_without_req", ct.c_uint32),
        ("write_response", ct.c_uint32),
        ("random_state", ct.c_uint32),
        ("watchdog_fired", ct.c_uint32),
        ("watchdog_budget", ct.c_uint64),
        ("alarm_cycle", ct.c_uint64),
        ("awaited_ends", ct.c_uint64),
        ("awaited_delay", ct.c_uint64),
        ("wake_reasons", ct.c_uint32),
        ("overrun", ct.c_uint32),
        ("beat_count", ct.c_uint64),
        ("beat_capacity", ct.c_uint64),
        ("access_count", ct.c_uint64),
        ("access_capacity", ct.c_uint64),
        ("port_count", ct.c_uint64),
        ("port_capacity", ct.c_uint64),
        ("event_count", ct.c_uint64),
        ("event_capacity", ct.c_uint64),
        ("probe_count", ct.c_uint64),
        ("probe_capacity", ct.c_uint64),
        ("end_count", ct.c_uint64),
        ("busy_cycles", ct.c_uint64),
        ("waiting_cycles", ct.c_uint64),
        ("covered", ct.c_uint64),
        ("range_count", ct.c_uint32),
        ("range_padding", ct.c_uint32),
        ("ranges", Range * RANGE_COUNT),
        ("target_count", ct.c_uint32),
        ("target_padding", ct.c_uint32),
        ("targets", Range * RANGE_COUNT),
        ("violations", Violation * RULE_COUNT),
    )


def beat_dtype(lanes: int, words: int) -> np.dtype[np.void]:
    """Type of a beat record of a port of `lanes` 32-bit lanes in records of `words` 32-bit words."""
    enables = (lanes * 4 + 31) // 32
    fields = [
        ("cycle", "<u8"),
        ("add", "<u4"),
        ("flags", "<u2"),
        ("answered", "<u2"),
        ("be", "<u4", (enables,)),
        ("data", "<u4", (lanes,)),
    ]
    spare = words - 4 - enables - lanes
    if spare:
        fields.append(("spare", "<u4", (spare,)))
    return np.dtype(fields)


class BenchHandle:
    """One bench instance: memory, grant pattern, logs and counters.

    Attributes:
        since: Edge up to which the logs were cleared.

    Args:
        index: Which bench of the simulation, in order of creation.

    Raises:
        RuntimeError: There is no such bench, or the C++ side has another layout.
    """

    def __init__(self, index: int = 0) -> None:
        library: Any = ct.CDLL(None)
        for name in (
            "instance",
            "shared",
            "memory",
            "grants",
            "beats",
            "accesses",
            "ports",
            "events",
            "probes",
        ):
            getattr(library, f"bench_py_{name}").restype = ct.c_void_p
        library.bench_py_shared_size.restype = ct.c_uint64
        library.bench_py_beat_words.restype = ct.c_uint32
        pointer = library.bench_py_instance(ct.c_uint32(index))
        if pointer is None:
            raise RuntimeError(f"the simulation has no bench number {index}: was bench_create called?")
        handle = ct.c_void_p(pointer)
        self.shared = Shared.from_address(library.bench_py_shared(handle))
        if self.shared.version != LAYOUT_VERSION or library.bench_py_shared_size() != ct.sizeof(Shared):
            raise RuntimeError("tb/dpi/bindings.py does not match tb/dpi/bench.h: change both together")
        self._ranges = np.frombuffer(self.shared.ranges, dtype=RANGE_DTYPE)
        self._targets = np.frombuffer(self.shared.targets, dtype=RANGE_DTYPE)
        self._violations = np.frombuffer(self.shared.violations, dtype=VIOLATION_DTYPE)
        words = int(library.bench_py_beat_words(handle))
        self.memory = _view(library.bench_py_memory(handle), np.dtype(np.uint8), self.shared.capacity)
        self._grants = _view(library.bench_py_grants(handle), np.dtype(np.uint8), 1 << 20)
        dtype = beat_dtype(self.shared.lanes, words)
        self._beats = _view(library.bench_py_beats(handle), dtype, self.shared.beat_capacity)
        self._accesses = _view(library.bench_py_accesses(handle), ACCESS_DTYPE, self.shared.access_capacity)
        self._ports = _view(library.bench_py_ports(handle), PORT_DTYPE, self.shared.port_capacity)
        self._events = _view(library.bench_py_events(handle), EVENT_DTYPE, self.shared.event_capacity)
        self._probes = _view(library.bench_py_probes(handle), PROBE_DTYPE, self.shared.probe_capacity)
        self.player = PlayerHandle(library, handle)
        self.since = 0

    def beat_log(self) -> npt.NDArray[np.void]:
        """Cycles with the request high, in order; a view that lives until `clear_logs`."""
        return self._beats[: self.shared.beat_count]

    def periph_log(self) -> npt.NDArray[np.void]:
        """Accesses of the register port, in order; a view that lives until `clear_logs`."""
        return self._accesses[: self.shared.access_count]

    def port_log(self) -> npt.NDArray[np.void]:
        """Cycles of the register port with a request or response; a view that lives until `clear_logs`."""
        return self._ports[: self.shared.port_count]

    def event_log(self) -> npt.NDArray[np.void]:
        """Cycles with an event line high, and changes; in order, a view that lives until `clear_logs`."""
        return self._events[: self.shared.event_count]

    def probe_log(self) -> npt.NDArray[np.void]:
        """Counts of the device's probe, a record a job; a view that lives until `clear_logs`."""
        return self._probes[: self.shared.probe_count]

    def clear_logs(self) -> None:
        """Forget the logs, the wake reasons, the cycle sums and events seen; sticky violation counts stay."""
        shared = self.shared
        shared.beat_count = shared.access_count = shared.event_count = shared.end_count = 0
        shared.probe_count = shared.port_count = 0
        self.since = int(shared.cycle)
        shared.busy_cycles = shared.waiting_cycles = shared.covered = 0
        shared.wake_reasons = shared.watchdog_fired = 0
        shared.awaited_ends = 0

    def set_grants(self, pattern: npt.NDArray[np.uint8]) -> None:
        """Play a grant pattern (1 = grant, one entry a cycle, cyclic) from its first entry.

        Raises:
            ValueError: The pattern is empty, too long, or never grants.
        """
        if not 0 < pattern.size <= self._grants.size or pattern.tobytes().count(0) == pattern.size:
            raise ValueError(
                f"grant pattern of {pattern.size} entries: 1 to {self._grants.size}, at least one grant"
            )
        self._grants[: pattern.size] = pattern
        self.shared.grant_length = pattern.size
        self.shared.grant_position = 0

    def allow(self, ranges: list[tuple[int, int, bool]]) -> None:
        """Set the memory that the device may touch: (first byte, length, writable) each.

        Raises:
            ValueError: More ranges than the bench holds.
        """
        if len(ranges) > RANGE_COUNT:
            raise ValueError(f"{len(ranges)} ranges, the bench holds {RANGE_COUNT}: split the scenario")
        if ranges:
            self._ranges[: len(ranges)] = [(first, length, writable, 0) for first, length, writable in ranges]
        self.shared.range_count = len(ranges)

    def aim(self, ranges: list[tuple[int, int, bool]]) -> None:
        """Let a cycle without a grant be one for the accesses alone that start in a range.

        Args:
            ranges: (first byte, length, whether writes and not reads) each; none for all accesses.

        Raises:
            ValueError: More ranges than the bench holds.
        """
        if len(ranges) > RANGE_COUNT:
            raise ValueError(f"{len(ranges)} ranges, the bench holds {RANGE_COUNT}: split the scenario")
        if ranges:
            self._targets[: len(ranges)] = [(first, length, writes, 0) for first, length, writes in ranges]
        self.shared.target_count = len(ranges)

    def violations(self) -> dict[int, tuple[int, int]]:
        """Rules that fired: number -> (count, first cycle)."""
        if self._violations.tobytes() == _NO_VIOLATIONS:
            return {}
        counts, edges = self._violations["count"], self._violations["first_cycle"]
        return {int(rule): (int(counts[rule]), int(edges[rule])) for rule in np.flatnonzero(counts)}

    def clear_violations(self) -> None:
        """Forget the violations, after they were reported."""
        self._violations["count"] = self._violations["first_cycle"] = 0


def _view(address: int, dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    buffer: Any = (ct.c_uint8 * (dtype.itemsize * count)).from_address(address)
    view: npt.NDArray[Any] = np.frombuffer(buffer, dtype=dtype, count=count)
    return view
