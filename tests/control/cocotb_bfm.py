# SPDX-License-Identifier: Apache-2.0
"""Tests that run inside the simulation of `periph_tb`."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import cocotb
import pytest
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles, RisingEdge

from tb.agents.control.access import Access, Response, read, write
from tb.agents.control.bfm import RegisterPortDriver
from tb.agents.control.rules import PeriphRule
from tb.agents.control.transfer import GrantTimeoutError, MissingResponseError
from tb.dpi.bindings import BenchHandle

NO_GRANT, NO_RESPONSE, SPURIOUS_RESPONSE, WRONG_ID = 1, 2, 3, 4


async def start(dut: HierarchyObject, timeout: int = 50) -> RegisterPortDriver:
    dut.fault.value = 0
    dut.slow.value = 0
    bfm = RegisterPortDriver(dut, "periph", dut.clk, timeout=timeout)
    dut.rst_n.value = 0
    await ClockCycles(dut.clk, 3)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 2)
    return bfm


async def violations(dut: HierarchyObject) -> Counter[PeriphRule]:
    """Count of each rule that was broken so far."""
    await ClockCycles(dut.clk, 2)
    return Counter({PeriphRule(rule): count for rule, (count, _) in BenchHandle().violations().items()})


def random_burst(rng: random.Random) -> list[Access]:
    """Up to a dozen accesses of any kind, some of them after idle cycles."""
    return [
        Access(
            4 * rng.randrange(16),
            rng.random() < 0.5,
            rng.getrandbits(32),
            rng.getrandbits(4),
            1 << rng.randrange(8),
            rng.choice([0, 0, 0, 1, 5]),
        )
        for _ in range(rng.randint(1, 12))
    ]


def written(words: list[int], access: Access) -> int:
    """Answer to an access, after its effect on the words."""
    index = access.address // 4
    if not access.write:
        return words[index]
    mask = sum(0xFF << 8 * lane for lane in range(4) if access.be >> lane & 1)
    words[index] = words[index] & ~mask | access.data & mask
    return 0


@cocotb.test()
async def back_to_back(dut: HierarchyObject) -> None:
    """Eight accesses take nine edges, and data and byte enables arrive."""
    bfm = await start(dut)
    before = await violations(dut)
    first = int(dut.cycle_q.value)
    burst = [write(4 * i, 0x1111_1111 * (i + 1), core=i) for i in range(7)] + [read(8, core=1)]
    responses = await bfm.accesses(burst)
    assert int(dut.cycle_q.value) - first == 9
    assert [response.waited for response in responses] == [0] * 8
    assert responses[-1].data == 0x3333_3333
    await bfm.write(8, 0xAABB_CCDD, be=0b0101)
    assert await bfm.read(8) == 0x33BB_33DD
    assert await violations(dut) == before


async def check_words(
    dut: HierarchyObject, play: Callable[[list[Access]], Awaitable[Sequence[Response]]], seed: str
) -> None:
    """Random accesses with idle gaps and slow grants match a model of the words, without a violation."""
    before = await violations(dut)
    dut.slow.value = 1
    rng = random.Random(f"control/{seed}")
    words = [0] * 16
    await play([write(4 * i, 0) for i in range(16)])
    waited = 0
    for _ in range(50):
        burst = random_burst(rng)
        expected = [written(words, access) for access in burst]
        grants = int(dut.grants_q.value)
        responses = await play(burst)
        assert [response.data for response in responses] == expected
        assert int(dut.grants_q.value) - grants == len(burst), "each access is made once"
        waited += sum(response.waited for response in responses)
    assert waited > 100
    assert await violations(dut) == before


@cocotb.test()
async def random_traffic(dut: HierarchyObject) -> None:
    """The bus functional model reads and writes what it should."""
    await check_words(dut, (await start(dut)).accesses, "random_traffic")


@cocotb.test()
async def tasks_take_turns(dut: HierarchyObject) -> None:
    """Two tasks that use the port at once both get their own answers."""
    bfm = await start(dut)
    await bfm.accesses([write(0, 11), write(4, 22)])
    tasks = [cocotb.start_soon(bfm.accesses([read(4 * i) for _ in range(5)])) for i in range(2)]
    answers = [[response.data for response in await task] for task in tasks]
    assert answers == [[11] * 5, [22] * 5]


@cocotb.test()
async def sends_of_cocotb_bus(dut: HierarchyObject) -> None:
    """`append` and `send`, the interface of cocotb-bus, reach the port."""
    bfm = await start(dut)
    bfm.append(write(12, 77))
    await bfm.send([write(16, 88)])
    await ClockCycles(dut.clk, 5)
    assert [r.data for r in await bfm.accesses([read(12), read(16)])] == [77, 88]


@cocotb.test()
async def grant_timeout(dut: HierarchyObject) -> None:
    """A device that never grants ends the call with an error that names the access; the request falls."""
    bfm = await start(dut, timeout=20)
    dut.fault.value = NO_GRANT
    with pytest.raises(GrantTimeoutError, match=r"read of 0x08 with id 0x04 within 20 cycles"):
        await bfm.read(8, core=2)
    await RisingEdge(dut.clk)
    assert int(dut.periph_req.value) == 0
    dut.fault.value = 0
    await ClockCycles(dut.clk, 2)
    await bfm.write(8, 5)
    assert await bfm.read(8) == 5


@cocotb.test()
async def a_call_that_is_cancelled_leaves_no_request(dut: HierarchyObject) -> None:
    """The next user of the port does not find the request of one that was killed."""
    bfm = await start(dut)
    dut.fault.value = NO_GRANT
    call = cocotb.start_soon(bfm.read(8))
    await ClockCycles(dut.clk, 3)
    assert int(dut.periph_req.value) == 1
    call.cancel()
    await ClockCycles(dut.clk, 2)
    assert int(dut.periph_req.value) == 0
    dut.fault.value = 0
    await bfm.write(8, 5)
    assert await bfm.read(8) == 5


@cocotb.test()
async def a_new_driver_requests_nothing(dut: HierarchyObject) -> None:
    """Whatever was on the port before."""
    await start(dut)
    dut.fault.value = NO_GRANT
    dut.periph_req.value = 1
    await ClockCycles(dut.clk, 2)
    RegisterPortDriver(dut, "periph", dut.clk)
    await ClockCycles(dut.clk, 2)
    assert int(dut.periph_req.value) == 0
    dut.fault.value = 0


@cocotb.test()
async def missing_response(dut: HierarchyObject) -> None:
    """A missing response is an error of the call and a violation of the rule."""
    bfm = await start(dut)
    before = await violations(dut)
    dut.fault.value = NO_RESPONSE
    with pytest.raises(MissingResponseError, match="write 0x00000005 be=1111 to 0x08"):
        await bfm.write(8, 5)
    dut.fault.value = 0
    assert await violations(dut) - before == {PeriphRule.PERIPH_RESPONSE: 1}


@cocotb.test()
async def spurious_response(dut: HierarchyObject) -> None:
    """A response without an access breaks the response rule in every cycle it lasts."""
    await start(dut)
    before = await violations(dut)
    dut.fault.value = SPURIOUS_RESPONSE
    await ClockCycles(dut.clk, 3)
    dut.fault.value = 0
    assert await violations(dut) - before == {PeriphRule.PERIPH_STRAY: 3}


@cocotb.test()
async def wrong_id(dut: HierarchyObject) -> None:
    """A response with another id breaks the id rule and no other."""
    bfm = await start(dut)
    before = await violations(dut)
    dut.fault.value = WRONG_ID
    await bfm.accesses([read(0), read(4)])
    dut.fault.value = 0
    assert await violations(dut) - before == {PeriphRule.PERIPH_ID: 2}


@cocotb.test()
async def bench_breaks_stability(dut: HierarchyObject) -> None:
    """Each field that changes while the request waits breaks the stability rule; read data does not."""
    await start(dut)
    dut.fault.value = NO_GRANT
    before = await violations(dut)
    dut.periph_wen.value = 1
    dut.periph_req.value = 1
    await ClockCycles(dut.clk, 2)
    dut.periph_data.value = 0x1234
    fields = (("wen", 0), ("add", 0x40), ("be", 0x3), ("id", 0x80), ("data", 0x55))
    for changed, (signal, value) in enumerate(fields):
        assert (await violations(dut) - before)[PeriphRule.PERIPH_STABLE] == changed, f"before {signal}"
        getattr(dut, f"periph_{signal}").value = value
    assert (await violations(dut) - before)[PeriphRule.PERIPH_STABLE] == len(fields)
    dut.periph_req.value = 0
    assert (await violations(dut) - before)[PeriphRule.PERIPH_RETRACTED] == 1


@cocotb.test()
async def reset_forgets_the_access(dut: HierarchyObject) -> None:
    """A reset between grant and response is no violation."""
    bfm = await start(dut)
    before = await violations(dut)
    call = cocotb.start_soon(bfm.read(0))
    await RisingEdge(dut.clk)
    dut.rst_n.value = 0
    bfm.release()
    call.cancel()
    await ClockCycles(dut.clk, 2)
    dut.rst_n.value = 1
    assert await violations(dut) == before
