# SPDX-License-Identifier: Apache-2.0
"""Waits of exact length: each around each power of two, at each kind of access, on jobs that have some."""

from collections import Counter

from models.ops import Op
from regressions.estimate import estimate
from tb.exchange.scenario import HELD
from tb.stimulus.waits import Waits
from tests.stimulus.devices import device

ALL = {"hold": list(range(1, 13)), "jobs": 1, "max_macs": 8192}


def test_each_wait_comes_once_at_each_kind_of_access() -> None:
    drawn = [Waits("t", 1, ALL, device()).scenario(index) for index in range(144)]
    waits = Counter((each.stall.kind, each.stall.held) for each in drawn)
    around = [2**bits + more for bits in range(1, 13) for more in (-1, 0, 1)]
    assert waits == Counter((kind, cycles) for kind in HELD for cycles in around)
    for each in drawn:
        assert each.jobs[0].touches(HELD[each.stall.kind])
        assert each.stall.rate == 0
    assert len({job.op for each in drawn for job in each.jobs}) == len(Op)


def test_the_first_of_a_power_are_the_longest() -> None:
    drawn = [Waits("t", 1, {**ALL, "hold": 17}, device()).scenario(index) for index in range(4)]
    assert {each.stall.kind for each in drawn} == set(HELD)
    assert {each.stall.held for each in drawn} == {2**17 + 1}
    assert all(estimate(each, device()) > 2**17 for each in drawn)


def test_a_device_that_never_reads_y_has_the_others() -> None:
    stream = Waits("t", 1, ALL, device(operations=(Op.MATMUL,)))
    kinds = {stream.scenario(index).stall.kind for index in range(108)}
    assert kinds == set(HELD) - {"hold_y"}
