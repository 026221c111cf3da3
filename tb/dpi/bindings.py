# SPDX-License-Identifier: Apache-2.0
"""The bench object of `bench.h`, mapped in place with ctypes and numpy.

Only works inside a simulation process, whose executable exports the C++ functions.
"""

import ctypes as ct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tb.dpi.deputy import DeputyHandle
from tb.dpi.layout import Rows, fields, record, view
from tb.dpi.player import PlayerHandle
from tb.dpi.setting import HEAD, RANGE_COUNT, Span, packed_ranges

LAYOUT_VERSION = 9
RULE_COUNT = 64
CAUSE_COUNT = 16
COVER_EVENTS = 64
BANK_COUNT = 64

WAKE_EVENT, WAKE_WATCHDOG, WAKE_ALARM, WAKE_PLAYER = 1, 2, 4, 8
WATCHDOG_BUDGET, WATCHDOG_SILENT, WATCHDOG_STANDSTILL = 1, 2, 3
WRITE_RESPONSES = {"never": 0, "always": 1, "random": 2}
GRANTED, READ = 1, 2

ACCESS_DTYPE = record("cycle u8", "add u4", "data u4", "r_data u4", "id u1", "wen u1", "be u1", "answered u1")
AccessRow = tuple[int, int, int, int, int, int, int, int]
"""A record of `ACCESS_DTYPE` as a tuple; cycle is that of the grant."""
PORT_REQUEST, PORT_GRANT, PORT_RESPONSE = 1, 2, 4
PORT_DTYPE = record(
    *("cycle u8", "add u4", "data u4", "id u1", "wen u1", "be u1", "flags u1", "r_id u1", "padding (3,)u1")
)
STATE_DTYPE = record("cycle u8", "events u8")
PROBE_DTYPE = record("cycle u8", f"slots ({CAUSE_COUNT},)u8")
VIOLATION_DTYPE = record("count u8", "first_cycle u8")
_NO_VIOLATIONS = bytes(VIOLATION_DTYPE.itemsize * RULE_COUNT)
EVENT_END, EVENT_RESERVED, BUSY_RISE, BUSY_FALL, STRAY_RESPONSE, RESET_FALL, RESET_RISE = range(7)
EVENT_DTYPE = record("cycle u8", "core u4", "line u4")
EventRow = tuple[int, int, int]
"""A record of `EVENT_DTYPE` as a tuple."""
_ACCESSES, _EVENTS = map(Rows, (ACCESS_DTYPE, EVENT_DTYPE))


def access_rows(log: npt.NDArray[np.void]) -> list[AccessRow]:
    """Returns records of `ACCESS_DTYPE` as tuples."""
    return _ACCESSES.read(log)


def event_rows(log: npt.NDArray[np.void]) -> list[EventRow]:
    """Returns records of `EVENT_DTYPE` as tuples."""
    return _EVENTS.read(log)


class Range(ct.Structure):
    """Bytes that a device may read, or write (`Range` in bench.h)."""

    _fields_ = fields("u64 first length", "u32 writable padding")


class Violation(ct.Structure):
    """Count of a rule's violations, and the edge of the first (`Violation` in bench.h)."""

    _fields_ = fields("u64 count first_cycle")


class Shared(ct.Structure):
    """`Shared` in bench.h, field by field."""

    _fields_ = (
        *fields(
            "u32 version lanes",
            "u64 cycle base size capacity",
            "u32 grant_length grant_position grant_without_req write_response random_state watchdog_fired",
            "u64 watchdog_budget silence silence_limit standstill standstill_limit",
            "u64 alarm_cycle awaited_ends awaited_delay",
            "u32 wake_reasons overrun",
            "u64 beat_count beat_capacity access_count access_capacity port_count port_capacity",
            "u64 event_count event_capacity probe_count probe_capacity state_count state_capacity",
            "u64 end_count busy_cycles waiting_cycles covered",
            "u32 bank_length bank_position hold_after hold_cycles range_count range_padding",
        ),
        ("ranges", Range * RANGE_COUNT),
        *fields("u32 target_count target_padding"),
        ("targets", Range * RANGE_COUNT),
        ("violations", Violation * RULE_COUNT),
    )


def beat_dtype(lanes: int, words: int) -> np.dtype[np.void]:
    """Type of a beat record of a port of `lanes` 32-bit lanes in records of `words` 32-bit words."""
    enables = (lanes * 4 + 31) // 32
    spare = words - 4 - enables - lanes
    return record(
        *("cycle u8", "add u4", "flags u2", "answered u2", f"be ({enables},)u4", f"data ({lanes},)u4"),
        *([f"spare ({spare},)u4"] if spare else []),
    )


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

        def pointer(name: str, argument: Any) -> Any:
            function = getattr(library, f"bench_py_{name}")
            function.restype = ct.c_void_p
            return function(argument)

        library.bench_py_shared_size.restype = ct.c_uint64
        library.bench_py_beat_words.restype = ct.c_uint32
        bench = pointer("instance", ct.c_uint32(index))
        if bench is None:
            raise RuntimeError(f"the simulation has no bench number {index}: was bench_create called?")
        handle = ct.c_void_p(bench)
        self.shared = Shared.from_address(pointer("shared", handle))
        if self.shared.version != LAYOUT_VERSION or library.bench_py_shared_size() != ct.sizeof(Shared):
            raise RuntimeError("tb/dpi/bindings.py does not match tb/dpi/bench.h: change both together")
        self._ranges = memoryview(self.shared.ranges).cast("B")
        self._violations = np.frombuffer(self.shared.violations, dtype=VIOLATION_DTYPE)
        words = int(library.bench_py_beat_words(handle))
        self.memory = view(pointer("memory", handle), np.dtype(np.uint8), self.shared.capacity)
        dtype = beat_dtype(self.shared.lanes, words)
        self._beats = view(pointer("beats", handle), dtype, self.shared.beat_capacity)
        self._accesses = view(pointer("accesses", handle), ACCESS_DTYPE, self.shared.access_capacity)
        self._ports = view(pointer("ports", handle), PORT_DTYPE, self.shared.port_capacity)
        self._events = view(pointer("events", handle), EVENT_DTYPE, self.shared.event_capacity)
        self._states = view(pointer("states", handle), STATE_DTYPE, self.shared.state_capacity)
        self._probes = view(pointer("probes", handle), PROBE_DTYPE, self.shared.probe_capacity)
        self.player = PlayerHandle(library, handle)
        self.deputy = DeputyHandle(library, handle)
        self.since = 0
        self._bench = handle
        quick = ct.PyDLL(None)  # keeps Python's global lock, as `tb.dpi.player`
        self._forget: Any = quick.bench_py_forget
        self._forget.argtypes, self._forget.restype = (ct.c_void_p,), ct.c_uint64
        self._set: Any = quick.bench_py_set
        self._set.argtypes, self._set.restype = (ct.c_void_p, ct.c_char_p, ct.c_void_p), None

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

    def state_log(self) -> npt.NDArray[np.void]:
        """Changes of the internal events of the device, a bit each; a view that lives until `clear_logs`.

        The first record has what they were before the log began, and a change that does not fit is left out.
        """
        return self._states[: self.shared.state_count]

    def clear_logs(self) -> None:
        """Forget the logs, the wake reasons, the cycle sums and events seen; sticky violation counts stay."""
        self.since = int(self._forget(self._bench))

    def overran(self) -> bool:
        """Tell, once, whether a log was too small for the scenario.

        Not so where a device fills it that the watchdog had to stop, or has more events than any scenario:
        what there is shows what is wrong.
        """
        shared = self.shared
        overrun, shared.overrun = bool(shared.overrun), 0
        events = shared.event_count == shared.event_capacity or shared.probe_count == shared.probe_capacity
        return overrun and not (shared.watchdog_fired or events)

    def set(self, setting: bytes, image: npt.NDArray[np.uint8]) -> None:
        """Get ready for a scenario.

        Args:
            setting: Made by `tb.dpi.setting.packed_setting`.
            image: Bytes of its memory.

        Raises:
            ValueError: The image has another size, or is larger than the bench's memory.
        """
        size = HEAD.unpack_from(setting)[1]
        if image.size != size or size > self.memory.size:
            raise ValueError(
                f"an image of {image.size} bytes does not fit a window of {size} (at most {self.memory.size})"
            )
        self._set(self._bench, setting, ct.byref(ct.c_char.from_buffer(image.data)))

    def allow(self, ranges: Sequence[Span]) -> None:
        """Set the memory that the device may touch.

        Raises:
            ValueError: More ranges than the bench holds.
        """
        content = packed_ranges(ranges)
        self._ranges[: len(content)] = content
        self.shared.range_count = len(ranges)

    def violations(self) -> dict[int, tuple[int, int]]:
        """Rules that fired: number -> (count, first cycle)."""
        if self._violations.tobytes() == _NO_VIOLATIONS:
            return {}
        counts, edges = self._violations["count"], self._violations["first_cycle"]
        return {int(rule): (int(counts[rule]), int(edges[rule])) for rule in np.flatnonzero(counts)}

    def unwatch(self) -> None:
        """Stop the watchdog."""
        self.shared.watchdog_budget = 0

    def clear_violations(self) -> None:
        """Forget the violations, after they were reported."""
        self._violations["count"] = self._violations["first_cycle"] = 0
