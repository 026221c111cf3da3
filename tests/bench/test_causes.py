# SPDX-License-Identifier: Apache-2.0
"""Tests of the causes of a job's cycles on hand-made logs: the job of a record, and its numbers."""

import pytest
from msgspec.structs import replace

from models.ops import Op
from models.timing import Instance
from tb.descriptor import load
from tb.exchange.device import Descriptor, Probe
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Abort, Scenario, Window
from tb.scoreboard.causes import check_causes
from tb.scoreboard.finding import Observation, Span
from tests.bench.logs import seen

NAMES = ("OTHER", "WORKING", "PAD_M", "PAD_N", "PAD_K", "LATE")
# Tiles of 3 x 4: 2 x 3 x 5 has two of them, 2 x 4 and 2 x 1, of two chunks each.
JOB = Job(Op.GEMM, 2, 3, 5, 0x1000, 0x1100, 0x1200)
COUNTED = [12, 30, 15, 15, 36, 0]  # of 18 cycles of 6
SLOTS = {"OTHER": 12, "WORKING": 30, "PAD_M": 15, "PAD_N": 15, "PAD_K": 36}
SPANS = [Span(10, 28, 10), Span(12, 46, 28)]


@pytest.fixture(scope="module")
def device() -> Descriptor:
    return replace(load("serial"), instance=Instance(2, 3, 1, 256), probe=Probe("i_probe", NAMES))


def scenario(jobs: int = 1, *, abort: bool = False) -> Scenario:
    return Scenario(0, (JOB,) * jobs, Window(0x1000, 0x1000), abort=Abort("clear", 5) if abort else None)


def counted(*edges: int, ends: tuple[int, ...] = (28,), slots: list[int] = COUNTED) -> Observation:
    return seen(ends=[(edge, 0) for edge in ends], counted=[(edge, slots) for edge in edges])


def names(findings: list[Finding]) -> list[str]:
    return [finding.checker for finding in findings]


def test_slots_of_a_job_by_name(device: Descriptor) -> None:
    causes, findings = check_causes(device, scenario(), SPANS[:1], counted(29))
    assert causes == [SLOTS]
    assert not findings


@pytest.mark.parametrize("edges", [(29, 47), (46, 60)])
def test_a_record_belongs_to_the_event_before_it(device: Descriptor, edges: tuple[int, int]) -> None:
    causes, findings = check_causes(device, scenario(2), SPANS, counted(*edges, ends=(28, 46)))
    assert causes == [SLOTS, SLOTS]
    assert not findings


@pytest.mark.parametrize(
    ("edges", "job", "text"),
    [
        ((29,), 1, "did not count the job that ended at edge 46"),
        ((47,), 0, "did not count the job that ended at edge 28"),
        ((28, 29, 47), None, "counted a job at edge 28 that did not end"),
        ((29, 30, 47), None, "counted a job at edge 30 that did not end"),
    ],
)
def test_a_record_a_job(device: Descriptor, edges: tuple[int, ...], job: int | None, text: str) -> None:
    causes, findings = check_causes(device, scenario(2), SPANS, counted(*edges, ends=(28, 46)))
    assert names(findings) == ["causes_record"]
    assert (findings[0].job, text in findings[0].detail) == (job, True)
    assert causes == [None if position == job else SLOTS for position in range(2)]


@pytest.mark.parametrize(
    ("changes", "checkers"),
    [
        ({"OTHER": 1}, ["causes_total"]),
        ({"LATE": -12, "OTHER": 12}, []),
        ({"LATE": -1, "WORKING": 1}, ["causes_working"]),
        ({"LATE": 1, "PAD_M": -1}, ["causes_padding"]),
        ({"PAD_N": 1, "PAD_K": -1}, ["causes_padding", "causes_padding"]),
        ({"PAD_K": 1}, ["causes_total", "causes_padding"]),
    ],
)
def test_numbers_that_cannot_be(device: Descriptor, changes: dict[str, int], checkers: list[str]) -> None:
    base = dict(zip(NAMES, COUNTED, strict=True)) | {"LATE": 12, "OTHER": 0}
    slots = [base[name] + changes.get(name, 0) for name in NAMES]
    _, findings = check_causes(device, scenario(), SPANS[:1], counted(29, slots=slots))
    assert names(findings) == checkers
    assert all(finding.job == 0 for finding in findings)


def test_a_probe_with_names_of_its_own_is_held_to_the_sum_alone(device: Descriptor) -> None:
    other = replace(device, probe=Probe("i_probe", ("BUSY", "IDLE")))
    causes, findings = check_causes(other, scenario(), SPANS[:1], counted(29, slots=[100, 8]))
    assert (causes, findings) == ([{"BUSY": 100, "IDLE": 8}], [])
    _, findings = check_causes(other, scenario(), SPANS[:1], counted(29, slots=[100, 7]))
    assert names(findings) == ["causes_total"]


@pytest.mark.parametrize(("more", "wrong"), [(0, []), (6, ["causes_total"])])
def test_jobs_that_follow_each_other_have_their_slots_together(
    device: Descriptor, more: int, wrong: list[str]
) -> None:
    array = replace(device, schedule=True)
    first, second = [12 + 6, *COUNTED[1:]], [12 - 6 + more, *COUNTED[1:]]
    log = seen(ends=[(28, 0), (46, 0)], counted=[(29, first), (47, second)])
    _, findings = check_causes(array, scenario(2), SPANS, log)
    assert [(found.checker, found.job) for found in findings] == [(name, 1) for name in wrong]
    _, findings = check_causes(device, scenario(2), SPANS, log)
    assert {found.checker for found in findings} == {"causes_total"}
    apart = [SPANS[0], Span(28, 46, 28)]  # the device was idle between them
    assert names(check_causes(array, scenario(2), apart, log)[1]) == ["causes_total"] * (1 if more else 2)


def test_a_job_that_was_cut_short_has_no_causes(device: Descriptor) -> None:
    spans = [None, SPANS[1]]
    causes, findings = check_causes(device, scenario(2, abort=True), spans, counted(47, ends=(46,)))
    assert (causes, findings) == ([None, SLOTS], [])


def test_a_cut_right_behind_a_job_may_take_its_record_away(device: Descriptor) -> None:
    causes, findings = check_causes(device, scenario(2, abort=True), SPANS, counted(47, ends=(28, 46)))
    assert (causes, findings) == ([None, SLOTS], [])


def test_nothing_is_judged_where_events_do_not_match_the_jobs(device: Descriptor) -> None:
    wrong = counted(29, 30, ends=(28, 29), slots=[1])
    assert check_causes(device, scenario(), SPANS[:1], wrong) == ([None], [])


def test_a_device_without_a_probe_has_no_causes() -> None:
    assert check_causes(load("serial"), scenario(), SPANS[:1], counted()) == ([None], [])
