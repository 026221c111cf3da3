# SPDX-License-Identifier: Apache-2.0
"""Commands of ``python -m regressions``, as the Makefile calls them."""

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from rich.console import Console

from models.places import settle
from regressions.errors import UserError, describe_os_error
from regressions.kinds import runners
from regressions.order import Order
from regressions.run import EXIT_BAD_INPUT, EXIT_INTERRUPTED
from regressions.services import Services, real_services
from tb.kinds import imported
from tb.schema import SchemaError

_COMMANDS = {
    "check": ("check:check", "check what has changed: lint, its tests, some scenarios"),
    "regressions": ("tier:regressions", "run the tests of a tier"),
    "run": ("run:run", "run one test, or chosen scenarios of it"),
    "rerun-failed": ("run:rerun_failed", "run again what did not pass in the last run"),
    "replay": ("replay:replay", "run a failure record again: the scenario alone, then with its prefix"),
    "shrink": ("shrink:shrink", "reduce a failure record to the smallest failure"),
    "waves": ("shrink:waves", "run the jobs of a failure record that it needs, with waves"),
    "new-dut": ("new_dut:new_dut", "write a descriptor, and maybe a wrapper, for other people's RTL"),
    "list": ("inspection:list_tests", "list the tests"),
    "show": ("inspection:show", "show the jobs of a test without simulating"),
    "registers": ("registers:registers", "write the register map of a device as a C header and a table"),
    "lint": ("lint:lint", "check Python and SystemVerilog"),
    "bench": ("speed:bench", "measure the speed of model and simulation"),
    "baseline": ("baseline:baseline", "measure the jobs whose cycles are kept, and keep them"),
    "coverage": ("code_coverage:coverage", "measure the code coverage of a device"),
    "merge": ("merge:merge", "join runs of several machines into one report"),
    "mutants": ("mutants:mutants", "find out whether the bench finds deliberate defects of a device"),
}
"""Function in `regressions.commands`, imported when its command is called, and help of each command."""


def commands() -> dict[str, tuple[str, str]]:
    """Function (`module:function`) and help of all commands, those of kinds of devices among them."""
    own = {name: (f"regressions.commands.{place}", text) for name, (place, text) in _COMMANDS.items()}
    return own | {name: command for kind in runners() for name, command in kind.commands.items()}


class _Parser(argparse.ArgumentParser):
    """Bad arguments are bad input like any other: one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(re.sub(r"^argument --\w+: ", "", message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("python -m regressions", description=__doc__, allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, text) in commands().items():
        sub = subparsers.add_parser(
            name, help=text, description=text, allow_abbrev=False, argument_default=argparse.SUPPRESS
        )
        for field, option in Order.options().items():
            sub.add_argument(option.flag, dest=field, help=option.text, **option.argument)
    return parser


def _terminate(number: int, frame: FrameType | None) -> None:
    """Makes SIGTERM end a command as Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None, services: Services | None = None) -> int:
    """Runs a command, by default that of the process, with the project's own simulator and testbench.

    Returns:
        0 passed, 1 something failed, 2 bad input or a machine that lacks something, 130 interrupted.
    """
    console = Console(
        markup=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200
    )
    signal.signal(signal.SIGTERM, _terminate)
    try:
        typed = vars(_parser().parse_args(argv))
        place, _ = commands()[typed["command"]]
        order = Order.of(typed)
        settle(order.tree.root)
        code: int = imported(place)(order, services or real_services(), console)
        return code
    except (UserError, SchemaError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    except OSError as error:
        print(f"error: {describe_os_error(error, 'cannot use')}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; earlier reports are untouched", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_BAD_INPUT
