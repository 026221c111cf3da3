# SPDX-License-Identifier: Apache-2.0
"""Tests of the report section on programs of the cluster, from the output of `make cluster`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from regressions.cluster.report import ClusterSection, cluster_section
from tests.runner.harness import Runner

COMMIT = "fedcba0987654321"


def row(program: str, size: int, cores: int, cycles: int) -> dict[str, Any]:
    """A row of `bench.json`."""
    sizes = {"M": size, "N": size, "K": size}
    share = size**3 / cycles / 48 if program in ("accelerator", "tiled") else None
    return {
        **{"program": program, "op": "GEMM", "format": "FP16", **sizes, "cores": cores, "cycles": cycles},
        **{"mac_per_cycle": size**3 / cycles, "utilization": share, "baseline": None, "speedup": None},
    }


ROWS = [
    *(row("plain", 16, cores, 40_000 // cores) for cores in (1, 8)),
    *(row("simd", size, 8, size**3 // 8) for size in (16, 64)),
    *(row("accelerator", size, 1, size**3 // 32) for size in (16, 64)),
    row("tiled", 256, 1, 360_000),
]
FIGURES = {
    "git": COMMIT,
    "phases": [{"size": 64, "programming": 29, "running": 6190, "waking": 13}],
    "sharing": [
        {"measured": "cores", "beside": ["accelerator"], "share": share, "cycles": 10, "slowdown": 1 + share}
        for share in (0.0, 0.5, 1.0)
    ],
    "training": [
        {
            "batch": 16,
            "utilization": 0.7,
            "accelerator": {
                "cycles": 345_678,
                "products": 0.876,
                "mac_per_cycle": 33.5,
                "dma_cycles": 21,
                "phases": [{"name": "last layer", "cycles": 900, "products": 600, "dma": 77}],
            },
            "software": {
                "cycles": 1_234_567,
                "products": 0.9,
                "mac_per_cycle": 8.1,
                "dma_cycles": 22,
                "phases": [{"name": "last layer", "cycles": 5_432, "products": 5_000, "dma": 0}],
            },
            "software_rate": 9.12,
        }
    ],
    "inference": {
        "cycles": 298_765,
        "busy": 0.954,
        "utilization": 0.8,
        "patch_cycles": 31,
        "bias_cycles": 1_000,
        "relu_cycles": 777,
        "dma_cycles": 32,
        "accelerator_cycles": 33,
        "layers": [{"name": "stack 1 a", "jobs": 18, "macs": 2_359_296, "cycles": 51_234, "busy": 51_111}],
    },
}


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A `bench.json`."""
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"cluster": ROWS, "cluster_figures": FIGURES}))
    return path


def test_programs_have_their_pictures(bench: Path) -> None:
    section = cluster_section(bench)
    rates, sharing = (re.findall(r">([^<]+)</(?:text|title)>", picture.svg) for picture in section.pictures)
    assert {"accelerator", "plain, 1 core", "plain, 8 cores", "simd, 8 cores", "MAC a cycle"} <= set(rates)
    assert {"cores beside accelerator", "conflicts that the accelerator wins, %"} <= set(sharing)


def test_a_speedup_names_its_baseline_at_the_largest_common_size(bench: Path) -> None:
    found = {(row.baseline, row.cores): row for row in cluster_section(bench).speedups}
    assert found.keys() == {("plain", 1), ("plain", 8), ("simd", 8)}
    assert (found["plain", 8].size, found["simd", 8].size) == (16, 64)
    assert found["simd", 8].rate == 8
    assert found["simd", 8].accelerator == 32
    assert found["simd", 8].factor == 4


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", '{"cluster": []}', '{"cluster": [], "cluster_figures": 1}'),
        json.dumps({"cluster": ROWS, "cluster_figures": FIGURES | {"training": {"batch": 16}}}),
    ],
)
def test_a_file_that_cannot_be_read_gives_an_empty_section(tmp_path: Path, text: str) -> None:
    (tmp_path / "bench.json").write_text(text)
    assert cluster_section(tmp_path / "bench.json") == ClusterSection()


def test_a_report_has_what_was_measured_or_says_how(runner: Runner, bench: Path) -> None:
    runner.tests(good={})
    page = runner.build / "reports" / "smoke-redmule" / "report.html"
    assert runner("regressions", "--tier", "smoke") == 0
    assert "No figures of programs yet: <code>make cluster</code>" in page.read_text()
    (runner.build / "reports" / "bench.json").write_bytes(bench.read_bytes())
    assert runner("regressions", "--tier", "smoke") == 0
    html = page.read_text()
    assert "No figures of programs yet" not in html
    assert f"at commit <code>{COMMIT}</code>, not the one of this run" in html
    assert "256x256x256" in html
    step = html[html.index("A training step of MLPerf Tiny") :]
    whole = ("16 samples", r"345\s678", "87.6 %", r"1\s234\s567", "9.12 MAC/cycle", "3.6 times as fast")
    phase = ("last layer", ">77<", ">223<", r"5\s432")
    assert all(re.search(text, step) for text in (*whole, *phase))
    image = html[html.index("An image through MLPerf Tiny") :]
    assert all(re.search(text, image) for text in (r"298\s765", "95.4 %", r"1\s777", "stack 1 a", r"51\s111"))
    assert "arXiv 2204.11192" in html
    assert html.count("<h4>Products on the accelerator and on the cores</h4>") == 1
