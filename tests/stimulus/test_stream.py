# SPDX-License-Identifier: Apache-2.0
"""Streams: pure in their index, corners first, constraints explained, everything drawn in due share."""

import hashlib
import json
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from models.formats import Format, per_operand
from models.ops import Op
from models.timing import Instance
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import AIMED, BANKS, HELD, STALL_KINDS, WRITE_R_VALID, Scenario
from tb.registers.generate import register_map
from tb.registers.program import register_values
from tb.schema import SchemaError
from tb.sequences.encodings import EncodingStream
from tb.stimulus.corners import corners
from tb.stimulus.placement import BASES
from tb.stimulus.stream import ImpossibleConstraint, ScenarioStream

from .devices import device

UNAIMED = set(STALL_KINDS) - set(AIMED) - set(HELD) - {BANKS}
"""The kinds of stalls that are drawn unless a test asks for others."""


def make(seed: int = 1, name: str = "t", constraint: Any = None, **knobs: Any) -> ScenarioStream:
    return ScenarioStream(name, seed, knobs, device(), constraint)


def digest(scenarios: list[Scenario]) -> str:
    text = json.dumps([scenario.to_json() for scenario in scenarios], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_scenario_depends_on_seed_name_and_index_alone() -> None:
    forward = [make().scenario(i) for i in range(60)]
    other = make()
    assert [other.scenario(i) for i in reversed(range(60))] == forward[::-1]
    assert [other.scenario(i) for i in range(60)] == forward


def test_seeds_and_names_give_other_jobs() -> None:
    drawn = [make(seed, name).scenario(50) for seed in (1, 2, 3) for name in ("a", "b")]
    assert len({scenario.jobs for scenario in drawn}) == 6


def test_every_job_is_a_new_draw() -> None:
    stream = make()
    jobs = [job for i in range(500) for job in stream.scenario(i).jobs]
    assert len({(job.data_seed) for job in jobs}) == len(jobs)


def test_draws_are_pinned() -> None:
    # A change here changes every job of every seed: records stay valid, but runs are not comparable.
    assert digest([make().scenario(i) for i in range(100)]) == "6081ae1e05307b97"


def test_a_negative_index_is_an_error() -> None:
    with pytest.raises(IndexError, match="streams start at 0"):
        make().scenario(-1)


def test_shares() -> None:
    stream = make(corners=0)
    scenarios = [stream.scenario(i) for i in range(1500)]
    jobs = [job for scenario in scenarios for job in scenario.jobs]
    ops = Counter(job.op for job in jobs)
    assert set(ops) == set(Op)
    assert max(ops.values()) < 1.5 * min(ops.values())
    for operand in range(3):
        classes = Counter(job.classes[operand] for job in jobs)
        assert set(classes) == set(OPERAND_CLASSES)
        assert 0.25 < classes["normal"] / len(jobs) < 0.48
    stalls = Counter(scenario.stall.kind for scenario in scenarios)
    assert set(stalls) == UNAIMED
    assert 0.3 < stalls["none"] / len(scenarios) < 0.45
    assert {scenario.stall.write_r_valid for scenario in scenarios} == set(WRITE_R_VALID)
    assert {scenario.stall.gnt_without_req for scenario in scenarios} == {False, True}
    assert {job.core for job in jobs} == set(range(8))
    assert {len(scenario.jobs) for scenario in scenarios} == {1, 2}
    for addresses in (
        [job.x_addr for job in jobs],
        [job.w_addr for job in jobs],
        [job.z_addr for job in jobs],
    ):
        residues = Counter(address % 4 for address in addresses)
        assert min(residues.values()) > 0.1 * len(jobs)
    assert any(scenario.window.end == 2**32 for scenario in scenarios)
    assert any(scenario.window.base == 0 for scenario in scenarios)
    assert 0 < sum(job.n == 0 for job in jobs) < 0.1 * len(jobs)
    assert 0 < sum(job.empty for job in jobs) < 0.15 * len(jobs)
    assert max(job.macs for job in jobs) > 16000


def touches(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[1] > 0 and b[1] > 0 and a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


def test_queued_jobs_share_memory_in_every_way() -> None:
    stream = make(corners=0, jobs=2, chain=1.0, m=[1, 9], n=[1, 9], k=[1, 9])
    seen: Counter[str] = Counter()
    for index in range(400):
        first, second = stream.scenario(index).jobs
        seen["x"] += touches(second.x_range, first.z_range)
        seen["w"] += touches(second.w_range, first.z_range)
        seen["z"] += touches(second.z_range, first.z_range)
        seen["overwrite x"] += touches(second.z_range, first.x_range)
        seen["overwrite w"] += touches(second.z_range, first.w_range)
        seen["own"] += touches(second.z_range, second.x_range) or touches(second.z_range, second.w_range)
    assert seen["own"] == 0
    assert all(seen[way] > 20 for way in ("x", "w", "z", "overwrite x", "overwrite w"))


def test_without_chains_nothing_overlaps() -> None:
    stream = make(corners=0, jobs=[2, 3], chain=0.0, alias_xw=0.0, m=[1, 9], n=[1, 9], k=[1, 9])
    for index in range(200):
        spans = [s for job in stream.scenario(index).jobs for s in (job.x_range, job.w_range, job.z_range)]
        assert not any(touches(a, b) for a, b in combinations(spans, 2))


def test_aliases() -> None:
    stream = make(corners=0, alias_xw=1.0, chain=0.0, m=[1, 9], n=[1, 9], k=[1, 9])
    jobs = [job for i in range(50) for job in stream.scenario(i).jobs]
    assert all(touches(job.x_range, job.w_range) for job in jobs)
    assert {job.x_addr == job.w_addr for job in jobs} == {False, True}


def test_corners_come_first_and_hold_every_value() -> None:
    stream = make(corners=64)
    assert 32 < stream.corner_count <= 64
    first = [stream.scenario(i) for i in range(stream.corner_count)]
    leads = [scenario.jobs[0] for scenario in first]
    assert {job.op for job in leads} == set(Op)
    assert {scenario.stall.kind for scenario in first} == UNAIMED
    assert {job.classes[0] for job in leads} == set(OPERAND_CLASSES)
    assert {0, 1, 2, 11, 12, 13, 23, 24, 25, 64} <= {job.m for job in leads}  # L = 12
    assert {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 64} <= {job.n for job in leads}  # H = 4
    assert {0, 1, 2, 15, 16, 17, 31, 32, 33, 64} <= {job.k for job in leads}  # H(P+1) = 16
    addresses = [(job.x_addr % 4, job.w_addr % 4, job.z_addr % 4) for job in leads if not job.empty and job.n]
    assert all({residue[i] for residue in addresses} == {0, 1, 2, 3} for i in range(3))
    assert any(scenario.window.end == 2**32 for scenario in first)


def test_corners_have_the_same_shapes_for_every_seed_but_new_data() -> None:
    one, two = make(1), make(2)
    for index in range(one.corner_count):
        a, b = one.scenario(index).jobs[0], two.scenario(index).jobs[0]
        assert (a.op, a.m, a.n, a.k, a.classes) == (b.op, b.m, b.n, b.k, b.classes)
        assert a.data_seed != b.data_seed


def test_corners_keep_to_knobs_and_instance() -> None:
    stream = make(
        m=[5, 9], n=7, k={"values": [3, 8]}, op="GEMM", alignment=4, classes="raw", stall="none", jobs=1
    )
    leads = [stream.scenario(i).jobs[0] for i in range(stream.corner_count)]
    assert {job.m for job in leads} == {5, 9}
    assert {job.k for job in leads} == {3, 8}
    assert len(leads) < 20  # few factors are free, so few pairs are new
    small = corners(make().knobs, Instance(8, 8, 1, 256))
    assert {7, 8, 9} <= {corner.m for corner in small}
    assert make(corners=0).corner_count == 0


def test_corners_pair_the_formats_of_the_operands() -> None:
    whole = device(formats=tuple(Format), mixed_formats=True)
    stream = ScenarioStream("t", 1, {"corners": 200}, whole)
    rows = corners(stream.knobs, whole.instance)
    for left, right in combinations(range(3), 2):
        pairs = {(per_operand(row.fmt)[left], per_operand(row.fmt)[right]) for row in rows}
        assert len(pairs) == 16
    assert len({(row.op, per_operand(row.fmt)[2]) for row in rows}) == 8 * 4
    assert {15, 16, 17, 31, 32, 33} <= {
        row.n for row in rows
    }  # elements in a port word, of two bytes and of one
    only = ScenarioStream("t", 1, {"fmt": ["E4M3", "mixed"], "corners": 100}, whole)
    drawn = {row.fmt for row in corners(only.knobs, whole.instance)}
    assert drawn <= set(only.knobs.formats())
    assert Format.FP16 not in drawn


def test_corner_pairs_are_mostly_covered() -> None:
    stream = make(corners=200)
    rows = corners(stream.knobs, device().instance)
    pairs = {(row.op, row.stall) for row in rows}
    assert len(pairs) == len(Op) * len(UNAIMED)
    assert len({(row.op, row.classes) for row in rows}) == len(Op) * len(OPERAND_CLASSES)
    assert len({(row.base, row.stall) for row in rows}) == len(BASES) * len(UNAIMED)


def test_constraint_is_kept_and_rejections_are_counted() -> None:
    def square(job: Job) -> bool | str:
        if job.op is Op.MINMAX:
            return False
        return job.m == job.k or "M differs from K"

    stream = make(constraint=square, m=[1, 4], k=[1, 4])
    for index in range(60):
        assert all(job.m == job.k and job.op is not Op.MINMAX for job in stream.scenario(index).jobs)
    assert set(stream.rejected) == {"M differs from K", "constraint without a reason"}
    assert stream.rejected["M differs from K"] > 60


def test_an_impossible_constraint_is_explained() -> None:
    def never(job: Job) -> bool | str:
        return "M is not 99" if job.m % 2 else "M is even"

    stream = make(name="dream", constraint=never, m=[1, 8], op="GEMM")
    with pytest.raises(ImpossibleConstraint) as caught:
        stream.scenario(3)
    text = str(caught.value)
    assert text.startswith("test dream, scenario 3: 1000 candidates in a row")
    assert "'M is not 99'" in text
    assert "'M is even'" in text
    assert "relax the constraint" in text
    assert "op GEMM, m 1..8" in text
    assert sum(stream.rejected.values()) == 1000
    assert "\n" not in text


def test_a_constraint_that_forgets_to_answer_is_an_error() -> None:
    with pytest.raises(SchemaError, match="test t: its constraint returned None; return True"):
        make(constraint=lambda _: None).scenario(0)


def test_wrong_knobs_name_the_test() -> None:
    with pytest.raises(SchemaError, match=r"test t: knobs.opp: unknown key 'opp'; did you mean 'op'"):
        make(opp="GEMM")


def written(descriptor: Descriptor, count: int) -> list[int]:
    stream = EncodingStream("encodings", 1, {}, descriptor)
    jobs = [stream.scenario(index).jobs[0] for index in range(count)]
    assert all(descriptor.supports(job) is None for job in jobs)
    mixed = descriptor.mixed_formats
    return [register_values(job, register_map(mixed_formats=mixed))["MACFG"] & ~(7 << 10) for job in jobs]


def test_every_value_is_written_once() -> None:
    whole = device(formats=tuple(Format), mixed_formats=True)
    values = written(whole, 1024)
    assert set(values) == {low << 7 | high << 16 for low in range(8) for high in range(128)}
    assert written(whole, 1028)[1024:] == values[:4]


def test_without_the_extension_there_are_eight() -> None:
    assert sorted(written(device(formats=tuple(Format)), 8)) == [code << 7 for code in range(8)]
    assert sorted(written(device(), 5)) == [code << 7 for code in (1, 4, 5, 6, 7)]
