# SPDX-License-Identifier: Apache-2.0
"""Commands of ``python -m regressions``, as the Makefile calls them."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from regressions import commands, inspection, lint, merge, mutants, replay, shrink, speed, whole
from regressions.baseline.command import baseline
from regressions.cluster.commands import cluster, sw
from regressions.code_coverage import command as code_coverage
from regressions.commands import Options
from regressions.errors import UserError, describe_os_error
from regressions.paths import ROOT, BuildTree
from regressions.run import EXIT_BAD_INPUT, EXIT_INTERRUPTED
from regressions.services import Services, real_services
from regressions.shards import WHOLE, parse_shard
from regressions.simulators.base import BuildError
from regressions.testlist import LISTS
from regressions.tiers import get_tier
from tb.schema import SchemaError

Action = Callable[[Options, Services, Console], int]

_COMMANDS: dict[str, tuple[Action, str]] = {
    "regressions": (whole.regressions, "run the tests of a tier"),
    "run": (commands.run, "run one test, or chosen scenarios of it"),
    "rerun-failed": (commands.rerun_failed, "run again what did not pass in the last run"),
    "replay": (replay.replay, "run a failure record again: the scenario alone, then with its prefix"),
    "shrink": (shrink.shrink, "reduce a failure record to the smallest failure"),
    "list": (inspection.list_tests, "list the tests"),
    "show": (inspection.show, "show the jobs of a test without simulating"),
    "lint": (lint.lint, "check Python and SystemVerilog"),
    "bench": (speed.bench, "measure the speed of model and simulation"),
    "baseline": (baseline, "measure the jobs whose cycles are kept, and keep them"),
    "coverage": (code_coverage.coverage, "measure the code coverage of a device"),
    "merge": (merge.merge, "join runs of several machines into one report"),
    "cluster": (cluster, "measure programs on the cluster"),
    "sw": (sw, "build the programs of the cluster"),
    "mutants": (mutants.mutants, "find out whether the bench finds deliberate defects of a device"),
}


class _Parser(argparse.ArgumentParser):
    """Bad arguments are bad input like any other: one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(re.sub(r"^argument --\w+: ", "", message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("python -m regressions", description=__doc__, allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, text) in _COMMANDS.items():
        sub = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.add_argument("--tier", default="pr", help="budget of the run (default pr)")
        sub.add_argument("--seed", type=_seed, help="seed of all random streams (default: the tier's)")
        sub.add_argument("--jobs", type=_processes, help="simulations at a time (default: processors)")
        sub.add_argument("--dut", default="", help="name or path of a device descriptor")
        sub.add_argument("--tests", default="", help="patterns of test names, separated by commas")
        sub.add_argument("--time", type=_duration, help="soak: run for 90s, 30m or 8h")
        sub.add_argument(
            "--test", default="", help="name, name:scenario or name:begin:end; several with commas"
        )
        sub.add_argument("--kind", default="", help="build kind")
        sub.add_argument("--waves", action="store_true", help="write waves.vcd")
        sub.add_argument(
            "--scaling", action="store_true", help="benchmarks: sizes up to 512 and arrays, slow"
        )
        sub.add_argument("--record", type=Path, help="failure record")
        sub.add_argument("--lists", type=Path, action="append", default=[], help="further test lists")
        sub.add_argument("--covergroups", type=Path, action="append", default=[], help="further covergroups")
        sub.add_argument("--shard", type=parse_shard, default=WHOLE, help="part of a run, such as 1/3")
        sub.add_argument("--keep", action="store_true", help="keep the coverage as the baseline")
        sub.add_argument("--graded", action="store_true", help="mutants: run all tests with each")
        sub.add_argument("--runs", type=Path, nargs="+", action="extend", default=[], help="run folders")
        sub.add_argument("--build", type=Path, default=ROOT / "build", help="folder of all outputs")
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"SEED must be a number of at least 0, not {text!r}")
    return int(text)


def _processes(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"JOBS must be a number of at least 1, not {text!r}")
    return int(text)


def _duration(text: str) -> float:
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], text[-1:]) if text[-1:] in units else (text, "s")
    try:
        seconds = float(number) * units[unit]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"TIME must be like 90s, 30m or 8h, not {text!r}")
    return seconds


def _terminate(number: int, frame: FrameType | None) -> None:
    """Makes SIGTERM end a command as Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None, services: Services | None = None) -> int:
    """Runs a command.

    Args:
        argv: Arguments without the program's name; those of the process by default.
        services: Simulator and testbench; the project's own by default.

    Returns:
        0 passed, 1 something failed, 2 bad input or a machine that lacks something, 130 interrupted.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        arguments = _parser().parse_args(argv)
        options = Options(
            tier=get_tier(arguments.tier),
            seed=arguments.seed,
            processes=arguments.jobs or len(os.sched_getaffinity(0)),
            dut=arguments.dut,
            tests=arguments.tests,
            soak_seconds=arguments.time,
            test=arguments.test,
            kind=arguments.kind,
            waves=arguments.waves,
            record=arguments.record,
            lists=(LISTS, *arguments.lists),
            tree=BuildTree(arguments.build),
            scaling=arguments.scaling,
            shard=arguments.shard,
            keep=arguments.keep,
            runs=tuple(arguments.runs),
            graded=arguments.graded,
            covergroups=tuple(arguments.covergroups),
        )
        return _COMMANDS[arguments.command][0](options, services or real_services(), console)
    except (UserError, SchemaError, BuildError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    except OSError as error:
        print(f"error: {describe_os_error(error, 'cannot use')}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; earlier reports are untouched", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_BAD_INPUT
