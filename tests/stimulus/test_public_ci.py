# SPDX-License-Identifier: Apache-2.0
"""The jobs of the public project's CI: its sizes, each without and with stalls, and all else drawn."""

from collections import Counter

from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from models.published import cases_of
from tb.exchange.entry import TestEntry
from tb.exchange.scenario import BANKS
from tb.exchange.traits import Size, Traits
from tb.stimulus.public_ci import CASES, MEASURED, PublicSizes
from tests.stimulus.devices import device

CI = {"op": "GEMM", "fmt": "FP16", "classes": "normal", "bank_rate": 0.25}


def test_each_size_comes_once_without_and_once_with_busy_banks() -> None:
    drawn = [PublicSizes("t", 1, CI, device()).scenario(index) for index in range(190)]
    sizes = Counter((job.m, job.n, job.k) for scenario in drawn for job in scenario.jobs)
    published = {(case.m, case.n, case.k) for case in cases_of(MEASURED) if case.published}
    assert len(published) == 92
    assert sizes == Counter(dict.fromkeys(published, 2)) + Counter({(48, 32, 32): 6})
    assert {(each.stall.kind, each.stall.rate) for each in drawn[::2]} == {("none", 0.0)}
    assert {(each.stall.kind, each.stall.rate) for each in drawn[1::2]} == {(BANKS, 0.25)}
    assert {(job.op, job.fmt) for each in drawn for job in each.jobs} == {(Op.GEMM, Format.FP16)}


def test_w_lies_where_the_public_ci_has_it() -> None:
    drawn = [PublicSizes("t", 1, CI, device()).scenario(index) for index in range(190)]
    offsets = [each.jobs[0].w_addr % 64 for each in drawn]
    assert offsets == [0] * 184 + [7, 7, 16, 16, 17, 17]
    assert {each.jobs[0].x_addr % 64 for each in drawn} == {each.jobs[0].z_addr % 64 for each in drawn} == {0}


def test_without_knobs_operations_and_formats_are_drawn() -> None:
    every = device(formats=tuple(Format), mixed_formats=True)
    stream = PublicSizes("t", 1, {}, every)
    jobs = [stream.scenario(index).jobs[0] for index in range(380)]
    assert {job.op for job in jobs} == set(Op)
    assert {fmt for job in jobs for fmt in job.formats} == set(Format)
    assert [(job.m, job.n, job.k) for job in jobs[:190]] == [(job.m, job.n, job.k) for job in jobs[190:]]
    assert jobs[0].data_seed != PublicSizes("t", 2, {}, every).scenario(0).jobs[0].data_seed
    assert len(CASES) == 95


def test_sizes_that_a_device_cannot_do_are_left_out_and_counted() -> None:
    even = replace(device(), traits=Traits(m=Size(least=8, multiple=8), k=Size(least=4096)))
    entry = TestEntry("t", "s", count=190, knobs=CI)
    assert PublicSizes.not_applicable(entry, even)
    tall = replace(device(), traits=Traits(m=Size(least=8, multiple=8)))
    assert PublicSizes.not_applicable(entry, tall) == ""
    stream = PublicSizes("t", 1, CI, tall)
    assert {stream.scenario(index).jobs[0].m % 8 for index in range(190)} == {0}
    assert stream.left_out.total() > 40
