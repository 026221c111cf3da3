# SPDX-License-Identifier: Apache-2.0
"""The deputy finds clean scenarios clean, measures the same, and is never certain of a wrong one."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
from msgspec import structs

from tb.dpi.bindings import BUSY_RISE, EVENT_END, GRANTED, READ
from tb.dpi.deputy import MeasuredRow
from tb.exchange.checks import CHECKS
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.second_opinion import SecondOpinions
from tb.stimulus.image import Image, initial_image
from tb.stimulus.stream import ScenarioStream
from tests.bench.bench_library import BenchInstance
from tests.bench.judged import DEVICE, KNOBS, ON_SCHEDULE, Court, KeptSchedule, Logs, Recorded

Mutation = Callable[[random.Random, Logs, Scenario], None]
ACCESS_FIELDS = {"add": 1, "data": 2, "r_data": 3, "id": 4, "wen": 5, "be": 6, "answered": 7}


def recorded(seed: int, count: int) -> Iterator[tuple[Scenario, Logs, Prediction]]:
    """Scenarios with clean logs, one after the other on the same device."""
    stream, fake, rng = ScenarioStream("judged", seed, KNOBS, DEVICE), Recorded(seed), random.Random(seed)
    for index in range(count):
        scenario = stream.scenario(index)
        expected = prediction(scenario, initial_image(scenario), SecondOpinions(sources=()))
        yield scenario, fake.run(scenario, rng, expected.memory.tobytes()), expected


def near(rng: random.Random, edge: int) -> int:
    """An edge some way off, most often close by."""
    return max(1, edge + rng.choice((-1, 1)) * rng.choice((1, 1, 2, 5, 20, 150)))


def moved(rows: list[list[int]], rng: random.Random) -> None:
    row = rng.choice(rows)
    row[0] = near(rng, row[0])
    rows.sort(key=lambda each: each[0])


def dropped(rows: list[list[int]], rng: random.Random) -> None:
    del rows[rng.randrange(len(rows))]


def doubled(rows: list[list[int]], rng: random.Random) -> None:
    rows.append([near(rng, (row := rng.choice(rows))[0]), *row[1:]])
    rows.sort(key=lambda each: each[0])


def of_jobs(change: Callable[[random.Random, list[int]], None], rows: str) -> Mutation:
    """Change of one record."""
    return lambda rng, logs, _scenario: change(rng, rng.choice(getattr(logs, rows)))


def core(rng: random.Random, event: list[int]) -> None:
    event[1] = rng.randrange(8)


def line(rng: random.Random, event: list[int]) -> None:
    event[2] = rng.randrange(7)


def address(rng: random.Random, beat: list[int]) -> None:
    beat[1] = (beat[1] + rng.choice((-64, -4, 1, 4, 64, 1 << 31))) % (1 << 32)


def flags(rng: random.Random, beat: list[int]) -> None:
    beat[2] ^= rng.choice((GRANTED, READ, GRANTED | READ))


def enables(rng: random.Random, beat: list[int]) -> None:
    beat[3] = rng.choice((0, beat[3] ^ 1 << rng.randrange(36), (1 << 36) - 1))


def field(name: str) -> Callable[[random.Random, list[int]], None]:
    def change(rng: random.Random, access: list[int]) -> None:
        width = {"add": 32, "data": 32, "r_data": 32, "id": 8, "be": 4}.get(name, 1)
        access[ACCESS_FIELDS[name]] ^= 1 << rng.randrange(rng.choice((1, width)))

    return change


def slot(rng: random.Random, record: list[int]) -> None:
    place = rng.randrange(1, len(record))
    record[place] += rng.choice((1, 7)) if not record[place] else rng.choice((-1, 1))
    if rng.getrandbits(1):  # the sum stays
        other = rng.randrange(1, len(record))
        record[other] += 1


def byte(rng: random.Random, logs: Logs, scenario: Scenario) -> None:
    first, length = rng.choice(scenario.jobs).z_range
    place = rng.choice(
        (first - scenario.window.base + rng.randrange(length), rng.randrange(len(logs.memory)))
    )
    logs.memory[place] ^= 1 << rng.randrange(8)


def busy(rng: random.Random, logs: Logs, _scenario: Scenario) -> None:
    logs.events.append([near(rng, rng.choice(logs.events)[0]), 0, BUSY_RISE + rng.getrandbits(1)])
    logs.events.sort()


def late_event(rng: random.Random, logs: Logs, _scenario: Scenario) -> None:
    """The device ends a few cycles later, and the probe saw it."""
    delay, last = rng.randrange(1, 60), logs.events[-2 if logs.events[-1][2] else -1]
    for rows in (logs.events, logs.counted):
        for row in rows:
            row[0] += delay if row[0] >= last[0] else 0
    logs.counted[-1][1] += 4 * delay


def early_event(rng: random.Random, logs: Logs, _scenario: Scenario) -> None:
    """A single job ends almost at once, with nothing else wrong."""
    (trigger, *_), *_ = [row for row in logs.accesses if not row[1] and not row[5]]
    ends = [row for row in logs.events if row[2] == EVENT_END]
    if len(ends) == 1:
        early = ends[0][0] - trigger - rng.randrange(1, 12)
        for rows in (logs.events, logs.counted):
            for row in rows:
                row[0] -= early if row[0] >= ends[0][0] else 0
        logs.counted[0][1] = max(0, logs.counted[0][1] - 4 * early)
        del logs.beats[:]
        logs.events.sort()


def idle(_rng: random.Random, logs: Logs, _scenario: Scenario) -> None:
    """The last job loads nothing."""
    ends = [row[0] for row in logs.events if row[2] == EVENT_END]
    logs.beats = [row for row in logs.beats if row[0] <= ends[-2:][0] or not row[2] & READ]


MUTATIONS: dict[str, Mutation] = {
    **{
        f"{name} {rows}": lambda rng, logs, _scenario, act=act, rows=rows: act(getattr(logs, rows), rng)
        for name, act in (("moved", moved), ("dropped", dropped), ("doubled", doubled))
        for rows in ("beats", "accesses", "events", "counted")
    },
    **{f"access {name}": of_jobs(field(name), "accesses") for name in ACCESS_FIELDS},
    "core": of_jobs(core, "events"),
    "line": of_jobs(line, "events"),
    "address": of_jobs(address, "beats"),
    "flags": of_jobs(flags, "beats"),
    "enables": of_jobs(enables, "beats"),
    "slot": of_jobs(slot, "counted"),
    "byte": byte,
    "busy": busy,
    "late event": late_event,
    "early event": early_event,
    "idle": idle,
}
CHECKERS = {
    *("memory", "triggers", "events", "event_core", "event_after_write", "early_request", "late_request"),
    *("queue_gap", "busy", "bound", "causes_record", "causes_total", "causes_working", "causes_padding"),
    *("too_fast", "register", "schedule", "schedule_causes", "unwritten"),
}

NOT_ITS_OWN = {
    *("abort", "abort_cycles", "register_port", "watchdog", "second_opinion", "deputy"),
}
"""Findings of scenarios that are never left to the deputy."""


@pytest.fixture
def court(bench: BenchInstance) -> Court:
    return Court(bench)


def test_every_checker_is_tried_on_the_deputy() -> None:
    assert not CHECKERS & NOT_ITS_OWN
    assert set(CHECKS) == CHECKERS | NOT_ITS_OWN, "give it a rule in tb/dpi/deputy.h and a mutation here"


def test_clean_scenarios_are_found_clean_with_the_same_measurements(court: Court) -> None:
    for scenario, logs, expected in recorded(1, 400):
        certain, verdict = court.both(scenario, logs, expected)
        assert certain
        assert verdict.findings == []


def test_the_model_follows_what_the_deputy_judged_alone(new: Callable[..., BenchInstance]) -> None:
    alone, checked = Court(new()), Court(new())
    for scenario, logs, expected in recorded(3, 20):
        alone.enter(scenario, logs)
        verdict = alone.judge(scenario, expected, alone=True)
        assert verdict is not None
        alone.deputy.adopt(verdict)
        checked.enter(scenario, logs)
        checked.check(scenario, expected)
        checked.predictor.settle()
    assert alone.predictor.ahead is not None
    alone.predictor.ahead()
    own, other = alone.predictor.model, checked.predictor.model
    assert own.plain() == other.plain()
    assert own.last_reads == other.last_reads
    assert len(own.last_reads) > 1


@pytest.mark.parametrize(
    ("device", "without"),
    [
        (structs.replace(DEVICE, probe=None), ("causes", "schedule")),
        (DEVICE, ("schedule",)),
        (ON_SCHEDULE, ()),
        (structs.replace(ON_SCHEDULE, probe=None), ("causes",)),
    ],
    ids=["alone", "probe", "schedule and probe", "schedule"],
)
@pytest.mark.parametrize("seed", range(2))
def test_no_wrong_scenario_is_found_clean(
    seed: int,
    device: Descriptor,
    without: tuple[str, ...],
    bench: BenchInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptSchedule(monkeypatch)
    court = Court(bench, device)
    rng, found, certain = random.Random(seed), Counter[str](), 0
    for scenario, logs, expected in recorded(seed, 30):
        if device.schedule:
            kept.keep(logs)
        before = court.predictor.model.plain()
        assert before is not None
        for name, mutate in MUTATIONS.items():
            wrong = deepcopy(logs)
            mutate(rng, wrong, scenario)
            clean, verdict = court.both(scenario, wrong, expected)
            assert not (clean and verdict.findings), f"scenario {scenario.index}, {name}: {verdict.findings}"
            found.update({finding.checker for finding in verdict.findings})
            certain += clean
            court.restore(before)
        assert court.both(scenario, logs, expected)[0]
        court.predictor.settle()
    # All that the checks find was there; and what they let pass, the deputy often enough does too.
    assert set(found) == {name for name in CHECKERS if not any(part in name for part in without)}
    assert certain > 30


def test_the_model_follows_a_deputy_that_was_alone_and_it_the_model(court: Court) -> None:
    rng, alone = random.Random(1), 0
    for scenario, logs, expected in recorded(5, 80):
        if rng.getrandbits(1):
            assert court.both(scenario, logs, expected)[1].findings == []
            continue
        court.enter(scenario, logs)
        verdict = court.judge(scenario, expected, alone=True)
        assert verdict is not None
        court.deputy.adopt(verdict)
        alone += 1
    assert 20 < alone < 60


def test_what_is_only_slow_leaves_the_register_file_to_the_checks(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its accesses are right and count once, behind a scenario that the deputy judged alone too."""
    passed = court.scoreboard.passed
    for scenario, logs, expected in recorded(5, 20):
        slow = scenario.index % 2
        monkeypatch.setattr(court.scoreboard, "passed", (lambda *_: None) if slow else passed)
        court.enter(scenario, logs)
        verdict = court.judge(scenario, expected, alone=True)
        if slow:
            assert verdict is None
            assert court.check(scenario, expected).findings == []
        else:
            assert verdict is not None
            court.deputy.adopt(verdict)


@pytest.mark.proves("deputy")
def test_a_deputy_that_differs_is_found(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = court.deputy._handle.clean

    def wrong(jobs: bytes, count: int, expected: Image) -> list[MeasuredRow] | None:
        rows = clean(jobs, count, expected)
        return rows and [(*row[:3], row[3] + 1, *row[4:]) for row in rows]

    monkeypatch.setattr(court.deputy._handle, "clean", wrong)
    scenario, logs, expected = next(recorded(1, 1))
    _, verdict = court.both(scenario, logs, expected)
    (finding,) = verdict.findings
    assert finding.checker == "deputy"
    assert finding.detail.endswith("differ: results")
