# SPDX-License-Identifier: Apache-2.0
"""Texts in a locale without UTF-8, names and sources that are no UTF-8, and halves of characters."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regressions.code_coverage.exclusions import Texts
from regressions.mutants.source import VerilogSource
from regressions.paths import ROOT
from tb.exchange.results import JobResult, decode, encode
from tb.exchange.status import Status
from tb.source_text import read_source_text, write_source_text
from tests.code_coverage import design
from tests.job_results import job_result
from tests.runner.harness import Runner

LATIN = "en_US.ISO-8859-1"
TEXT = "caf\u00e9 \u2014 done"


@pytest.fixture(scope="module")
def latin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a locale of Latin-1."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef") is None:
        pytest.skip("no localedef, which makes locales")
    made = subprocess.run(["localedef", "-i", "en_US", "-f", "ISO-8859-1", folder / LATIN], check=False)
    if made.returncode:
        pytest.skip("no sources of locales: the Debian package locales has them")
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    return {**clean, "LOCPATH": str(folder), "LC_ALL": LATIN}


def _said(environment: dict[str, str], *arguments: str) -> bytes:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout


def test_a_run_writes_its_reports(runner: Runner, latin: dict[str, str]) -> None:
    runner.tests(good={"description": TEXT})
    options = ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml")]
    said = _said(latin, "tests.runner.fake", "regressions", "--tier", "smoke", "--dut", "redmule", *options)
    assert b"PASSED smoke" in said
    (page,) = runner.build.glob("reports/*/report.html")
    assert "\u202f" in page.read_text(encoding="utf-8"), "a narrow space, which Latin-1 has not"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [(LATIN, b"caf\xe9 ? done"), ("C", TEXT.encode()), ("C.UTF-8", TEXT.encode())],
)
def test_the_console_replaces_what_it_cannot_show(
    runner: Runner, latin: dict[str, str], locale: str, expected: bytes
) -> None:
    runner.tests(good={"description": TEXT})
    arguments = ("regressions", "list", "--lists", str(runner.folder / "list.toml"))
    assert expected in _said({**latin, "LC_ALL": locale}, *arguments)


@pytest.mark.parametrize("option", ["--build", "--lists", "--dut"])
def test_a_name_that_is_no_text_is_a_line(runner: Runner, option: str) -> None:
    runner.tests(good={})
    assert runner("run", "--test", "good", option, os.fsdecode(b"b\xf6se")) == 2
    assert runner.err == "error: 'b\\udcf6se' is not in UTF-8: rename that file or folder\n"


def test_half_a_character_in_a_result_is_written_out() -> None:
    line = job_result(status=Status.MISMATCH, detail="wrong \ud800 there")
    written = decode(encode(line))
    assert isinstance(written, JobResult)
    assert written.detail == "wrong \\ud800 there"


def test_sources_of_others_may_hold_any_bytes(tmp_path: Path) -> None:
    source, content = tmp_path / "unit.sv", b"// caf\xe9 \x0c \xe2\x80\xa8\n" + design.TEXT.encode()
    source.write_bytes(content)
    text = read_source_text(source)
    assert VerilogSource(text).text == text
    write_source_text(source, text)
    assert source.read_bytes() == content


def test_a_covered_source_may_hold_any_bytes(tmp_path: Path) -> None:
    device = design.device(tmp_path)
    (source,) = device.sources
    source.write_bytes(b"// caf\xe9 \x0c \xe2\x80\xa8 \x85\n" + source.read_bytes())
    lines = Texts(device).lines[source.name]
    assert lines[1] == design.TEXT.split("\n")[0], "lines are the simulator's"
