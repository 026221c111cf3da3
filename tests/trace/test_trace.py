# SPDX-License-Identifier: Apache-2.0
"""Timelines of jobs, on made logs: what is observed, what is derived, and how both are shown."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from msgspec.structs import replace

from models.schedule import schedule
from regressions.trace import PAGE, job_pages, picture, write
from regressions.trace.derived import derive
from regressions.trace.drawing import LEFT, RIGHT
from regressions.trace.job import MOST_CYCLES, ObservedJob, W, X, observe
from regressions.trace.lanes import lanes
from regressions.trace.losses import MEANINGS
from regressions.trace.perfetto import ARRAY as ARRAY_PROCESS
from regressions.trace.perfetto import PORT, perfetto
from tb.dpi.bindings import GRANTED
from tb.exchange.logs import ScenarioLogs, place, read_logs
from tb.exchange.scenario import StallSpec
from tb.schema import SchemaError
from tests.trace.made import ARRAY, ONE_TILE, SECOND, TRIGGER, made, states

WAITING = (*range(60, 75), 200, 203)


def agrees(seen: ObservedJob) -> bool:
    """Log and probe say nothing else than the model."""
    derived = derive(seen, ARRAY)
    return derived is not None and derived.agrees


def test_the_beats_are_those_of_the_log() -> None:
    logs = made((ONE_TILE, SECOND), WAITING)
    jobs = observe(logs, ARRAY)
    seen = {
        (job.start + 1 + at, int(job.address[at]), bool(job.granted[at]))
        for job in jobs
        for at in np.flatnonzero(job.request).tolist()
    }
    assert seen == {
        (int(beat["cycle"]), int(beat["add"]), bool(beat["flags"] & GRANTED)) for beat in logs.beats
    }
    assert sum(job.reads + job.writes + job.stalled for job in jobs) == logs.beats.size


def test_cycles_of_queued_jobs_follow_each_other() -> None:
    first, second = observe(made((ONE_TILE, SECOND)), ARRAY)
    assert (first.start, first.cycles, first.whole) == (TRIGGER, 125, True)
    assert second.start == first.start + first.cycles
    alone = schedule(ARRAY.instance, SECOND.op, SECOND.m, SECOND.n, SECOND.k, SECOND.fmt).cycles
    assert second.cycles < alone - 30  # its first columns entered behind the last of the other
    assert {
        run.text for lane in lanes(first, derive(first, ARRAY), ARRAY.instance) for run in lane.labels
    } >= {"another job"}


def test_causes_are_those_of_the_probe() -> None:
    for page in job_pages(made((ONE_TILE, SECOND), WAITING), ARRAY):
        assert page.agrees
        assert page.verdict.endswith("and has the slots that the device's probe counted")
        assert {name: slots for _, name, slots, _ in page.slots} == page.seen.slots
    together = job_pages(made((ONE_TILE, SECOND), WAITING), ARRAY)
    slots = sum(sum((page.seen.slots or {}).values()) for page in together)
    assert slots == sum(page.seen.cycles for page in together) * 48


def test_other_causes_than_the_probes_are_told() -> None:
    logs = made()
    logs.probe["slots"][0][:2] += np.array([48, -48]).astype(np.uint64)
    (page,) = job_pages(logs, ARRAY)
    assert not page.agrees
    assert "other causes than the device's probe" in page.verdict


@pytest.mark.parametrize("at", [0, 30])
def test_nothing_is_derived_from_where_the_device_leaves_the_schedule(at: int) -> None:
    logs = made()
    edge = int(logs.beats["cycle"][at])
    (page,) = job_pages(logs._replace(beats=np.delete(logs.beats, at)), ARRAY)
    assert page.derived is not None
    assert page.derived.steps.size == edge - TRIGGER - 1
    asks = "Y" if at == 0 else "W"
    assert f"in cycle {edge - TRIGGER}: it asks for nothing, the model for {asks};" in page.verdict
    assert not page.agrees
    assert all(
        sum(run[0] for run in lane.runs) == 125 for lane in lanes(page.seen, page.derived, ARRAY.instance)
    )


def test_a_job_without_an_event_is_drawn_as_far_as_there_are_logs() -> None:
    logs = made((ONE_TILE, SECOND))
    last = logs.beats[-1:].copy()
    last["cycle"] += 100
    hung = logs._replace(events=logs.events[:1], probe=logs.probe[:1], beats=np.append(logs.beats, last))
    first, second = job_pages(hung, ARRAY)
    assert first.agrees
    assert "so far: no event came" in second.observed
    assert not second.agrees
    assert second.seen.slots is None


def test_a_cut_job_ends_with_the_cut() -> None:
    logs, both = made(), made((ONE_TILE, SECOND)).scenario
    cut = TRIGGER + 60
    kept = logs.beats[logs.beats["cycle"] <= cut]
    whole = logs._replace(scenario=both, cuts=(cut,), beats=kept, events=logs.events[:0])
    (seen,) = observe(whole, ARRAY)
    assert (seen.ended, seen.cycles, seen.whole) == ("cut short", 60, False)
    assert agrees(seen)


def test_a_read_where_two_operands_meet_is_of_either() -> None:
    after_x = replace(ONE_TILE, w_addr=ONE_TILE.x_addr + 12 * 16 * 2 + 1)
    logs = made((after_x,))
    logs.beats["add"][logs.beats["add"] == after_x.w_addr] = after_x.w_addr - 1
    (seen,) = observe(logs, ARRAY)
    assert set(seen.operands[seen.request].tolist()) >= {X, W}
    names = [lane.name for lane in lanes(seen, None, ARRAY.instance)]
    assert "several or none" not in names
    logs.beats["add"][logs.beats["add"] == after_x.w_addr - 1] = after_x.w_addr - 3
    (seen,) = observe(logs, ARRAY)
    assert X | W in seen.operands.tolist()
    assert "several or none" in [lane.name for lane in lanes(seen, None, ARRAY.instance)]
    assert agrees(seen)


def test_internal_events_are_those_of_the_log() -> None:
    logs = made()._replace(
        states=states(ARRAY, (1, {"x_banks_0"}), (30, {"x_banks_2", "wait_w"}), (40, {"x_banks_1"}))
    )
    (seen,) = observe(logs, ARRAY)
    assert seen.known == seen.cycles == 125
    assert seen.levels["x_banks"].tolist() == [0] * 9 + [2] * 10 + [1] * 106
    assert np.flatnonzero(seen.events["wait_w"]).tolist() == list(range(9, 19))
    names = {lane.name: lane for lane in lanes(seen, None, ARRAY.instance)}
    assert {"x banks", "wait_w"} <= set(names)
    assert [run[0] for run in names["x banks"].runs] == [9, 10, 106]


def test_a_full_log_of_internal_events_says_nothing_of_what_came_behind() -> None:
    logs = made()._replace(states=states(ARRAY, (1, {"wait_w"}), (50, {"wait_x"})), complete=False)
    (seen,) = observe(logs, ARRAY)
    assert seen.known == 50 - TRIGGER - 1
    assert list(seen.events) == ["wait_w"]
    (page,) = job_pages(logs, ARRAY)
    assert page.observed.endswith("; what the device tells of itself is known up to cycle 29")


def test_a_device_without_probe_and_schedule_has_the_lanes_of_its_port() -> None:
    plain = replace(ARRAY, probe=None, cover=None, schedule=False)
    (page,) = job_pages(made(), plain)
    shown = lanes(page.seen, page.derived, plain.instance)
    assert [lane.name for lane in shown] == ["read X", "read W", "read Y", "write Z"]
    assert not any(lane.derived for lane in shown)
    assert "has no schedule model" in page.verdict
    assert page.agrees
    assert not page.slots
    assert not page.losses


def test_losses_name_causes_and_the_port() -> None:
    (page,) = job_pages(made(), ARRAY)
    assert [(loss.first, loss.last, loss.cause) for loss in page.losses] == [
        (1, 4, "CONTROL"),
        (5, 30, "FILL"),
        (95, 124, "DRAIN"),
        (125, 125, "CONTROL"),
    ]
    assert page.losses[1].port == "beats: 12 of X, 2 of W, 12 of Y"
    assert page.losses[2].port == "beats: 12 of Z; 18 without a request"
    assert set(MEANINGS) >= {loss.cause for loss in page.losses}


def test_the_trace_satisfies_the_format_and_has_each_beat_once() -> None:
    logs = made((ONE_TILE, SECOND), WAITING)
    trace = json.loads(json.dumps(perfetto(job_pages(logs, ARRAY), "two jobs")))
    assert set(trace) == {"traceEvents", "displayTimeUnit", "otherData"}
    named = set()
    for event in trace["traceEvents"]:
        assert {"ph", "name", "pid", "tid"} <= set(event)
        if event["ph"] == "M":
            named.add((event["pid"], event["tid"], event["name"]))
        elif event["ph"] == "X":
            assert event["dur"] >= 1
            assert event["ts"] > TRIGGER
            assert (event["pid"], event["tid"], "thread_name") in named
        else:
            assert event["ph"] == "C"
    beats = [event for event in trace["traceEvents"] if event["ph"] == "X" and event["pid"] == PORT]
    assert len(beats) == np.count_nonzero(logs.beats["flags"] & GRANTED)
    assert sum(beat["dur"] for beat in beats) == logs.beats.size
    assert sum(beat["args"]["waited"] for beat in beats) == np.count_nonzero(~logs.beats["flags"] & GRANTED)
    causes = [event for event in trace["traceEvents"] if (event["pid"], event["tid"]) == (ARRAY_PROCESS, 3)]
    slices = [event for event in causes if event["ph"] == "X"]
    assert all(one["ts"] + one["dur"] <= two["ts"] for one, two in pairwise(slices))
    assert sum(each["dur"] for each in slices) == sum(job.cycles for job in observe(logs, ARRAY))


def areas(paths: list[tuple[str, str]]) -> float:
    """Pixels that paths of rectangles cover."""
    found = re.findall(r"M\S+ (\S+?)h(\S+?)V(\S+?)h", "".join(path for _, path in paths))
    return sum(float(width) * (float(low) - float(high)) for high, width, low in found)


@pytest.mark.parametrize("k", [16, 400])
def test_pictures_of_any_width_paint_as_much(k: int) -> None:
    """Where cycles are narrower than pixels, each bin has the shares of its cycles."""
    (page,) = job_pages(made((replace(ONE_TILE, k=k, z_addr=0x8000),)), ARRAY)
    drawn = page.picture
    assert (drawn.scale >= 1) == (k == 16)
    for placed in drawn.lanes:
        high = sum(
            cycles * sum(share for _, share in placed.lane.looks[look]) for cycles, look in placed.lane.runs
        )
        wanted = high / page.seen.cycles * (RIGHT - LEFT) * placed.lane.height
        assert areas([*drawn.paths(placed)]) == pytest.approx(wanted, rel=0.02, abs=12), placed.lane.name


class Page(HTMLParser):
    """Scripts and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.data: list[Any] = []
        self.text = ""
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        self._script = tag == "script" and ("type", "application/json") in attrs
        assert not [value for name, value in attrs if name in ("src", "href")], "the page loads something"

    def handle_data(self, data: str) -> None:  # noqa: D102
        if self._script:
            self.data.append(json.loads(data))
            self._script = False
        self.text += data


def test_the_page_has_what_its_script_draws_and_hostile_words_as_text(tmp_path: Path) -> None:
    logs = made((ONE_TILE, SECOND), WAITING)
    write(logs, ARRAY, tmp_path / PAGE, "</script><b>name", "found & told", 1)
    page = Page((tmp_path / PAGE).read_text(encoding="utf-8"))
    assert "</script><b>name" in page.text
    assert [data["cycles"] for data in page.data] == [job.cycles for job in observe(logs, ARRAY)]
    for data in page.data:
        for lane in data["lanes"]:
            assert sum(lane["runs"][::2]) == data["cycles"]
            assert max(lane["runs"][1::2]) < len(lane["looks"])
    assert (
        json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))["otherData"]["title"]
        == "</script><b>name"
    )


def test_the_page_names_the_stalls(tmp_path: Path) -> None:
    logs = made((ONE_TILE,), WAITING)
    stalled = replace(logs.scenario, stall=StallSpec("burst", 0.25, 8))
    write(logs._replace(scenario=stalled), ARRAY, tmp_path / PAGE, "a job", "passed", 0)
    assert "<h1>a job, stalls burst 25%</h1>" in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_the_picture_alone_is_well_formed() -> None:
    image = ElementTree.fromstring(picture(made(), ARRAY))
    assert "GEMM FP16 M=12 N=16 K=16" in image.attrib["aria-label"]
    assert len(image.findall("{*}g[@class='lane']")) == 7


def test_a_job_longer_than_can_be_drawn_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regressions.trace.job.MOST_CYCLES", 100)
    monkeypatch.setattr("regressions.trace.pages.MOST_CYCLES", 100)
    (page,) = job_pages(made(), ARRAY)
    assert page.observed.endswith("; the first 100 are drawn")
    assert page.agrees
    assert MOST_CYCLES > 360509  # the largest job of the contract's table


def test_a_job_without_a_cycle_has_an_empty_picture(tmp_path: Path) -> None:
    logs = made((ONE_TILE, SECOND))
    at_once = logs._replace(
        cuts=(TRIGGER,),
        beats=logs.beats[:0],
        accesses=logs.accesses[:1],
        events=logs.events[:0],
        states=states(ARRAY, (1, {"x_banks_0"})),
    )
    (page,) = write(at_once, ARRAY, tmp_path / PAGE, "cut at once", "")
    assert page.seen.cycles == 0
    assert page.picture.legend == []


def test_logs_are_read_as_they_were_written(tmp_path: Path) -> None:
    logs = made((ONE_TILE, SECOND))._replace(cuts=(77,), complete=False)
    path = place(tmp_path, "gemm_ops", 3)
    logs.write(path)
    again = read_logs(path)
    assert (again.scenario, again.cuts, again.complete) == (logs.scenario, (77,), False)
    for name in ("beats", "accesses", "events", "probe", "states"):
        assert np.array_equal(getattr(again, name), getattr(logs, name))


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half"])
def test_damaged_logs_are_an_error_of_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "some.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SchemaError, match=r"some\.npz: cannot be read as logs of a scenario"):
        read_logs(path)


def test_no_field_of_logs_is_forgotten() -> None:
    assert set(ScenarioLogs._fields) == {
        *("scenario", "beats", "accesses", "events", "probe", "states", "complete", "cuts")
    }


@pytest.mark.parametrize("seed", range(60))
def test_any_logs_have_a_page(seed: int, tmp_path: Path) -> None:
    """A broken device may leave anything; its report must not fail for that."""
    rng, logs = np.random.default_rng(seed), made((ONE_TILE, SECOND), WAITING)
    last = int(logs.events["cycle"][-1])
    for name in ("beats", "accesses", "events", "probe"):
        log = getattr(logs, name).copy()
        log = log[rng.random(log.size) < rng.choice([0.0, 0.5, 0.9, 1.0])]
        if rng.random() < 0.5:
            log["cycle"] = np.sort(rng.integers(0, last + 50, log.size))
        if name == "beats":
            log["add"] = np.where(rng.random(log.size) < 0.2, rng.integers(0, 1 << 32, log.size), log["add"])
            log["flags"] = np.where(rng.random(log.size) < 0.2, rng.integers(0, 4, log.size), log["flags"])
        logs = logs._replace(**{name: log})
    if rng.random() < 0.3:
        logs = logs._replace(cuts=tuple(sorted(rng.integers(0, last, rng.integers(1, 3)).tolist())))
    if rng.random() < 0.5:
        edges = np.sort(rng.integers(0, last, 20))
        words = rng.integers(0, 1 << 62, 20)
        logs = logs._replace(
            states=np.array([*zip(edges, words, strict=True)], logs.states.dtype), complete=bool(seed % 2)
        )
    for page in write(logs, ARRAY, tmp_path / PAGE, "wild", "logs", 0):
        assert page.seen.cycles >= 0
        for lane in lanes(page.seen, page.derived, ARRAY.instance):
            assert sum(run[0] for run in lane.runs) == page.seen.cycles
