# SPDX-License-Identifier: Apache-2.0
"""The protocol of the register port on signals of plain Python: every edge by hand."""

from dataclasses import dataclass, field

import pytest

from tb.agents.control.access import Access, Response, core_id, read, write
from tb.agents.control.transfer import GrantTimeoutError, MissingResponseError, transfer


@dataclass
class Slave:
    """A port that grants after a number of waiting cycles and answers one cycle later."""

    waits: list[int]  # cycles each access in turn waits for its grant
    silent: frozenset[int] = frozenset()  # indexes of accesses that are not answered
    trace: list[int | None] = field(default_factory=list)  # for each edge the address requested, or None
    _request: Access | None = None
    _granted: bool = False
    _answer: Access | None = None
    _done: int = 0

    def request(self, access: Access) -> None:
        """Drives a request."""
        self._request = access

    def release(self) -> None:
        """Lowers the request."""
        self._request = None

    def edge(self) -> None:
        """A rising edge: the signals become the samples."""
        self._answer = self._last if self._granted and self._done - 1 not in self.silent else None
        self._granted = False
        self.trace.append(None if self._request is None else self._request.address)
        if self._request is None:
            return
        if self.waits[self._done] > 0:
            self.waits[self._done] -= 1
            return
        self._granted, self._last = True, self._request
        self._done += 1

    def granted(self) -> bool:
        """Sample of the grant."""
        return self._granted

    def valid(self) -> bool:
        """Sample of the response."""
        return self._answer is not None

    def data(self) -> int:
        """Sample of the read data: ten times the address."""
        return 10 * self._answer.address


def run(slave: Slave, accesses: list[Access], timeout: int = 10) -> tuple[list[Response], int]:
    """Plays edges until the transfer is done; returns the responses and the number of edges."""
    steps, edges = transfer(slave, accesses, timeout), 0
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value, edges
        slave.edge()
        edges += 1


def test_back_to_back_takes_one_edge_each_and_one_more() -> None:
    slave = Slave([0] * 4)
    responses, edges = run(slave, [read(1), write(2, 7), read(3), read(4)])
    assert edges == 5
    assert slave.trace == [1, 2, 3, 4, None]
    assert [response.data for response in responses] == [10, 0, 30, 40]


def test_waiting_holds_the_request() -> None:
    slave = Slave([2, 0, 3])
    responses, _ = run(slave, [read(1), read(2), read(3)])
    assert slave.trace == [1, 1, 1, 2, 3, 3, 3, 3, None]
    assert [response.waited for response in responses] == [2, 0, 3]
    assert [response.data for response in responses] == [10, 20, 30]


@pytest.mark.parametrize("idle", [1, 2, 5])
def test_idle_cycles_come_before_an_access(idle: int) -> None:
    slave = Slave([0] * 3)
    responses, _ = run(slave, [read(1, idle=idle), read(2), read(3, idle=idle)])
    assert slave.trace == [None] * idle + [1, 2] + [None] * idle + [3, None]
    assert [response.data for response in responses] == [10, 20, 30]


def test_nothing_to_do_takes_no_edge() -> None:
    assert run(Slave([]), []) == ([], 0)


def test_timeout_names_the_access_and_lowers_the_request() -> None:
    slave = Slave([0, 99])
    with pytest.raises(
        GrantTimeoutError, match="no grant for the write 0x00000007 be=1111 to 0x02 with id 0x08"
    ):
        run(slave, [read(1), write(2, 7, core=3)])
    assert slave.trace == [1] + [2] * 10
    assert slave._request is None


@pytest.mark.parametrize("silent", [0, 1, 2])
def test_missing_response_names_the_access(silent: int) -> None:
    slave = Slave([0] * 3, frozenset({silent}))
    with pytest.raises(MissingResponseError, match=f"read of 0x0{silent + 1}"):
        run(slave, [read(1), read(2), read(3, idle=2)])
    assert slave._request is None


def test_core_ids() -> None:
    assert [core_id(core) for core in (0, 3, 7)] == [1, 8, 128]
    with pytest.raises(ValueError, match="core 8 has no id"):
        core_id(8)
