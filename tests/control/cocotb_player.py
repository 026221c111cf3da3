# SPDX-License-Identifier: Apache-2.0
"""Tests of the player that run inside the simulation of `periph_tb`, against the bus functional model."""

import random
from collections.abc import Generator, Sequence
from typing import Any

import cocotb
import pytest
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles, RisingEdge

from tb.agents.control.access import Access, Burst, Response, read, write
from tb.agents.control.player import RegisterPortPlayer
from tb.agents.control.transfer import GrantTimeoutError, MissingResponseError
from tb.dpi.bindings import BenchHandle
from tests.control.cocotb_bfm import NO_GRANT, NO_RESPONSE, check_words, random_burst, start, violations


class _Edge:
    """Stands in for the wake-up of the bench, which this small one has not."""

    def __init__(self, dut: HierarchyObject) -> None:
        self._edge = RisingEdge(dut.clk)

    def __await__(self) -> Generator[Any, Any, RisingEdge]:
        return self._edge.__await__()


def make_player(dut: HierarchyObject, timeout: int = 50) -> RegisterPortPlayer:
    handle = BenchHandle()
    handle.clear_logs()
    return RegisterPortPlayer(handle.player, _Edge(dut), timeout)  # type: ignore[arg-type]


def port_log(first: int) -> list[tuple[int, ...]]:
    """Cycle from the first access on, address, direction, enables, id, write data of what the monitor saw."""
    rows = BenchHandle().periph_log()[first:].tolist()
    return [
        (cycle - rows[0][0], add, wen, be, core, 0 if wen else data)
        for cycle, add, data, _, core, wen, be, _ in rows
    ]


@cocotb.test()
async def as_the_bus_functional_model(dut: HierarchyObject) -> None:
    """Random lists are the same accesses in the same cycles as those of the bus functional model."""
    bfm, player = await start(dut), make_player(dut)
    before = await violations(dut)
    rng = random.Random("control/as_the_bus_functional_model")
    for _ in range(40):
        bursts = [random_burst(rng) for _ in range(rng.randint(1, 3))]
        seen = len(BenchHandle().periph_log())
        by_hand = [await bfm.accesses(burst) for burst in bursts]
        await ClockCycles(dut.clk, 2)
        expected = port_log(seen)
        seen = len(BenchHandle().periph_log())
        player.start([Burst(burst) for burst in bursts])
        await player.done()
        await ClockCycles(dut.clk, 2)
        assert port_log(seen) == expected
        assert _waits(player.responses()) == _waits(by_hand)
    assert await violations(dut) == before


@cocotb.test()
async def slow_grants(dut: HierarchyObject) -> None:
    """Under changing grants the words are those of a model; each access is made once."""
    await start(dut)
    player = make_player(dut)

    async def play(burst: list[Access]) -> Sequence[Response]:
        player.start([Burst(burst)])
        await player.done()
        (responses,) = player.responses()
        return responses

    await check_words(dut, play, "slow_grants")


@cocotb.test()
async def errors_name_the_access(dut: HierarchyObject) -> None:
    """No grant and no response are the errors that the bus functional model raises."""
    await start(dut)
    player = make_player(dut, timeout=20)
    dut.fault.value = NO_GRANT
    player.start([Burst([read(0)]), Burst([read(8, core=2), read(12)])])
    with pytest.raises(GrantTimeoutError, match=r"read of 0x00 with id 0x01 within 20 cycles"):
        await player.done()
    dut.rst_n.value = 0
    dut.fault.value = NO_RESPONSE
    await ClockCycles(dut.clk, 2)
    assert int(dut.periph_gnt.value) == 0
    dut.rst_n.value = 1
    player.start([Burst([write(8, 5), read(12)])])
    with pytest.raises(MissingResponseError, match="write 0x00000005 be=1111 to 0x08"):
        await player.done()
    dut.fault.value = 0
    await ClockCycles(dut.clk, 2)
    BenchHandle().clear_violations()
    player.start([Burst([write(8, 6), read(8)])])
    await player.done()
    assert player.responses() == [[Response(0, 0), Response(6, 0)]]


@cocotb.test()
async def reset_ends_the_list(dut: HierarchyObject) -> None:
    """A reset in the middle of a list: no rule is broken, and nothing of the list comes afterwards."""
    await start(dut)
    player = make_player(dut)
    before = await violations(dut)
    player.start([Burst([write(4 * i, i) for i in range(12)])])
    await ClockCycles(dut.clk, 5)
    dut.rst_n.value = 0
    await ClockCycles(dut.clk, 2)
    grants = int(dut.grants_q.value)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 20)
    assert int(dut.grants_q.value) == grants
    assert not player.playing
    assert await violations(dut) == before


def _waits(bursts: Sequence[Sequence[Response]]) -> list[list[int]]:
    return [[response.waited for response in burst] for burst in bursts]
