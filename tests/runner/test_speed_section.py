# SPDX-License-Identifier: Apache-2.0
"""Tests of a report's pictures from the output of `make bench`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from regressions.report.speed import SpeedSection, speed_section
from tests.runner.harness import Runner

COMMIT = "1234567890abcdef"


def row(series: str, size: int, **more: Any) -> dict[str, Any]:
    """A row of `bench.json`."""
    values = {"instance": "4x12x3 DW256", "series": series, "op": "GEMM", "format": "FP16"}
    figures = {"cycles": 10 * size, "bound": 10 * size, "published": None, "utilization": 0.5}
    return values | dict.fromkeys("MNK", size) | figures | more


ROWS = [
    row("table", 96, published=1000),
    *(row("size", size, format=fmt) for fmt in ("FP16", "E4M3") for size in (8, 16)),
    *(row(series, size) for series in "MNK" for size in (8, 16)),
    *(row("stall", 64, stall_rate=rate) for rate in (0.0, 0.5)),
]
SCALING = {
    "git": "fedcba",
    "sizes": [
        {"instance": "4x12x3 DW256", "size": size, "work": size**3, "cycles": size**3} for size in (8, 16)
    ],
    "arrays": [
        {"instance": "16x16x3 DW512", "elements": 256, "cycles": 5, "cycles_per_second": 7}
        | {"build_seconds": None}
    ],
    "fits": [{"y": "cycles", "x": "steps", "exponent": 1.017, "points": 2, "worst": 1.0}],
}


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A `bench.json`."""
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"git": COMMIT, "accelerator": ROWS, "scaling": SCALING}))
    return path


def text_of(svg: str) -> list[str]:
    """The texts of a plot, and the names of its lines."""
    return re.findall(r">([^<]+)</(?:text|title)>", svg)


def test_each_instance_has_its_pictures_with_what_was_published(bench: Path) -> None:
    section = speed_section(bench)
    titles = [picture.title for picture in section.pictures]
    assert titles == [
        "4x12x3 DW256: utilization against size, by format",
        "4x12x3 DW256: utilization over each dimension, others 96",
        "Utilization against the memory's stall rate",
        "Cycles against work",
    ]
    assert {"FP16", "E4M3", "published", "steps M x N x K"} <= set(text_of(section.pictures[0].svg))
    assert {"M", "N", "K"} <= set(text_of(section.pictures[1].svg))
    assert "4x12x3 DW256 FP16" in text_of(section.pictures[2].svg)
    # Lines and text take the page's colour, and nothing is loaded from elsewhere.
    for picture in section.pictures:
        assert "currentColor" in picture.svg
        assert not re.search(r'(?:href|src)="(?!#)', picture.svg)


def test_published_points_are_drawn_where_their_cycles_put_them(bench: Path) -> None:
    def crosses(published: int) -> list[str]:
        rows = [row("table", 96, published=published), *ROWS[1:]]
        bench.write_text(json.dumps({"git": COMMIT, "accelerator": rows}))
        svg = speed_section(bench).pictures[0].svg
        return re.findall(r"<title>published</title>\s*<path d=\"M[\d.]+ ([\d.]+)", svg)

    # 50 % in 960 cycles is 48 % in 1000, and 24 % in 2000.
    (slow,), (fast,) = crosses(2000), crosses(1000)
    assert float(slow) - float(fast) == pytest.approx(24 / 102 * 230, abs=0.2)


def test_a_job_over_its_bound_stands_in_the_report(bench: Path) -> None:
    bench.write_text(json.dumps({"git": COMMIT, "accelerator": [row("size", 8, bound=79), row("size", 16)]}))
    assert speed_section(bench).slow == ["4x12x3 DW256 GEMM FP16 8x8x8: 80 cycles, at most 79"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"git": "", "accelerator": [{"M": 1}]}'])
def test_a_file_that_cannot_be_read_gives_an_empty_section(tmp_path: Path, text: str) -> None:
    (tmp_path / "bench.json").write_text(text)
    assert speed_section(tmp_path / "bench.json") == SpeedSection()


def test_figures_that_are_no_numbers_give_an_empty_section(bench: Path) -> None:
    rows = [*ROWS, row("M", 32, utilization="much")]
    bench.write_text(json.dumps({"git": COMMIT, "accelerator": rows}))
    assert speed_section(bench) == SpeedSection()


def test_a_report_says_what_was_measured_or_how_to_measure_it(runner: Runner, bench: Path) -> None:
    runner.tests(good={})
    page = runner.build / "reports" / "smoke-redmule" / "report.html"
    assert runner("regressions", "--tier", "smoke") == 0
    assert "Not measured yet: <code>make bench</code>" in page.read_text()
    (runner.build / "reports" / "bench.json").write_bytes(bench.read_bytes())
    assert runner("regressions", "--tier", "smoke") == 0
    html = page.read_text()
    assert f"at commit <code>{COMMIT}</code>, not the one of this run" in html
    assert html.count("<svg") >= 4
    assert "1.017" in html
    assert "Not measured yet: <code>make bench</code>" not in html
