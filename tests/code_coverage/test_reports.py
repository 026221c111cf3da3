# SPDX-License-Identifier: Apache-2.0
"""Tests of the reports of code coverage: pages, lcov, Cobertura, and the run's own report."""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from regressions import cli
from regressions.code_coverage import report as code_report
from regressions.code_coverage.measure import measure
from regressions.code_coverage.report import write
from regressions.simulators.base import BuildError
from regressions.simulators.points import Kind, Point
from tests.code_coverage.design import EVERYTHING, data, device
from tests.code_coverage.test_measure import FALL_RULE, HEAD, RARE_RULE
from tests.runner.harness import Runner

GOALS = "[goals]\nline = 100.0\n"


def report(folder: Path, rules: str = "") -> Path:
    """Writes all files."""
    unit = device(folder, rules)
    write(folder / "out", measure(data(), unit), unit, "run 1", 7)
    return folder / "out"


def test_lcov_has_lines_and_branches_without_the_excluded(tmp_path: Path) -> None:
    text = (report(tmp_path, HEAD + RARE_RULE) / "coverage.info").read_text().splitlines()
    assert text[0] == "TN:unit"
    assert text[1] == f"SF:{tmp_path / 'unit.sv'}"
    assert [line for line in text if line.startswith("DA:")] == [
        "DA:5,9",
        "DA:6,9",
        "DA:7,9",
        "DA:8,5",
        "DA:9,9",
    ]
    assert [line for line in text if line.startswith("BRDA:")] == [
        "BRDA:7,5,0,4",
        "BRDA:7,6,1,5",
        "BRDA:9,6,2,9",
    ]
    assert text[-1] == "end_of_record"
    assert {"LF:5", "LH:5", "BRF:3", "BRH:3"} <= set(text)


def test_lcov_has_a_count_of_each_line_with_a_branch(tmp_path: Path) -> None:
    unit = device(tmp_path)
    alone = {Point("unit.sv", 2, 5, Kind.BRANCH, name): hits for name, hits in (("if", 0), ("else", 3))}
    never = {Point("unit.sv", 3, 5, Kind.BRANCH, name): 0 for name in ("if", "else")}
    hits = Counter({**EVERYTHING, **alone, **never})
    write(tmp_path / "out", measure(data(all=hits), unit), unit, "run 1", 7)
    text = (tmp_path / "out" / "coverage.info").read_text().splitlines()
    counts = dict(line[3:].split(",") for line in text if line.startswith("DA:"))
    taken = [line[5:].split(",") for line in text if line.startswith("BRDA:")]
    assert (counts["2"], counts["3"]) == ("3", "0")
    assert [hits for line, _, _, hits in taken if line in "23"] == ["3", "0", "-", "-"]
    assert {line for line, *_ in taken} <= counts.keys()
    assert all((hits == "-") == (counts[line] == "0") for line, _, _, hits in taken)
    assert f"LF:{len(counts)}" in text


def test_cobertura_has_the_same_numbers(tmp_path: Path) -> None:
    top = ET.parse(report(tmp_path) / "cobertura.xml").getroot()
    assert (top.get("lines-covered"), top.get("lines-valid"), top.get("line-rate")) == ("5", "6", "0.8333")
    assert (top.get("branches-covered"), top.get("branches-valid")) == ("3", "4")
    lines = {line.get("number"): line for line in top.iter("line")}
    assert {number: line.get("hits") for number, line in lines.items()} == {
        **{"5": "9", "6": "9", "7": "9", "8": "5", "9": "9", "10": "0"}
    }
    assert lines["9"].get("condition-coverage") == "50% (1/2)"
    assert lines["8"].get("branch") == "false"
    (cls,) = top.iter("class")
    assert cls.get("filename") == str(tmp_path / "unit.sv")


def test_the_page_of_a_source_says_what_was_missed_and_why_the_rest_does_not_count(tmp_path: Path) -> None:
    folder = report(tmp_path, HEAD + GOALS + FALL_RULE)
    page = (folder / "unit.sv.html").read_text()
    assert '<tr id="L10" class="missed">' in page
    assert '<tr id="L9" class="part">' in page
    assert "branch: if" in page
    assert '<tr id="L2" class="excluded">' in page
    assert "excluded: only rises" in page
    index = (folder / "index.html").read_text()
    assert "line coverage 83.33 % of 100 %: 1 not hit" in index
    assert 'href="unit.sv.html"' in index


def covered(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: str) -> int:
    """Run a test of the fake simulator, which claims to have left this coverage."""
    unit = device(tmp_path, rules)
    coverage = measure(data(), unit)
    monkeypatch.setattr(code_report, "collect", lambda *_: coverage)
    monkeypatch.setattr(code_report, "write", lambda *_: None)
    runner.tests(good={})
    return runner("regressions", "--tier=smoke")


def test_a_run_shows_its_coverage(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert covered(runner, tmp_path, monkeypatch, HEAD + GOALS) == 0  # goals are for those who have all jobs
    shares = runner.summary()["coverage"]
    assert (shares["line"], shares["branch"], shares["toggle"]) == (83.333, 75.0, 50.0)
    page = (runner.build / "reports" / "smoke-redmule" / "report.html").read_text()
    assert "83.33 %" in page
    assert 'href="code_coverage/unit/index.html"' in page


def test_a_run_without_code_coverage_has_none(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier=smoke") == 0
    assert [runner.summary()["coverage"][kind] for kind in ("line", "branch", "toggle")] == [None] * 3


def test_stale_exclusions_fail_a_run(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert covered(runner, tmp_path, monkeypatch, HEAD + FALL_RULE.replace(":1->0", "")) == 1
    assert "a_i[1]:0->1 is hit; remove it" in runner.out
    assert "FAILED smoke" in runner.out
    folder = runner.build / "reports" / "smoke-redmule"
    assert "is hit; remove it" in (folder / "report.html").read_text()
    assert "is hit; remove it" in (folder / "summary.md").read_text()
    suite = ET.parse(folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert json.loads((folder / "summary.json").read_text())["totals"]["failed"] == 0


def test_damaged_coverage_data_fails_the_run(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> None:
        raise BuildError("coverage.dat:3: damaged coverage data")

    monkeypatch.setattr(code_report, "collect", damaged)
    runner.tests(good={})
    assert runner("regressions", "--tier=smoke") == 1
    assert "coverage.dat:3: damaged" in runner.out


@pytest.mark.sim
def test_a_simulation_of_the_coverage_build_is_measured(tmp_path: Path) -> None:
    build = tmp_path / "build"
    arguments = ["--test=gemm_ops_small:0:6", "--dut=serial", "--kind=coverage", f"--build={build}"]
    assert cli.main(["run", *arguments]) == 0
    shares = json.loads((build / "reports" / "run" / "summary.json").read_text())["coverage"]
    assert 80 < shares["line"] <= 100
    assert 50 < shares["branch"] <= 100
    assert 20 < shares["toggle"] < 100
    folder = build / "reports" / "run" / "code_coverage" / "serial"
    pages = {path.name for path in folder.glob("*.html")}
    assert {"index.html", "redmule_serial.sv.html", "serial_engine.sv.html"} <= pages
    assert "SF:rtl/serial/serial_engine.sv" in (folder / "coverage.info").read_text()
