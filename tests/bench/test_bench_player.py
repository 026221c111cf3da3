# SPDX-License-Identifier: Apache-2.0
"""The player of the register port on edges by hand, without a simulator."""

import pytest

from tb.dpi.bindings import WAKE_PLAYER
from tb.dpi.player import CAPACITY, NO_GRANT, NO_RESPONSE, PLAYED, PlayedRow, packed
from tests.bench.bench_library import BenchInstance

TIMEOUT = 10


def row(address: int, idle: int = 0, after_ends: int = 0) -> PlayedRow:
    """A read."""
    return idle, after_ends, address, 0, 0, 0, 1, 1, 0xF, 0


def start(bench: BenchInstance, *rows: PlayedRow) -> None:
    """Hands a list over."""
    bench.handle.player.start(packed(rows), TIMEOUT)


class AnsweringSlave:
    """Grants after a number of waiting cycles for each access in turn, answers with ten times the address.

    Attributes:
        trace: For each edge the address requested, or None.
        wakes: Edges whose tick woke Python.
    """

    def __init__(self, bench: BenchInstance, waits: list[int], silent: int = -1) -> None:
        self.trace: list[int | None] = []
        self.wakes: list[int] = []
        self._bench = bench
        self._waits = waits
        self._silent = silent
        self._number = 0
        self._requested: int | None = None
        self._answer: int | None = None

    def edge(self) -> None:
        """A rising edge."""
        address, granted = self._requested, False
        self.trace.append(address)
        answered, answer = self._answer is not None, self._answer or 0
        self._answer = None
        if address is not None:
            granted = self._waits[self._number] == 0
            if granted:
                self._answer = None if self._number == self._silent else 10 * address
                self._number += 1
            else:
                self._waits[self._number] -= 1
        request = self._bench.play(granted=granted, answered=answered, r_data=answer)
        self._requested = None if request is None else request[0]
        if self._bench.tick():
            self.wakes.append(len(self.trace) - 1)

    def edges(self, count: int) -> list[int | None]:
        """Several edges; returns the sampled values."""
        for _ in range(count):
            self.edge()
        return self.trace[-count:]


def test_nothing_to_play_requests_nothing(bench: BenchInstance) -> None:
    assert AnsweringSlave(bench, []).edges(3) == [None] * 3
    assert not bench.handle.player.playing


def test_fields_reach_the_port(bench: BenchInstance) -> None:
    start(bench, (0, 0, 0xFFFF_FFFC, 0x8000_0001, 0, 0, 0x80, 0, 0b0101, 0))
    assert bench.play() == (0xFFFF_FFFC, False, 0b0101, 0x8000_0001, 0x80)


def test_reads_leave_the_data_lines_as_they_are(bench: BenchInstance) -> None:
    write, read = (0, 0, 4, 7, 0, 0, 1, 0, 0xF, 0), (0, 0, 8, 9, 0, 0, 1, 1, 0xF, 0)
    seen = []
    for rows in ([read, write, read], [read]):
        start(bench, *rows)
        for edge in range(len(rows) + 2):
            request = bench.play(granted=edge > 0, answered=edge > 1)
            seen += [] if request is None else [request[3]]
    assert seen == [0, 7, 7, 7]


def test_accesses_go_out_back_to_back(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [0] * 4)
    start(bench, *(row(address) for address in (1, 2, 3, 4)))
    assert slave.edges(7) == [None, 1, 2, 3, 4, None, None]
    assert bench.handle.player.answers() == [(10, 0), (20, 0), (30, 0), (40, 0)]
    assert not bench.handle.player.playing
    assert slave.wakes == []


def test_waiting_holds_the_request(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [2, 0, 3])
    start(bench, row(1), row(2), row(3))
    assert slave.edges(9) == [None, 1, 1, 1, 2, 3, 3, 3, 3]
    slave.edges(2)
    assert bench.handle.player.answers() == [(10, 2), (20, 0), (30, 3)]


@pytest.mark.parametrize("idle", [1, 2, 5])
def test_idle_cycles_come_before_an_access(bench: BenchInstance, idle: int) -> None:
    slave = AnsweringSlave(bench, [0] * 3)
    start(bench, row(1, idle), row(2), row(3, idle))
    pause = [None] * idle
    assert slave.edges(2 * idle + 5) == [None, *pause, 1, 2, *pause, 3, None]


def test_an_access_waits_for_ends_of_jobs_and_then_its_pause(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [0] * 2)
    start(bench, row(1), row(2, 2, after_ends=2))
    slave.edges(4)
    bench.event(0)
    slave.edges(4)
    bench.event(3, line=1)
    bench.event(3)
    # The edge of the event, at which nothing may depend on who was called first; the next one opens the gate.
    assert slave.edges(6) == [None] * 4 + [2, None]
    assert slave.trace[:2] == [None, 1]


def test_an_event_counts_from_the_next_edge_whoever_is_called_first(bench: BenchInstance) -> None:
    start(bench, row(1, after_ends=1))
    assert bench.play() is None
    bench.event(0)
    assert bench.play() is None
    bench.tick()
    assert bench.play() is not None


def test_end_of_the_list_wakes_only_if_it_is_waited_for(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [0] * 2)
    start(bench, row(1), row(2))
    bench.handle.player.state.wake_when_done = 1
    slave.edges(8)
    assert slave.wakes == [3]
    assert bench.handle.shared.wake_reasons == WAKE_PLAYER
    start(bench, row(1))
    slave._waits.append(0)
    slave.edges(8)
    assert slave.wakes == [3]


def test_no_grant_is_an_error_that_wakes_once_and_holds_the_request(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [0, 99])
    start(bench, row(1), row(2), row(3))
    slave.edges(20)
    state = bench.handle.player.state
    assert (state.error, state.granted, state.answered) == (NO_GRANT, 1, 1)
    assert slave.wakes == [1 + TIMEOUT]
    assert slave.trace == [None, 1] + [2] * 18
    assert not bench.handle.player.playing
    bench.handle.player.stop()
    assert slave.edges(3) == [2, None, None]


def test_a_grant_that_comes_too_late_ends_the_request(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [TIMEOUT + 3, 0])
    start(bench, row(1), row(2))
    assert slave.edges(20) == [None] + [1] * (TIMEOUT + 4) + [None] * (19 - TIMEOUT - 4)
    assert bench.handle.player.state.error == NO_GRANT


@pytest.mark.parametrize("silent", [0, 1, 2])
def test_missing_response_is_an_error_that_names_its_place(bench: BenchInstance, silent: int) -> None:
    slave = AnsweringSlave(bench, [0] * 3, silent)
    start(bench, row(1), row(2), row(3, 2))
    slave.edges(12)
    state = bench.handle.player.state
    assert (state.error, state.answered) == (NO_RESPONSE, silent)
    assert len(slave.wakes) == 1
    assert slave.trace[-1] is None


def test_a_new_list_starts_anew(bench: BenchInstance) -> None:
    slave = AnsweringSlave(bench, [99, 0, 0])
    start(bench, row(1))
    slave.edges(15)
    bench.handle.player.stop()
    slave.edge()
    slave._waits[0] = 0
    start(bench, row(7), row(8))
    assert slave.edges(4) == [None, 7, 8, None]
    assert bench.handle.player.state.error == PLAYED
    assert bench.handle.player.answers() == [(70, 0), (80, 0)]


def test_lists_do_not_mix_and_fit(bench: BenchInstance) -> None:
    start(bench, row(1))
    with pytest.raises(RuntimeError, match="is busy"):
        start(bench, row(2))
    bench.handle.player.stop()
    with pytest.raises(ValueError, match="play them in parts"):
        start(bench, *[row(1)] * (CAPACITY + 1))
    start(bench, *[row(1)] * CAPACITY)
    assert bench.handle.player.playing
