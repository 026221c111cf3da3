# SPDX-License-Identifier: Apache-2.0
"""The page's section on workloads: figures by phase, energy, software, and loss curves."""

import json
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.console import Console

from models.published import operating_points
from regressions.commands.workload import workload
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.paths import BuildTree
from regressions.provenance import git_revision
from regressions.report.html import render_html
from regressions.report.workloads import WorkloadView, loss_plot, phase_of, workload_section
from regressions.services import real_services
from regressions.summarize import summarize
from regressions.summary import Summary
from regressions.workloads.kept_learning import Curve, KeptLearning, keep_learning, kept_learning
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status
from tests.job_results import job_result
from tests.report.workload_runs import LEARNT, workload_result
from tests.runner.runs import started

ARRAY = load("redmule")


def summary_of(tree: Path, *results: SegmentResult, devices: tuple[Descriptor, ...] = (ARRAY,)) -> Summary:
    run = started(devices=devices, folder=tree / "run", tree=tree)
    return summarize(run, Execution(list(results), cycles=5000, seconds=2.0))


PRODUCTS = {16: 1_256_910}


def views(
    tree: Path,
    *results: SegmentResult,
    devices: tuple[Descriptor, ...] = (ARRAY,),
    products: Mapping[int, int] = MappingProxyType({}),
) -> list[WorkloadView]:
    section = workload_section(summary_of(tree, *results, devices=devices), products)
    assert section
    return list(section.views)


def test_steps_with_zeros_of_a_packing_are_not_useful(tmp_path: Path) -> None:
    (view,) = views(tmp_path, workload_result("dscnn", ARRAY))
    shown = {row.label: row for row in view.phases}
    assert view.utilization(shown["depthwise"]) == pytest.approx(72_000 / (9728 * 48), rel=1e-4)
    assert view.utilization(shown["depthwise"]) < 0.31 * shown["depthwise"].utilization(ARRAY.instance)
    assert view.utilization(shown["pointwise"]) == shown["pointwise"].utilization(ARRAY.instance)
    html = render_html(summary_of(tmp_path, workload_result("dscnn", ARRAY)))
    assert f"{view.total.needed / view.total.cycles:.1f}" == "28.5"
    assert '<td class="n"><b>59.3 %</b></td><td class="n">28.5</td>' in html


def test_phases_add_up_to_the_step(tmp_path: Path) -> None:
    (view,) = views(tmp_path, workload_result("autoencoder_b16", ARRAY))
    assert [(row.label, row.jobs) for row in view.phases] == [("forward", 10), ("inputs", 9), ("update", 10)]
    assert sum(row.cycles for row in view.phases) == view.total.cycles == 245_693
    assert view.utilization(view.total) == pytest.approx(0.964, abs=5e-4)
    assert [group.label for group in view.groups] == ["all", "forward", "inputs", "update"]
    for group in view.groups:
        assert sum(group.shares.values()) == pytest.approx(1)
    assert view.groups[0].shares["WORKING"] == pytest.approx(view.utilization(view.total))
    assert view.picture
    assert "Useful from" in view.picture.text


def test_a_squaring_is_a_phase_and_a_layer_is_none() -> None:
    assert phase_of("paths of 16 edges") == "paths of 16 edges"
    assert phase_of("update 10") == "update"
    assert phase_of("") == "jobs"


def test_times_and_energy_are_those_of_the_papers_operating_points(tmp_path: Path) -> None:
    slow, fast = operating_points()
    (view,) = views(tmp_path, workload_result("autoencoder_b16", ARRAY))
    assert slow.milliseconds(view.total.cycles) == pytest.approx(0.523, abs=5e-4)
    assert fast.milliseconds(view.total.cycles) == pytest.approx(0.401, abs=5e-4)
    assert view.millijoules(slow) == pytest.approx(59.4 * 245_693 / 470e6)
    assert view.millijoules(fast) is None
    (graph,) = views(tmp_path, workload_result("strongest_ties", ARRAY))
    assert graph.millijoules(slow) == pytest.approx(37.7 * graph.total.cycles / 470e6)


def test_there_is_no_energy_of_other_formats_and_arrays(tmp_path: Path) -> None:
    slow, other = operating_points()[0], load("redmule_8x8x1")
    (hybrid,) = views(tmp_path, workload_result("autoencoder_b16_hybrid", ARRAY))
    (large,) = views(tmp_path, workload_result("strongest_ties", other), devices=(other,))
    assert hybrid.millijoules(slow) is large.millijoules(slow) is None


def test_software_is_compared_with_where_it_was_measured(tmp_path: Path) -> None:
    results = [workload_result(name, ARRAY) for name in ("autoencoder_b16", "autoencoder_b16_hybrid")]
    assert [view.software for view in views(tmp_path, *results)] == [None, None]
    plain, hybrid = views(tmp_path, *results, products=PRODUCTS)
    assert plain.software
    assert plain.software.factor == pytest.approx(1_256_910 / 245_693)
    assert plain.software.rate == pytest.approx(9.05, abs=0.01)
    assert hybrid.software is None
    (part,) = views(tmp_path, workload_result("autoencoder_b16", ARRAY, most=20), products=PRODUCTS)
    assert (part.software, part.missing) == (None, 9)


def test_software_of_another_batch_is_none(tmp_path: Path) -> None:
    (view,) = views(tmp_path, workload_result("autoencoder_b16", ARRAY), products={64: 1_256_910})
    assert view.software is None


def test_failed_jobs_and_repeated_ones_do_not_count(tmp_path: Path) -> None:
    result = workload_result("strongest_ties", ARRAY)
    once = views(tmp_path, result)[0].total.cycles
    for scenario in (4, 5):
        result.jobs.append(job_result(test="strongest_ties", scenario=scenario, cycles=99_999))
    result.jobs[0].status = Status.MISMATCH
    (view,) = views(tmp_path, result)
    assert view.missing == 1
    assert view.total.cycles == once - (result.jobs[0].cycles or 0)


def test_a_device_without_a_probe_has_a_table_and_no_picture(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, workload_result("strongest_ties", ARRAY, probe=False))
    page = render_html(summary)
    assert "no probe that tells where its cycles went" in page
    assert "paths of 2 edges" in page


def test_a_program_that_changed_since_costs_its_jobs_and_one_that_raises_its_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = workload_result("strongest_ties", ARRAY)
    result.jobs[1].m += 1
    (view,) = views(tmp_path, result)
    assert sorted(view.run.results) == [0, 2, 3]
    kind = view.run.kind

    def gone(*_: object) -> None:
        raise FileNotFoundError("data.json")

    monkeypatch.setattr(kind, "account", gone)
    assert summary_of(tmp_path, result).workloads == []


def test_a_run_without_workloads_has_no_section(tmp_path: Path) -> None:
    for sequence in ("gemm_op", "nowhere.py:Gone", "tb/workloads/problems.py:Gone"):
        entry = TestEntry("t", sequence, weight=1.0)
        segment = Segment(entry, 1, 0, 1, 1, 100, device=ARRAY.name)
        summary = summary_of(tmp_path, SegmentResult(segment, Status.PASSED, "", "sims/0", [job_result()]))
        assert summary.workloads == []
        assert 'id="workloads"' not in render_html(summary)


def test_the_section_says_what_is_derived_and_what_is_missing(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, workload_result("autoencoder_b16", ARRAY, most=20))
    page = render_html(summary)
    section = page[page.index('<section id="workloads">') :]
    section = section[: section.index("</section>")]
    for text in (
        "power of another design",
        "arXiv 2301.03904",
        "755 and 1190 GFLOPS/W",
        "mJ at 470 MHz, derived",
        "20 of 29",
        "make workload NAME=learning",
        "<code>make cluster</code> measures it",
        "Each layer",
    ):
        assert text in section
    assert re.search(r'aria-label="autoencoder_b16 on redmule: where the cycles went\. Useful from', section)


def test_figures_are_in_the_summary_for_programs(tmp_path: Path) -> None:
    (found,) = summary_of(tmp_path, workload_result("autoencoder_b16", ARRAY)).to_json()["workloads"]
    assert (found["test"], found["dut"], found["jobs_planned"]) == ("autoencoder_b16", "redmule", 29)
    assert sum(row["cycles"] for row in found["labels"]) == 245_693
    assert found["labels"][0]["label"] == "forward 1"
    json.dumps(found)


def test_what_was_learnt_is_kept_and_drawn(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, workload_result("strongest_ties", ARRAY))
    keep_learning(tmp_path / "reports" / "learning.json", LEARNT, "abc")
    section = workload_section(summary, {})
    assert section
    assert (section.learning.git, section.learning.seeds) == ("abc", 2)
    assert [plot.title for plot in section.curves] == [
        "Loss of the classifier, by epoch",
        "Loss of the autoencoder, by epoch",
    ]
    classifier = dict(section.learning.tasks)["classifier"]
    assert [curve.arithmetic for curve in classifier] == ["float32", "FP16", "hybrid FP8"]
    assert classifier[0].losses[0] == pytest.approx(1.4)
    page = render_html(summary)
    assert "After 30 epochs: float32 0.04667, FP16 0.04667" in page
    assert "No loss curves yet" not in page


def test_the_study_keeps_what_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regressions.workloads.learning.study", lambda: iter(LEARNT))
    order = Order(name="learning", tree=BuildTree(tmp_path))
    printed = StringIO()
    assert workload(order, real_services(1), Console(file=printed, width=120)) == 0
    kept = kept_learning(order.tree.learning)
    assert [task for task, _ in kept.tasks] == ["classifier", "autoencoder"]
    assert kept.git == git_revision()  # empty where the project was unpacked without git
    assert "hybrid FP8" in printed.getvalue()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"trainings": []}', '{"trainings": [{"a": 1}]}'])
def test_a_file_of_another_version_gives_no_curves(tmp_path: Path, text: str) -> None:
    (tmp_path / "learning.json").write_text(text)
    assert kept_learning(tmp_path / "learning.json") == KeptLearning()
    assert kept_learning(tmp_path / "none.json") == KeptLearning()


def test_curves_have_a_point_for_each_epoch_and_a_logarithmic_axis() -> None:
    curves = [Curve("float32", (1.2, 0.3, 0.05), 0.97), Curve("FP16", (1.2, 0.31, 0.06), 0.96)]
    plot = loss_plot("classifier", curves)
    assert [each.label for each in plot.series] == ["float32", "FP16"]
    assert [each.dashed for each in plot.series] == [True, False]
    assert (plot.y.low, plot.y.high, plot.y.base) == (0.01, 10, 10)
    assert plot.svg
