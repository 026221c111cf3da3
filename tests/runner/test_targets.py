# SPDX-License-Identifier: Apache-2.0
"""Variables behind make: each target knows its variables, and values are data."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from regressions import cli
from regressions.errors import UserError
from regressions.option import split
from regressions.paths import ROOT
from regressions.targets import WIDTH, help_lines, load, look, take_typed, unused
from tests.docs.tree import tracked


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call make as from a shell, not as from a target that runs this test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env=inherited
    )


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An environment whose Python shows its arguments and a part of its own environment."""
    program = tmp_path / "it's an $env" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\nfor n in TESTS SEED DUT LISTS; do printenv $n; done\n')
    program.chmod(0o755)
    return program


def test_the_makefile_and_the_table_have_the_same_targets() -> None:
    text = (ROOT / "Makefile").read_text()
    found = re.search(r"^COMMANDS := ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert found is not None
    commands = found[1].replace("\\", "").split()
    assert commands == list(cli.commands())
    phony = re.search(r"^\.PHONY: python (.*) \$\(COMMANDS\)$", text, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(load().all) - set(commands)


def test_every_variable_is_explained_and_of_use() -> None:
    used = {name for target in load().all.values() for name in target.variables}
    assert used == set(load().variables)


def test_help_is_the_default_fits_a_terminal_and_has_everything() -> None:
    done = _make()
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines == _make("help").stdout.splitlines() == "\n".join(help_lines()).splitlines()
    assert all(len(line) <= WIDTH for line in lines)
    assert "TIER=smoke" in lines[2], "what a newcomer needs is first"
    for word in (*load().all, *load().variables, *load().tools):
        assert re.search(rf"^  {re.escape(word)} ", done.stdout, re.MULTILINE), word


@pytest.mark.parametrize(
    ("goals", "typed", "message"),
    [
        ("regressions", "TEIR", "make regressions knows no TEIR; did you mean 'TIER'? Known: TIER, SEED,"),
        ("regressions", "TEST", "make regressions knows no TEST; did you mean 'TESTS'? Known:"),
        ("run", "TESTS", "make run knows no TESTS; did you mean 'TEST'? Known: TEST,"),
        (
            "run",
            "SHARD",
            "make run knows no SHARD; it is for regressions, mutants, prove, faults; 'make help'",
        ),
        ("run", "KEEP", "make run knows no KEEP; it is for regressions, merge, coverage, synth, prove; "),
        ("lint test", "ARG", "make lint test knows no ARG; did you mean 'ARGS'? Known: DUT, JOBS,"),
        ("clean", "BUILD", "make clean knows no BUILD; it is for regressions,"),
        ("regresions", "", "make knows no target 'regresions'; did you mean 'regressions'?"),
    ],
)
def test_what_is_not_known_is_refused_with_what_was_perhaps_meant(
    goals: str, typed: str, message: str
) -> None:
    with pytest.raises(UserError) as error:
        look(goals.split(), typed.split())
    assert str(error.value).startswith(message)


def test_targets_together_know_what_one_of_them_does() -> None:
    look(["lint", "regressions", "test"], ["TIER", "ARGS", "VENV", "PIP_NO_INDEX"])


@pytest.mark.parametrize("arguments", [("regressions", "TEIR=smoke"), ("run", "SHARD=1/2"), ("lnit",)])
def test_nothing_is_made_for_what_was_not_meant(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = _make(*arguments, f"VENV={tmp_path / 'none'}")
    assert done.returncode == 2
    assert done.stderr.startswith("error: make ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (1, 0), (2, 2), (130, 2)])
@pytest.mark.parametrize("goal", ["shrink", "waves"])
def test_a_failure_that_is_found_again_is_no_error_of_make(
    goal: str, code: int, ended: int, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho one\necho two\necho three\nexit {code}\n")
    program.chmod(0o755)
    done = _make("-o", "env", goal, "R=x", f"VENV={tmp_path}")
    assert done.returncode == ended
    assert done.stdout == "one\ntwo\nthree\n"
    assert done.stderr.strip().endswith(f"Error {code}") if ended else done.stderr == ""


def test_values_are_data(python: Path, tmp_path: Path) -> None:
    evil = f"1'; touch {tmp_path}/shell; '$(shell touch {tmp_path}/make)"
    values = {"TESTS": "gemm_*,a b", "SEED": evil, "DUT": "x $y#z.toml", "LISTS": "'a b' c"}
    typed = [f"{name}={value}" for name, value in values.items()]
    done = _make("-o", "env", "regressions", f"VENV={python.parent.parent}", *typed)
    assert done.stdout.splitlines() == ["-m regressions regressions", *values.values()]
    assert not {path.name for path in tmp_path.iterdir()} & {"shell", "make"}


def test_variables_of_other_projects_do_not_count() -> None:
    others = {"TIME": "%E real", "TESTS": "unit", "KIND": "cluster", "R": "4.3", "SHARD": "x", "STOP": ""}
    notes = list(unused(["regressions"], ["SHARD"], others))
    assert notes[0] == "note: TESTS of the environment does not count; write it behind make: TESTS=..."
    assert [note.split()[1] for note in notes] == ["TESTS", "TIME", "KIND"]
    assert take_typed({**others, "MAKE_TYPED": ""}) == {}


def test_what_was_typed_leaves_the_environment_of_children() -> None:
    environment = {"MAKE_TYPED": "SEED TOP VENV", "MAKE_GOALS": "run", "SEED": "7", "TOP": "x", "VENV": "e"}
    assert take_typed(environment) == {"SEED": "7", "TOP": "x"}
    assert environment == {"VENV": "e"}


def test_variables_behind_make_are_options(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lists = tmp_path / "my lists"
    lists.mkdir()
    (lists / "one.toml").write_text('[[test]]\nname = "mine"\nsequence = "gemm_op"\ncount = 1\n')
    assert cli.main(["list"], variables={"LISTS": str(lists), "TESTS": "mine", "SEED": "x"}) == 0
    assert "mine" in capsys.readouterr().out
    assert cli.main(["run"], variables={"WAVES": "yes"}) == 2
    assert capsys.readouterr().err == "error: WAVES must be 1 or 0, not 'yes'\n"


def test_several_values_may_have_blanks(tmp_path: Path) -> None:
    (tmp_path / "a b.toml").touch()
    assert split("LISTS", f"{tmp_path}/a b.toml") == [f"{tmp_path}/a b.toml"]
    assert split("LISTS", "'a b' c\\ d  e") == ["a b", "c d", "e"]
    with pytest.raises(UserError, match='LISTS: cannot read "it\'s": no closing quotation'):
        split("LISTS", "it's")


def test_what_documents_and_messages_tell_people_to_type_is_known() -> None:
    told = re.compile(r"\bmake ([a-z-]+)((?: +\[?[A-Z]+=(?:'[^']*'|[^\s`'\"]*))+)")
    found = 0
    files = [path for pattern in ("*.md", "*.py", "*.toml", "*.j2") for path in tracked(pattern)]
    for path in files:
        if path.is_relative_to(ROOT / "tests") or path.name == "CHANGELOG.md":
            continue
        for target, typed in told.findall(path.read_text(encoding="utf-8")):
            names = re.findall(r"([A-Z]+)=", re.sub(r"'[^']*'", "", typed))
            look([target], names)
            found += 1
    assert found > 50
