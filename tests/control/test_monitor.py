# SPDX-License-Identifier: Apache-2.0
"""The monitor of the register port on logs of plain arrays."""

import itertools

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_analysis_export

from tb.agents.control.monitor import ControlMonitor
from tb.dpi.bindings import ACCESS_DTYPE, EVENT_DTYPE

_NUMBERS = itertools.count()


class Log:
    """Logs that grow, and can be cleared, in one buffer each, as those of the bench."""

    def __init__(self) -> None:
        self._accesses, self._events = np.zeros(64, ACCESS_DTYPE), np.zeros(64, EVENT_DTYPE)
        self.clear()

    def clear(self) -> None:
        """Forgets all records."""
        self._access_count = self._event_count = 0

    def access(self, cycle: int, address: int) -> None:
        """Logs an access."""
        record = self._accesses[self._access_count]
        record["cycle"], record["add"], record["answered"] = cycle, address, 1
        self._access_count += 1

    def event(self, cycle: int, core: int, line: int = 0) -> None:
        """Logs an event."""
        record = self._events[self._event_count]
        record["cycle"], record["core"], record["line"] = cycle, core, line
        self._event_count += 1

    def periph_log(self) -> npt.NDArray[np.void]:
        """Records of the accesses so far."""
        return self._accesses[: self._access_count]

    def event_log(self) -> npt.NDArray[np.void]:
        """Records of the events so far."""
        return self._events[: self._event_count]


class Sink(uvm_analysis_export):
    """Keeps the written items."""

    def __init__(self) -> None:
        super().__init__(f"sink_{next(_NUMBERS)}", None)
        self.items: list[object] = []

    def write(self, item: object) -> None:
        """Keeps an item."""
        self.items.append(item)


def connected(log: Log) -> tuple[ControlMonitor, Sink, Sink]:
    monitor = ControlMonitor(f"monitor_{next(_NUMBERS)}", None, log)
    monitor.build_phase()
    accesses, records = Sink(), Sink()
    monitor.access_port.connect(accesses)
    monitor.records_port.connect(records)
    return monitor, accesses, records


def taken(sink: Sink) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """Items that the records port published: cycles of accesses, and (cycle, core) of events."""
    published = []
    for item in sink.items:
        published.append(([cycle for cycle, *_ in item.accesses], item.ends))
    sink.items.clear()
    return published


def test_each_record_is_published_once() -> None:
    log = Log()
    monitor, _, sink = connected(log)
    log.access(0, 4)
    log.access(3, 8)
    monitor.collect()
    assert taken(sink) == [([0, 3], [])]
    monitor.collect()
    assert taken(sink) == []
    log.access(4, 8)
    log.event(9, 2)
    log.event(9, 5)
    monitor.collect()
    assert taken(sink) == [([4], [(9, 2), (9, 5)])]


def test_cleared_logs_lose_and_repeat_nothing() -> None:
    log = Log()
    monitor, _, sink = connected(log)
    log.access(1, 4)
    log.event(5, 0)
    monitor.collect()
    log.clear()
    for cycle in (7, 8, 9):
        log.access(cycle, 4)
    log.event(20, 1)
    monitor.collect()
    assert taken(sink) == [([1], [(5, 0)]), ([7, 8, 9], [(20, 1)])]


def test_published_records_outlive_the_log() -> None:
    log = Log()
    monitor, _, sink = connected(log)
    log.access(1, 0x44)
    monitor.collect()
    log.clear()
    log.access(2, 0x48)
    assert sink.items[0].accesses == [(1, 0x44, 0, 0, 0, 0, 0, 1)]


def test_only_ends_of_jobs_are_events() -> None:
    log = Log()
    monitor, _, sink = connected(log)
    log.event(3, 0, line=1)
    log.event(4, 0, line=2)
    log.event(5, 6, line=0)
    monitor.collect()
    assert taken(sink) == [([], [(5, 6)])]


def test_scoreboard_port_gets_all_since_the_log_was_cleared() -> None:
    log = Log()
    monitor, accesses, _ = connected(log)
    log.access(1, 4)
    monitor.collect()
    log.access(2, 4)
    monitor.collect()
    assert [len(item) for item in accesses.items] == [1, 2]  # type: ignore[arg-type]
