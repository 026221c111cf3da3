# SPDX-License-Identifier: Apache-2.0
"""Second opinions: the model, the oracle and FPnew agree; one that differs is found, at its first step."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from models import oracle
from models.chains import step
from models.gemm import gemm_op
from models.ops import Op
from regressions.simulators import get_simulator
from regressions.simulators.opinions import opinions_model
from tb.exchange.job import Job
from tb.opinions import library
from tb.opinions.library import Fp16, Source
from tb.scoreboard import second_opinion
from tb.scoreboard.prediction import prediction
from tb.scoreboard.second_opinion import OUTPUTS, SOURCES, SecondOpinions
from tb.stimulus.image import initial_image
from tb.stimulus.job import GemmJob

SPECIAL = np.array(
    [0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00,
     0xFE01, 0x7C01, 0x3555],
    np.uint16,
)  # fmt: skip


@pytest.fixture(autouse=True)
def fpnew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The library, as the runner makes it once and tells where it is."""
    monkeypatch.setenv(library.VARIABLE, str(get_simulator().compile(opinions_model(), tmp_path / "log")))


def job_of(op: Op, m: int, n: int, k: int) -> Job:
    random = np.random.default_rng(m * n * k + op)
    x, w, y = (random.normal(size=shape) for shape in ((m, n), (n, k), (m, k)))
    (job,) = GemmJob(x, w, y, op=op).scenario().jobs
    return job


@pytest.mark.parametrize("op", Op)
def test_all_agree_on_all_pairs_of_special_values(op: Op) -> None:
    x, w, start = (each.reshape(-1, 1) for each in np.meshgrid(SPECIAL, SPECIAL, SPECIAL))
    first = np.zeros_like(start) if op is Op.MATMUL else start
    expected = step(op, x, w, first)[:, 0]
    for name, source in SOURCES.items():
        assert np.array_equal(source.chains(op, x, w, first[:, 0])[:, -1], expected), name


@pytest.mark.parametrize("op", Op)
def test_the_exact_library_is_the_oracle_of_the_models(op: Op) -> None:
    """The oracle that has been compared with fractions is plain Python; the library is it in C++."""
    random = np.random.default_rng(op)
    x, w, start = (random.integers(0, 1 << 16, (500, 9), np.uint16) for _ in range(3))
    x[::2] = x[::2] & 0x83FF | 0x3C00  # half of the numbers of similar size, so that sums round and cancel
    w[::2] = w[::2] & 0x83FF | 0x3400
    rows = zip(x.tolist(), w.tolist(), start[:, 0].tolist(), strict=True)
    expected = [oracle.chain(op, *row) for row in rows]
    sums = library.EXACT.chains(op, x, w, np.zeros(500, np.uint16) if op is Op.MATMUL else start[:, 0])
    assert sums.tolist() == expected


@pytest.mark.parametrize("op", Op)
def test_all_agree_on_a_job_of_any_bits(op: Op) -> None:
    random = np.random.default_rng(op)
    x, w, y = (random.integers(0, 1 << 16, shape, np.uint16) for shape in ((9, 33), (33, 11), (9, 11)))
    job = job_of(op, 9, 33, 11)
    start = y if op.reads_y else None
    assert SecondOpinions(share=1).on(0, job, x, w, start, gemm_op(op, x, w, start)) == []


def test_jobs_without_steps_or_elements_agree() -> None:
    empty = np.zeros((3, 0), np.uint16), np.zeros((0, 5), np.uint16), np.full((3, 5), 0x3C00, np.uint16)
    assert SecondOpinions().on(0, job_of(Op.GEMM, 3, 0, 5), *empty, empty[2]) == []


class Wrong(Source):
    """A source that errs from the third step on, seen from the library's side as a model that errs."""

    def differing(self, op: Op, places: NDArray[np.uint32], x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16) -> int:
        """Count with one bit of all results wrong."""
        return super().differing(op, places, x, w, y, z ^ 1)

    def chains(self, op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
        """Compute accumulators with one bit of all behind the second step wrong."""
        sums = super().chains(op, x, w, start)
        sums[:, 3:] ^= 1
        return sums


@pytest.mark.parametrize("name", SOURCES)
def test_each_output_that_differs_is_counted(name: str) -> None:
    random = np.random.default_rng(1)
    x, w, y = (random.integers(0, 1 << 16, shape, np.uint16) for shape in ((4, 6), (6, 5), (4, 5)))
    right = gemm_op(Op.GEMM, x, w, y)
    places = np.array([0, 7, 13, 19], np.uint32)
    for wrong in range(20):
        z = right.copy()
        z.reshape(-1)[wrong] ^= 1
        assert SOURCES[name].differing(Op.GEMM, places, x, w, y, z) == (wrong in places)
    assert SOURCES[name].differing(Op.GEMM, places, x.T.copy().T, w, y, right) == 0


@pytest.mark.proves("second_opinion")
@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_differs_is_named_with_its_first_step(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_opinion, "SOURCES", {**SOURCES, name: Wrong(SOURCES[name].name)})
    scenario = GemmJob(np.ones((4, 6)), np.ones((6, 5)), np.ones((4, 5))).scenario()
    predicted = prediction(scenario, initial_image(scenario), SecondOpinions())
    (finding,) = predicted.findings
    assert finding.checker == "second_opinion"
    assert finding.job == 0
    assert finding.detail.startswith(f"{name} on Z[")
    assert "step 3 of 6" in finding.detail
    assert f"({OUTPUTS} of {OUTPUTS} outputs differ)" in finding.detail


def test_a_sample_is_taken_of_long_jobs_and_some_are_taken_whole() -> None:
    opinions, job = SecondOpinions(share=4), job_of(Op.GEMM, 12, 3, 9)
    chosen = [opinions._chosen(replace(job, data_seed=seed)).tolist() for seed in range(200)]
    assert {place for places in chosen for place in places} == {*range(12 * 9)}
    sizes = [len(set(places)) for places in chosen]
    assert set(sizes) == {OUTPUTS, 12 * 9}
    assert 20 < sizes.count(12 * 9) < 90
    assert len(SecondOpinions()._chosen(job)) == OUTPUTS


def test_without_the_library_the_message_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(library.VARIABLE)
    with pytest.raises(KeyError, match=library.VARIABLE):
        library.FPNEW.chains(Op.GEMM, *(np.zeros((1, 1), np.uint16),) * 2, np.zeros(1, np.uint16))
