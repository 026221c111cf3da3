# SPDX-License-Identifier: Apache-2.0
"""Bad input is one line that says what, where and what to do; exit code 2, and nothing is run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import to_builtins

from regressions import cli, machine
from regressions.commands import mutants
from regressions.errors import UserError
from regressions.mutants import defects
from regressions.paths import ROOT
from regressions.selection import find_entry
from regressions.simulators import tools
from regressions.simulators.base import BuildError
from regressions.testlist import LISTS, load, select
from regressions.tiers import load_tiers
from tb.exchange.entry import TestEntry, upgraded
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where
from tests.runner.harness import Runner

GOOD = '[[test]]\nname = "good"\nsequence = "gemm_op"\ntiers = ["smoke"]\ncount = 1\n'


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("regressions --tier smok", "unknown tier 'smok'; did you mean 'smoke'?"),
        ("regressions --tier smoke --tests goood*", "TESTS: unknown test 'goood*'"),
        ("regressions --tier pr --tests good", "'good' matches no test of tier pr"),
        ("regressions --tier smoke --dut seriel", "unknown device 'seriel'; did you mean 'serial'?"),
        ("regressions --tier smoke --kind fats", "unknown build kind 'fats'; did you mean 'fast'?"),
        ("run --test goof", "unknown test 'goof'; did you mean 'good'?"),
        ("run --test goof*", "TEST: unknown test 'goof*'"),
        ("run", "TEST: name a test"),
        ("run --test good:x", "cannot read 'good:x'; write name, name:scenario or name:begin:end"),
        ("run --test good:5:5", "'good:5:5' selects nothing"),
        (
            "run --test good:0:9999999999999",
            "asks for 9999999999999 scenarios; at most",
        ),
        ("replay", "R: name a failure record"),
        ("replay --r nowhere.json", "nowhere.json"),
        ("shrink", "R: name a failure record"),
        ("shrink --r nowhere.json", "nowhere.json"),
        ("rerun-failed", "there is no run yet; start with 'make regressions'"),
    ],
)
def test_a_bad_command_line(runner: Runner, command: str, message: str) -> None:
    runner.tests(good={})
    assert runner(*command.split()) == 2
    assert message in runner.err
    assert runner.err.startswith("error: ")
    assert runner.err.count("\n") == 1
    assert not runner.build.exists()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--seed=-1", "SEED must be a number of at least 0, not '-1'"),
        ("--seed=x", "SEED must be a number of at least 0, not 'x'"),
        ("--jobs=0", "JOBS must be a number of at least 1, not '0'"),
        ("--time=soon", "TIME must be like 90s, 30m or 8h, not 'soon'"),
        ("--time=-3m", "TIME must be like 90s, 30m or 8h, not '-3m'"),
        (
            "--tire=pr",
            "regressions knows no --tire; did you mean '--tier'? Known: --tier, --seed, --jobs, "
            "--farm, --resume, --dut, --tests, --time, --stop, --shard, --keep, --kind, --lists,"
            " --covergroups, --checkers, --build",
        ),
        ("pr", "'pr' belongs to no option of regressions"),
    ],
)
def test_a_bad_argument(runner: Runner, argument: str, message: str) -> None:
    runner.tests(good={})
    assert runner("regressions", argument) == 2
    assert runner.err == f"error: {message}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "wieght = 1\n", "test good.wieght: unknown key 'wieght'; did you mean 'weight'?"),
        (GOOD.replace("count = 1", ""), "test good: give either weight"),
        (GOOD + "weight = 1\n", "test good: give either weight"),
        (GOOD + 'bench = "cluster"\n', "test good.bench: unknown key 'bench'; did you mean 'runs_on'?"),
        (GOOD.replace("smoke", "smok"), "test good.tiers: unknown tier 'smok'; did you mean 'smoke'?"),
        (GOOD.replace('sequence = "gemm_op"', ""), "test good: key 'sequence' is missing"),
        (GOOD.replace("count = 1", "count = 0"), "test good.count: value 0 is out of range"),
        (
            GOOD.replace("count = 1", "count = 1000000000"),
            "test good.count: value 1000000000 is out of range",
        ),
        (GOOD.replace('"good"', '"a b"'), "'a b' is no test name"),
        (
            GOOD + 'testpoints = ["operaton"]\n',
            "test good.testpoints: unknown testpoint 'operaton'",
        ),
        (GOOD.replace("gemm_op", "gone.py:Test"), "no file 'gone.py' beside the list"),
        (GOOD + GOOD, "test 'good' is already defined in"),
        ("[[tests]]\n", "unknown key 'tests'; did you mean 'test'?"),
        ("[[test]\n", "malformed TOML"),
        ("test = 3\n", "expected a list, got 3"),
    ],
)
def test_a_malformed_list(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "list.toml"
    path.write_text(text)
    with pytest.raises(SchemaError) as error:
        load([path], ["smoke", "pr"])
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_record_of_before_says_bench() -> None:
    now = TestEntry("good", "cluster_gemm", count=1, runs_on="cluster")
    table = to_builtins(now)
    before = {("bench" if key == "runs_on" else key): value for key, value in table.items()}
    assert convert(upgraded(before), TestEntry, Where("")) == convert(table, TestEntry, Where("")) == now


@pytest.mark.parametrize(
    ("choose", "listing"),
    [
        (lambda: find_entry(load((LISTS,), load_tiers()), "gem_ops"), "; 'make list' lists them"),
        (lambda: select(load((LISTS,), load_tiers()), None, "gem_ops"), "; 'make list' lists them"),
        (
            lambda: mutants.select({"redmule": defects.load("redmule")}, "port"),
            "; docs/mutants.md says where",
        ),
    ],
)
def test_of_many_names_an_error_has_the_nearest(choose: Callable[[], object], listing: str) -> None:
    with pytest.raises(UserError) as error:
        choose()
    message = str(error.value)
    assert "; did you mean '" in message
    assert listing in message
    assert len(message) < 300


def test_errors_list_names_in_one_way_alone() -> None:
    """A list of names that grows must not fill an error."""
    sources = [path for folder in ("tb", "regressions") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in sources if "Known: {" in path.read_text(encoding="utf-8")] == ["schema.py"]


def test_a_missing_list(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"gone\.toml: no such file"):
        load([tmp_path / "gone.toml"], ["smoke"])


def test_a_missing_compiler_is_a_line(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(good={})
    monkeypatch.setenv("CXX", "gone++")
    assert runner("regressions", "--tier", "smoke") == 2
    assert runner.err == (
        "error: no C++ compiler: CXX=gone++ is not an executable: correct or unset it; "
        "the Debian package g++ has one\n"
    )


def test_perl_is_needed_for_a_simulator_that_is_written_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "verilator"
    script.write_text("#!/usr/bin/env perl\n")
    script.chmod(0o755)
    monkeypatch.setenv("VERILATOR", str(script))
    monkeypatch.setattr(tools, "executable", lambda: script)
    monkeypatch.setattr(tools.shutil, "which", lambda name: None if name == "perl" else f"/usr/bin/{name}")
    with pytest.raises(BuildError, match=r"perl not found, which runs .*: install the Debian package perl"):
        tools.require_tools()
    script.write_text("\x7fELF")
    tools.require_tools()


def test_a_missing_shared_python_names_its_package(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(good={})
    monkeypatch.setattr(machine.find_libpython, "find_libpython", lambda: None)
    assert runner("regressions", "--tier", "smoke") == 2
    assert "install the Debian package libpython3-dev" in runner.err


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        cli.main(["--help"])
    assert exit_info.value.code == 0
    out = capsys.readouterr().out
    for command in (
        "regressions",
        "run",
        "rerun-failed",
        "replay",
        "shrink",
        "list",
        "show",
        "lint",
        "bench",
    ):
        assert command in out
