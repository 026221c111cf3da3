# SPDX-License-Identifier: Apache-2.0
"""Tests of the committed job list of `make bench`: its content, and that it does not change."""

import hashlib
import json
from collections import Counter
from pathlib import Path

from models.ops import Op
from models.timing import Instance
from tb.exchange.scenario import Scenario
from tb.schema import read_toml
from tb.stimulus.knobs import FIELDS
from tb.stimulus.stream import ScenarioStream

from .devices import device

LIST = Path(__file__).parents[2] / "regressions" / "speed" / "bench_mix.toml"
ENTRY = read_toml(LIST)["test"][0]
SEED = 1


def scenarios(instance: Instance) -> list[Scenario]:
    stream = ScenarioStream(ENTRY["name"], SEED, ENTRY["knobs"], device(instance=instance))
    return [stream.scenario(index) for index in range(ENTRY["count"])]


def test_the_list_does_not_move() -> None:
    # Results of `make bench` are compared over time: change the list only on purpose, with its baselines.
    for instance in (Instance(4, 12, 3, 256), Instance(1, 1, 0, 256)):
        text = json.dumps([scenario.to_json() for scenario in scenarios(instance)], sort_keys=True)
        assert hashlib.sha256(text.encode()).hexdigest()[:16] == "675e6621321a9027"


def test_no_knob_is_left_to_its_default() -> None:
    assert set(FIELDS) - set(ENTRY["knobs"]) == {"x_class", "w_class", "y_class"}


def test_the_mix() -> None:
    drawn = scenarios(Instance(4, 12, 3, 256))
    jobs = [job for scenario in drawn for job in scenario.jobs]
    assert len(jobs) == 400
    assert set(Counter(job.op for job in jobs)) == set(Op)
    assert {1, 64} <= {size for job in jobs for size in (job.m, job.n, job.k)}
    assert min(min(job.m, job.n, job.k) for job in jobs) == 1
    stalled = sum(scenario.stall.kind != "none" for scenario in drawn) / len(drawn)
    assert 0.25 < stalled < 0.35
    below_8 = sum(job.m < 8 for job in jobs) / len(jobs)
    assert 0.42 < below_8 < 0.58
