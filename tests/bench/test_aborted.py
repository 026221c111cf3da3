# SPDX-License-Identifier: Apache-2.0
"""Jobs that are cut together, on hand-made logs: what each has left, and which of them ended."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from msgspec import structs

from tb.exchange.scenario import Abort, Scenario, Window
from tb.registers.generate import register_map
from tb.scoreboard.aborted import check_aborted, clear_edges
from tb.scoreboard.finding import Span
from tb.scoreboard.idle import idle_requests
from tb.stimulus.image import Image, initial_image, predict
from tests.bench.logs import BASE, JOB, OTHER, X, Z, accesses, names, read, scenario, seen

CHAINED = structs.replace(
    OTHER, x_addr=Z, z_addr=Z, core=3
)  # reads what the first job writes, and overwrites it
CUT = structs.replace(scenario(JOB, CHAINED, OTHER), abort=Abort("clear", 8))
BEFORE = initial_image(CUT)
EDGE = 30
FIRST, SECOND, LAST = (20, JOB.core), (28, CHAINED.core), (70, OTHER.core)


def left_by(*positions: int) -> Image:
    """The window behind some of the jobs, and the last."""
    return predict(BEFORE, [CUT.jobs[position] for position in (*positions, 2)], BASE)


def mixed() -> Image:
    """Every other byte as the second job leaves it, the rest as if it had not begun."""
    image = left_by(0)
    image[::2] = left_by(0, 1)[::2]
    return image


def texts(memory: Image, *ends: tuple[int, int], **logs: Sequence[object]) -> list[str]:
    log = replace(seen(triggers=[10, 15, 40], ends=[*ends, LAST], **logs), memory=memory)  # type: ignore[arg-type]
    return [finding.detail for finding in check_aborted(CUT, BEFORE, log, EDGE)[1]]


@pytest.mark.parametrize(
    ("memory", "ends"),
    [
        (left_by(), []),
        (left_by(0), []),
        (left_by(0), [FIRST]),
        (mixed(), [FIRST]),
        (left_by(0, 1), [FIRST]),
        (left_by(0, 1), [FIRST, SECOND]),
    ],
)
def test_jobs_that_are_cut_leave_old_and_final_bytes(memory: Image, ends: list[tuple[int, int]]) -> None:
    assert texts(memory, *ends) == []


@pytest.mark.parametrize(
    ("memory", "ends"),
    [(left_by(), [FIRST]), (mixed(), [FIRST, SECOND]), (left_by(0), [FIRST, SECOND]), (left_by(1), [])],
)
def test_a_job_that_ended_has_written_all(memory: Image, ends: list[tuple[int, int]]) -> None:
    (text,) = texts(memory, *ends)
    assert "wrong after a cut job" in text


def test_events_of_jobs_that_are_cut_are_theirs() -> None:
    assert texts(left_by(0, 1), (20, 7), SECOND) == ["the event went to another core"]
    assert texts(left_by(0, 1), FIRST, (20, CHAINED.core)) == [
        "event at edge 20, the same as that of the job before"
    ]
    assert texts(left_by(0, 1), FIRST, SECOND, (29, 2)) == [f"3 events before the cut at edge {EDGE}"]
    assert texts(left_by(0), FIRST, (50, CHAINED.core)) == [
        f"2 events after the cut at edge {EDGE}, for one job",
        "the event went to another core",
    ]


def test_spans_are_those_of_the_jobs_that_ended() -> None:
    log = replace(seen(triggers=[10, 15, 40], ends=[FIRST, LAST]), memory=left_by(0))
    assert check_aborted(CUT, BEFORE, log, EDGE)[0] == [Span(10, 20, 10), None, Span(40, 70, 40)]


def test_no_request_follows_but_of_the_last_job() -> None:
    held = [read(edge, X & ~3, waits=edge < 38) for edge in range(29, 39)]
    assert texts(left_by(), requests=held, busy=[11, 39, 41, 71]) == []
    (text,) = texts(left_by(), requests=[read(36, X & ~3)])
    assert "serves no job" in text


@pytest.mark.parametrize(
    ("edge", "address", "wrong"),
    [(45, 0, []), (45, 2**32 - 4, []), (45, 2**32 - 40, ["abort"]), (40, 0, ["abort"]), (41, 0, [])],
)
def test_requests_of_the_last_job_begin_behind_its_trigger_and_at_most_a_word_below_it(
    edge: int, address: int, wrong: list[str]
) -> None:
    low = structs.replace(OTHER, x_addr=0)
    cut = Scenario(0, (JOB, low), Window(0, BASE + 0x1000), abort=CUT.abort)
    before = initial_image(cut)
    log = seen(triggers=[10, 40], ends=[LAST], requests=[read(edge, address)], busy=[11, 31, 41, 71])
    found = check_aborted(cut, before, replace(log, memory=predict(before, [low], 0)), EDGE)[1]
    assert names(found) == wrong


@pytest.mark.parametrize(
    ("edge", "waits", "wrong"),
    [
        (9, 0, True),
        (11, 0, False),
        (12, 0, False),
        (28, 0, False),
        (34, 0, False),
        (35, 0, True),
        (34, 9, False),
    ],
)
def test_requests_of_an_idle_device_are_found(edge: int, waits: int, wrong: bool) -> None:
    log = seen(
        requests=[*(read(each, X, waits=True) for each in range(edge, edge + waits)), read(edge + waits, X)],
        busy=[12, 31],
    )
    found = idle_requests(log.beats, log.events, accesses([(10, 0x00, 0), (30, 0x14, 1)]), register_map())
    assert found == (
        [f"1 requests were raised while busy_o was low, the first at edge {edge}"] if wrong else []
    )


def test_clears_are_found_in_the_log() -> None:
    log = accesses([(10, 0x00, 0), (12, 0x14, 0), (13, 0x10, None), (15, 0x14, 1)])
    assert clear_edges(log) == [12, 15]
