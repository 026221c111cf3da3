# SPDX-License-Identifier: Apache-2.0
"""The collector and its input: only scenarios that passed count; the example of docs/coverage.md."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from models.ops import Op
from tb.coverage.block import block_of
from tb.coverage.collector import Collector, Cut
from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tb.dpi.bindings import STATE_DTYPE
from tb.env.background import Background
from tb.env.coverage import CoverageTap, Seen
from tb.exchange.device import Cover
from tb.exchange.results import Finding
from tb.exchange.scenario import Abort, Scenario
from tb.exchange.status import Status
from tb.registers.generate import register_map
from tb.registers.model import RegisterFileModel
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import initial_image
from tb.stimulus.job import GemmJob
from tb.stimulus.stream import ScenarioStream
from tb.uvm_tests.register_states import StateSequence
from tests.bench.logs import beats, events, read, write
from tests.registers.device import FakeDevice
from tests.registers.harness import DirectSequencer, logged, run
from tests.stimulus.devices import device

DEFINITION = load_definition()
DEVICE = replace(device(), cover=Cover("i_cover", ("full", "empty")))


class Now:
    """A worker that makes calls at once."""

    def submit(self, call: Callable[[], Any], _purpose: str) -> Any:
        """Makes the call."""
        value = call()
        return SimpleNamespace(result=lambda: value)


def collector(share: int = 0) -> Collector:
    """A collector that sorts at once."""
    return Collector(DEFINITION, DEVICE, Now(), share)


def hits(counts: Counts, item: str) -> dict[str, int]:
    """Hits of an item by the names of its bins."""
    found = counts.hits(DEFINITION.items[item])
    return {
        DEFINITION.items[item].bin_name(int(i)).split(" = ")[1]: int(found[i]) for i in np.flatnonzero(found)
    }


def scenario(op: Op = Op.GEMM, index: int = 0) -> Scenario:
    """One job of 2 x 2 matrices with explicit data."""
    one = np.ones((2, 2))
    return GemmJob(one, one, one, op).scenario(index)


def test_jobs_and_their_steps_count() -> None:
    it = collector()
    it.scenario(scenario(), initial_image(scenario()), [], 0)
    it.scenario(scenario(Op.MATMUL), initial_image(scenario(Op.MATMUL)), [], 0)
    counts = it.finish()
    assert hits(counts, "jobs.op") == {"MATMUL": 1, "GEMM": 1}
    assert hits(counts, "jobs.op.queue") == {"MATMUL, alone": 1, "GEMM, alone": 1}
    assert hits(counts, "jobs.x_class") == {}
    assert hits(counts, "fma.fma_op.fma_format.fma_event") == {
        "GEMM, FP16, exact": 8,
        "MATMUL, FP16, exact": 8,
    }


def test_a_share_of_the_jobs_is_looked_into() -> None:
    stream = ScenarioStream("t", 1, {"m": [1, 4], "n": [1, 4], "k": [1, 4], "jobs": 1}, DEVICE)
    drawn = [stream.scenario(i) for i in range(200)]
    steps = []
    for share in (0, 1, 4):
        it = collector(share)
        for each in drawn:
            it.scenario(each, initial_image(each), [], 0)
        found = hits(it.finish(), "operands.step_op.step_format.x_value.w_value.acc_value")
        steps.append(sum(found.values()))
    chosen = sum(each.jobs[0].macs for each in drawn if each.jobs[0].data_seed % 4 == 0)
    assert steps == [0, sum(each.jobs[0].macs for each in drawn), chosen]
    assert 0 < chosen < steps[1]


def test_a_cut_job_counts_as_cut_alone() -> None:
    one, two = scenario(), scenario(Op.MATMUL)
    both = Scenario(0, (one.jobs[0], two.jobs[0]), one.window, abort=Abort("clear", 3, 1))
    it = collector()
    it.scenario(both, initial_image(both), [], 0, Cut(0, 2, 0, True, False))
    counts = it.finish()
    assert hits(counts, "cuts.cut.progress") == {"clear, loading_waiting": 1}
    assert hits(counts, "jobs.op.queue") == {"MATMUL, behind_cut": 1}
    assert hits(counts, "fma.fma_op.fma_format.fma_event") == {}


def test_states_count_against_the_causes_of_cuts() -> None:
    states = replace(DEVICE, cover=Cover("i_cover", ("full", "empty"), ("empty",)))
    it = Collector(DEFINITION, states, Now(), 0)
    (job,) = scenario().jobs
    for value, bits in ((0, 0b11), (1, 0b10), (1, 0b01), (7, 0b10)):
        cut = Scenario(0, (job, job), scenario().window, abort=Abort("clear", 3, value))
        it.scenario(cut, initial_image(cut), [], 0, Cut(0, 2, 0, True, False, events=bits))
    counted = {"full": 0, "empty": 0, "clear_all_in_empty": 1, "clear_in_empty": 2, "reset_in_empty": 0}
    assert it.finish().events == counted
    assert set(states.counted_events) == set(counted)


def test_accesses_and_events_count() -> None:
    it = collector()
    it.accesses([(0x4C, 0, 3, 4, 1, 4)] * 2)
    for bits in (0b10, 0b11, 0b10):
        it.scenario(scenario(), initial_image(scenario()), [(0x00, 0, 15, 1, 0, 1)], bits)
    counts = it.finish()
    assert hits(counts, "registers.register.access.engine") == {
        "TRIGGER, 1111, idle": 3,
        "MCFG0, 0011, running": 2,
    }
    assert counts.events == {"full": 1, "empty": 3}


def test_the_background_counts_the_same() -> None:
    stream = ScenarioStream("t", 1, {"max_macs": 256}, DEVICE)
    drawn = [stream.scenario(i) for i in range(150)]
    background = Background()
    totals = []
    for worker in (Now(), background):
        it = Collector(DEFINITION, DEVICE, worker, 2)
        for each in drawn:
            it.scenario(each, initial_image(each), [(0x08, 1, 15, 1, 0, None)], 1)
            background.begin()
        totals.append(it.finish().to_json())
    background.close()
    assert totals[0] == totals[1]


def test_steps_of_undefined_values_are_left_out() -> None:
    job = scenario().jobs[0]
    image = initial_image(scenario())
    base = scenario().window.base
    assert block_of(job, image, base) is not None
    assert block_of(replace(job, z_addr=job.x_addr + 7), image, base) is None
    assert block_of(replace(job, z_addr=job.x_addr + 8), image, base) is not None


def test_a_large_job_is_looked_into_in_part() -> None:
    large = GemmJob(np.ones((40, 32)), np.ones((32, 50)), np.ones((40, 50))).scenario()
    block = block_of(large.jobs[0], initial_image(large), large.window.base)
    assert block.x.shape == (1, 32)
    assert block.w.shape == (32, 50)
    long = GemmJob(np.ones((1, 3000)), np.ones((3000, 1)), np.ones((1, 1))).scenario()
    assert block_of(long.jobs[0], initial_image(long), long.window.base) is None


def tap(covered: int = 0, beat_log: Any = (), event_log: Any = ()) -> tuple[CoverageTap, Collector]:
    """Tap between bench and collector, on logs made by hand."""
    it = collector()
    handle = SimpleNamespace(
        shared=SimpleNamespace(covered=covered, state_capacity=4),
        beat_log=lambda: beats(beat_log).records,
        event_log=lambda: events(event_log).records,
        state_log=lambda: np.array([(3, 0b01), (6, 0b10), (9, 0b11)], dtype=STATE_DTYPE),
    )
    return CoverageTap(handle, RegisterFileModel(register_map()), it, DEVICE), it  # type: ignore[arg-type]


FINDING = Finding(Status.MISMATCH, "memory", "wrong", 0)


@pytest.mark.parametrize(("findings", "known"), [([FINDING], []), ([], ["odd-z"])])
def test_a_scenario_that_did_not_pass_counts_for_nothing(findings: list[Finding], known: list[str]) -> None:
    it, behind = tap(covered=3)
    seen = Seen([(0x4C, 0, 3, 4, 1, 4)], 3, None)
    it.judged(scenario(), initial_image(scenario()), seen, Verdict([], findings, 64, known=known))
    counts = behind.finish()
    assert counts.items == {}
    assert counts.events == {"full": 0, "empty": 0}
    it.judged(scenario(), initial_image(scenario()), seen, Verdict([], [], 64))
    counts = behind.finish()
    assert hits(counts, "jobs.op") == {"GEMM": 1}
    assert counts.events == {"full": 1, "empty": 1}


def test_accesses_that_the_model_did_not_agree_with_count_for_nothing() -> None:
    it, behind = tap()
    model = it._model
    for passed in (False, True):
        model.feed([(10, 0x4C, 0, 0, 1, 0, 15, 1)], [])
        it.accesses(passed=passed)
    assert hits(behind.finish(), "registers.register.access.engine") == {"MCFG0, 1111, idle": 1}


def test_the_state_at_an_access_is_that_before_it() -> None:
    it, behind = tap()
    acquire, trigger, status = (4, 1), (0, 0), (0xC, 1)
    wanted = (acquire, trigger, status, status, status)
    rows = [(10 * i, add, 0, 0, 1, wen, 15, 1) for i, (add, wen) in enumerate(wanted)]
    it._model.feed(rows[:4], [])
    it._model.feed([rows[4]], [(35, 0)])
    it.accesses(passed=True)
    assert hits(behind.finish(), "registers.register.lock.engine") == {
        "ACQUIRE, free, idle": 1,
        "TRIGGER, own, idle": 1,
        "STATUS, free, running": 2,
        "STATUS, free, idle": 1,
    }


def test_progress_at_a_cut_is_read_from_the_logs() -> None:
    log = [read(5, 0), read(6, 0, waits=True), read(7, 0, waits=True), write(9, 0)]
    it, _ = tap(beat_log=log, event_log=[(12, 0)])
    (one,) = scenario().jobs
    cut = Scenario(0, (one, one), scenario().window, abort=Abort("clear", 3))
    assert [it.look(cut, [edge]).cut for edge in (4, 5, 7, 8, 9, 12)] == [
        Cut(0, 0, 0, False, False, events=0b01),
        Cut(0, 1, 0, False, False, events=0b01),
        Cut(0, 1, 0, True, False, events=0b10),
        Cut(0, 1, 0, False, False, events=0b10),
        Cut(0, 1, 1, False, False, events=0b11),
        Cut(0, 1, 1, False, True, events=0b11),
    ]
    queued = Scenario(0, (one, one, one), cut.window, abort=cut.abort)
    assert it.look(queued, [9, 10]).cut == Cut(0, 1, 1, False, False, events=0b11)
    assert it.look(queued, [13]).cut == Cut(1, 0, 0, False, False, events=0b11)
    assert it.look(queued, [5, 6]).cut == Cut(0, 1, 0, False, False, True, None, 0b01)
    assert it.look(scenario(), []).cut is None


DOCUMENT = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text()
EXAMPLE = DOCUMENT.split("## A covergroup of your own")[1]


def block_of_example(language: str) -> str:
    """The example's block_of_example of a language."""
    found = re.search(rf"```{language}\n(.*?)```", EXAMPLE, re.DOTALL)
    return found[1]


def test_the_example_counts_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "shapes.toml").write_text(block_of_example("toml"))
    (tmp_path / "shapes.py").write_text(block_of_example("python"))
    definition = load_definition((tmp_path / "shapes.toml",))
    it = Collector(definition, DEVICE, Now())
    for m, k in ((3, 2), (2, 2), (2, 5), (4, 1), (0, 2)):
        scenario = GemmJob(np.ones((m, 2)), np.ones((2, k)), np.ones((m, k))).scenario()
        it.scenario(scenario, initial_image(scenario), [], 0)
    counts = it.finish()
    assert counts.hits(definition.items["shapes.shape"]).tolist() == [2, 1, 1]
    assert counts.hits(definition.items["shapes.shape.op"]).sum() == 4
    assert 'modules = ["shapes.py"]' in block_of_example("toml")


def test_every_covergroup_is_explained() -> None:
    groups = {group.name for group in load_definition().groups}
    assert all(f"`{name}`" in DOCUMENT for name in (*groups, "internal"))


LONG_JOB = {"X_ADDR": 0x1000, "W_ADDR": 0x2000, "Z_ADDR": 0x3000, "MCFG0": 0x0001_0001, "MCFG1": 0xFFFF}


def test_it_makes_every_access_in_every_state() -> None:
    sequencer = DirectSequencer(FakeDevice(endless=True))
    run(StateSequence(LONG_JOB).start(sequencer))
    model = RegisterFileModel(register_map())
    model.traces = []
    assert model.feed(logged(sequencer.observed), sequencer.device.events) == []
    it = collector()
    it.accesses(model.take_traces())
    counts, definition = it.finish(), load_definition()
    for item in definition.items.values():
        if item.sample == "access":
            missed = np.flatnonzero((counts.hits(item) == 0) & ~definition.excluded(item))
            assert [item.bin_name(int(index)) for index in missed] == []
    assert counts.excluded_hits() == []
