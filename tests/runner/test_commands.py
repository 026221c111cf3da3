# SPDX-License-Identifier: Apache-2.0
"""Commands import no more than they need; orders are what was typed; `make run` builds once."""

import os
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from cocotb_tools.config import pygpi_entry_point

from regressions import account
from regressions.cli import commands
from regressions.option import split
from regressions.order import Order
from regressions.paths import ROOT, BuildTree, quoted
from regressions.rundir import last_run
from regressions.shards import Shard
from regressions.simulators.verilator import cocotb_environment
from regressions.targets import MakeTarget
from tb.kinds import imported
from tb.stimulus.rng import derive
from tests.runner.fake import fake_device
from tests.runner.harness import Runner

_LOADED = "import sys; from regressions.cli import main; main(sys.argv[1:]); print(*sys.modules)"
_BENCH = {"pyuvm", "cocotb", "pytest", "asyncio", "jinja2", "regressions.report"}


@pytest.mark.parametrize("target", commands().values(), ids=commands())
def test_each_command_has_its_function(target: MakeTarget) -> None:
    assert callable(imported(target.function))


def _loaded(*command: str) -> set[str]:
    """Modules that a command loads."""
    argv = [sys.executable, "-c", _LOADED, *command]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_list_of_the_tests_answers_without_numbers_pictures_and_bench() -> None:
    loaded = _loaded("list")
    assert {"rich.table", "regressions.testlist"} <= loaded
    assert not loaded & (_BENCH | {"numpy", "tb.descriptor"})


def test_jobs_are_shown_without_a_bench() -> None:
    loaded = _loaded("show", "--test", "gemm_ops:0:2")
    assert "tb.stimulus.stream" in loaded
    assert not loaded & _BENCH


@pytest.mark.parametrize(
    "command", [("list",), ("show", "--test", "gemm_ops"), ("show", "--test", "edges_sizes")]
)
def test_looking_takes_less_than_a_second(command: tuple[str, ...]) -> None:
    """Processor time: on a busy machine the wall has another second."""
    before = os.times()
    _loaded(*command)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < 1.0


def test_a_simulation_begins_where_cocotb_says(tmp_path: Path) -> None:
    environment = cocotb_environment("top", "module", tmp_path)
    assert environment["GPI_USERS"].endswith(f";{pygpi_entry_point()}")


def test_variables_of_other_projects_do_not_reach_simulations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = ("COCOTB_TEST_FILTER", "COCOTB_RANDOM_SEED", "GPI_EXTRA", "PYGPI_USERS", "VERILATOR_ROOT")
    foreign += ("PYTHONOPTIMIZE", "PYTHONHOME", "PYTHONWARNINGS")
    for name in (*foreign, "OPENBLAS_NUM_THREADS", "MY_OWN", "PYTHONPATH"):
        monkeypatch.setenv(name, "other")
    environment = cocotb_environment("top", "module", tmp_path)
    assert not environment.keys() & {*foreign}
    assert environment["MY_OWN"] == "other"
    assert environment["PYTHONPATH"] == f"{ROOT}{os.pathsep}other"
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_every_field_of_an_order_is_an_option_of_its_own() -> None:
    options = Order.options()
    assert [*options, "typed"] == [field.name for field in fields(Order)]
    assert len({option.flag for option in options.values()}) == len(options)
    known = {name for target in commands().values() for name in target.variables}
    assert known == {option.variable for option in options.values()}


def test_an_order_has_what_was_typed_and_defaults_for_the_rest() -> None:
    order = Order.of({"shard": "2/3", "lists": ["a", "b"], "keep": True, "tree": "out", "command": "run"})
    assert (order.shard, order.lists, order.keep) == (Shard(2, 3), (Path("a"), Path("b")), True)
    assert order.tree == BuildTree(Path("out"))
    assert (order.tier.name, order.seed, order.covergroups) == ("pr", None, ())


def test_a_command_for_people_says_what_was_typed() -> None:
    names = ["my lists/it's $one.toml", "b.toml"]
    order = Order.of({"lists": names, "checkers": ["mine.py"], "record": "a b.json"})
    lists, checkers = shlex.split(order.rerun_options(fake_device()))
    assert split("LISTS", lists.removeprefix("LISTS=")) == names
    assert checkers == "CHECKERS=mine.py"
    assert shlex.split(f"R={quoted(Path('a b.json'))}") == ["R=a b.json"]


def kinds(runner: Runner) -> set[str]:
    """Build kinds of the last run."""
    folder = last_run(BuildTree(runner.build))
    assert folder is not None
    return {segment.kind for segment in account.read(folder).segments}


def test_a_single_test_needs_one_build(runner: Runner) -> None:
    """Nobody who waits for `make run` waits for the other build kinds of a tier, unless for one by name."""
    seed = next(seed for seed in range(100) if derive(seed, "build kind", "t", 0) % 10 == 9)
    runner.tests(t={"tiers": ["pr"]})
    same = ("--tier", "pr", "--seed", str(seed))
    assert runner("regressions", *same, "--tests", "t") == 0
    assert kinds(runner) == {"xrand"}, "the tier draws it"
    assert runner("run", "--test", "t", *same) == 0
    assert kinds(runner) == {"fast"}
    assert runner("run", "--test", "t", *same, "--kind", "xrand") == 0
    assert kinds(runner) == {"xrand"}
