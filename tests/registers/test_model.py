# SPDX-License-Identifier: Apache-2.0
"""The reference model of the register file against a device written apart from it, right and wrong."""

import random
from collections import deque

import pytest

from tb.agents.control.access import Access, read, write
from tb.exchange.bucket import bucket
from tb.exchange.status import Status
from tb.registers.generate import register_map
from tb.registers.model import RegisterFileModel
from tb.registers.state import ObservedAccess
from tb.registers.traffic import Traffic
from tests.registers.device import FAULTS, FakeDevice
from tests.registers.harness import logged

MAP = register_map()
ACQUIRE, TRIGGER, FINISHED = MAP["ACQUIRE"].offset, MAP["TRIGGER"].offset, MAP["FINISHED"].offset
STATUS, RUNNING, CLEAR = MAP["STATUS"].offset, MAP["RUNNING_JOB"].offset, MAP["SOFT_CLEAR"].offset


class Bench:
    """A device and the model, which sees the device's port."""

    def __init__(self, device: FakeDevice) -> None:
        self.device = device
        self.model = RegisterFileModel(MAP)
        self._seen = 0

    def access(self, access: Access) -> ObservedAccess:
        """One access of the device, shown to the model after the events so far."""
        observed = self.device.access(access)
        for cycle, core in self.device.events[self._seen :]:
            self.model.event(cycle, core)
        self._seen = len(self.device.events)
        self.model.access(observed)
        return observed


def run(device: FakeDevice, seed: int, count: int, clears: bool = True) -> Bench:
    values = (0, 1, 0x100, 0xFFFF_FFFF) if clears else ()
    bench, traffic = Bench(device), Traffic(MAP, random.Random(f"model/{seed}"), clears=values)
    for _ in range(count):
        bench.access(traffic.draw(device.holder))
    bench.model.settle()
    return bench


@pytest.mark.parametrize("seed", range(5))
def test_a_right_device_has_no_findings(seed: int) -> None:
    bench = run(FakeDevice(seed), seed, 5000)
    assert bench.model.findings == []
    # The traffic was no idle talk.
    assert len(bench.device.events) > 100


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    # The id comes round only in a long run without clears.
    wrap = fault == "id_does_not_wrap"
    bench = run(FakeDevice(3, fault), 3, 8000 if wrap else 6000, clears=not wrap)
    assert bench.model.findings, f"fault {fault} went unnoticed"


def test_traffic_goes_to_words_of_the_port() -> None:
    traffic = Traffic(MAP, random.Random(5))
    drawn = [traffic.draw(1) for _ in range(5000)]
    assert all(access.address % 4 == 0 for access in drawn)
    assert {access.write for access in drawn} == {True, False}


def test_traffic_reaches_the_open_cycles() -> None:
    """Reads at the very edge of an event, and early reads of RUNNING_JOB, do occur and are judged."""
    bench = run(FakeDevice(11, duration=(1, 6)), 11, 5000)
    assert bench.model.findings == []


def observed(cycle: int, access: Access, r_data: int | None = 0) -> ObservedAccess:
    return ObservedAccess(cycle, access.address, access.write, access.data, access.be, access.id, r_data)


def triggered(model: RegisterFileModel, cycle: int, job_id: int, core: int = 0) -> None:
    model.access(observed(cycle, read(ACQUIRE, core), job_id))
    model.access(observed(cycle + 1, write(TRIGGER, 0, core)))


def test_reads_with_an_answer_are_counted_and_writes_are_not() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 10, 0)
    model.access(observed(12, read(STATUS), None))
    assert model.reads == 1
    model.reset()
    model.access(observed(20, read(STATUS)))
    assert model.reads == 2


def test_finished_counts_a_job_that_ends_at_the_read_in_the_next() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 10, 0)
    model.event(50, 0)
    assert model.access(observed(50, read(FINISHED), 0)) == {0}
    assert model.access(observed(51, read(FINISHED), 1)) == {1}
    assert model.access(observed(52, read(FINISHED), 0)) == {0}
    assert model.findings == []


@pytest.mark.parametrize("jobs", [2**8 + 1, 2**16 + 1])
def test_finished_counts_beyond_8_and_16_bits(jobs: int) -> None:
    model = RegisterFileModel(MAP)
    for job in range(jobs):
        triggered(model, 3 * job, job % 2**8)
        model.event(3 * job + 2, 0)
    assert model.access(observed(3 * jobs, read(FINISHED), jobs)) == {jobs}
    assert model.findings == []


def test_finished_comes_round_at_32_bits() -> None:
    model = RegisterFileModel(MAP)
    model.poke("FINISHED", 2**32 - 1)
    triggered(model, 0, 0)
    model.event(2, 0)
    assert model.access(observed(3, read(FINISHED), 0)) == {0}


def test_status_at_the_edge_of_the_event_may_be_either() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 10, 0)
    model.event(50, 0)
    assert model.access(observed(49, read(STATUS), 1)) == {1}
    assert model.access(observed(50, read(STATUS), 0)) == {0, 1}
    assert model.access(observed(51, read(STATUS), 0)) == {0}


def test_running_job_has_a_start_latency() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 0, 0)
    model.event(9, 0)
    triggered(model, 10, 1)
    assert model.access(observed(13, read(RUNNING), 1)) == {0, 1}
    assert model.access(observed(14, read(RUNNING), 1)) == {1}


def test_refusals() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 10, 0, core=0)
    model.access(observed(12, read(ACQUIRE, 1), 1))
    assert model.access(observed(13, read(ACQUIRE, 2), 0xFFFF_FFFE)) == {0xFFFF_FFFE}
    assert model.access(observed(14, read(ACQUIRE, 1), 1)) == {1}
    model.access(observed(15, write(TRIGGER, 0, 1)))
    assert model.access(observed(16, read(ACQUIRE, 2), 0xFFFF_FFFF)) == {0xFFFF_FFFF}
    model.event(17, 0)
    assert model.access(observed(17, read(ACQUIRE, 2), 2)) == {0xFFFF_FFFF, 2}
    assert model.holder == 1 << 2
    assert model.findings == []


def test_what_a_clear_leaves() -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 1, 0)
    assert model.access(observed(5, read(RUNNING), 0)) == {0}
    model.access(observed(6, read(ACQUIRE), 1))
    model.access(observed(7, write(CLEAR, 5)))
    # The id of the lock is used up, RUNNING_JOB stays, and contexts start with byte 0 again.
    assert model.access(observed(8, read(ACQUIRE), 2)) == {2}
    assert model.access(observed(9, read(RUNNING), 0)) == {0}
    model.access(observed(10, write(TRIGGER, 0)))
    assert model.access(observed(11, read(STATUS), 0x001)) == {0x001}
    model.access(observed(12, write(CLEAR, 0)))
    assert model.access(observed(13, read(RUNNING), 2)) == {0, 2}, "it may not have been shown yet"
    assert model.access(observed(14, read(ACQUIRE), 0)) == {0}
    assert model.findings == []


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([(20, 3)], "job 0 was triggered by core 0"),
        ([(20, 0), (21, 0)], "no job is running"),
        ([(11, 0)], "no job is running"),
    ],
)
def test_wrong_events(events: list[tuple[int, int]], text: str) -> None:
    model = RegisterFileModel(MAP)
    triggered(model, 10, 0)
    for event in events:
        model.event(*event)
    model.settle()
    assert any(text in str(finding) for finding in model.findings)


def test_event_after_a_clear_is_a_finding_and_at_the_clear_is_not() -> None:
    for cycle, count in ((20, 0), (21, 1)):
        model = RegisterFileModel(MAP)
        triggered(model, 10, 0)
        model.event(cycle, 0)
        model.access(observed(20, write(CLEAR, 1)))
        assert model.access(observed(19 + 5, read(FINISHED), 0)) == ({0, 1} if count == 0 else {0})
        assert len(model.findings) == count


def test_unanswered_read_is_not_judged_but_has_its_effect() -> None:
    model = RegisterFileModel(MAP)
    model.access(observed(1, read(ACQUIRE, 2), None))
    assert model.holder == 4
    assert model.findings == []


def test_findings_name_register_id_and_values() -> None:
    model = RegisterFileModel(MAP)
    model.access(observed(7, read(MAP["MCFG0"].offset, 4), 5))
    model.access(observed(8, read(0x18), 9))
    assert [str(finding) for finding in model.findings] == [
        "edge 7: read of MCFG0 is wrong in several bits; id 0x10 gave 0x00000005, expected 0x00000000",
        "edge 8: read of unmapped offset 0x18 is wrong; id 0x01 gave 0x00000009, expected 0x00000000",
    ]


@pytest.mark.parametrize(
    ("seen", "how"), [(0, ", it is zero"), (0x1300, " in bit b8"), (0x1211, " in several bits")]
)
def test_reads_with_one_cause_have_one_bucket(seen: int, how: str) -> None:
    """The register and the bits are the same, ids, edges and values are not."""
    buckets = set()
    for stored, core in ((0x1200, 4), (0x3200, 5)):
        model = RegisterFileModel(MAP)
        model.poke("MCFG0", stored)
        model.access(observed(stored, read(MAP["MCFG0"].offset, core), seen and stored ^ seen ^ 0x1200))
        (finding,) = model.findings
        buckets.add(bucket(Status.MISMATCH, f"register: {finding}"))
    assert buckets == {f"mismatch: register: edge #: read of MCFG0 is wrong{how}"}


def test_feed_takes_the_records_of_the_bench() -> None:
    """Records in batches, with an event that comes before the access of its edge, as logged."""
    device, traffic = FakeDevice(5), Traffic(MAP, random.Random("feed"))
    accesses = deque(device.access(traffic.draw(device.holder)) for _ in range(2000))
    events = deque(device.events)
    model, reference = RegisterFileModel(MAP), Bench(FakeDevice(5))
    traffic = Traffic(MAP, random.Random("feed"))
    for _ in range(2000):
        reference.access(traffic.draw(reference.device.holder))
    for now in range(0, device.cycle + 50, 37):
        ready = [accesses.popleft() for _ in range(len(accesses)) if accesses[0].cycle < now]
        ended = [events.popleft() for _ in range(len(events)) if events[0][0] <= now]
        assert model.feed(logged(ready), ended) == []
    model.settle()
    assert model.job_values == reference.model.job_values
    assert model.holder == reference.model.holder
