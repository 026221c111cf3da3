# SPDX-License-Identifier: Apache-2.0
"""Commands of ``python -m regressions``, as the Makefile calls them."""

import argparse
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType, MappingProxyType
from typing import Any, NoReturn

from rich.console import Console

from models.places import kept_folder, settle, unusable
from regressions.errors import UserError, describe_os_error
from regressions.option import Option
from regressions.order import Order
from regressions.paths import ROOT, BuildTree
from regressions.run import EXIT_BAD_INPUT, EXIT_INTERRUPTED
from regressions.services import Services, real_services
from regressions.targets import MakeTarget, load, refuse
from tb.kinds import imported
from tb.schema import SchemaError


def commands() -> dict[str, MakeTarget]:
    """The targets of make that are commands, by name."""
    return {name: target for name, target in load().all.items() if target.function}


# Stands for a byte of a name that is no UTF-8.
_HALF = re.compile("[\ud800-\udfff]")


class _Parser(argparse.ArgumentParser):
    """Bad arguments are bad input like any other: one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(re.sub(r"^argument --\w+: ", "", message))


def _options(command: str) -> dict[str, Option]:
    """The options that a command knows, by the field of an order."""
    known = commands()[command].variables
    return {field: option for field, option in Order.options().items() if option.variable in known}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("python -m regressions", description=__doc__, allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, target in commands().items():
        sub = subparsers.add_parser(
            name,
            help=target.text.replace("%", "%%"),
            description=target.text,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )
        for field, option in _options(name).items():
            sub.add_argument(option.flag, dest=field, **option.argument)
    return parser


def _typed(argv: Sequence[str] | None, variables: Mapping[str, str]) -> dict[str, Any]:
    """The command and what was typed for it: options, and the variables behind make that it knows."""
    namespace, rest = _parser().parse_known_args(argv)
    for word in rest:
        if word.startswith("--"):
            name = word[2:].partition("=")[0].upper()
            raise refuse(name, [namespace.command], lambda variable: f"--{variable.lower()}", "")
        raise UserError(f"'{word}' belongs to no option of {namespace.command}")
    for word in (str(ROOT), *(argv or sys.argv[1:]), *variables.values()):
        if _HALF.search(word):
            raise UserError(f"{word!a} is not in UTF-8: rename that file or folder")
    typed = vars(namespace)
    for field, option in _options(typed["command"]).items():
        if text := variables.get(option.variable):
            typed[field] = option.from_make(text)
    return typed


def _terminate(number: int, frame: FrameType | None) -> None:
    """Makes SIGTERM end a command as Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


def main(
    argv: Sequence[str] | None = None,
    services: Services | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Runs a command, by default that of the process, with the project's own simulator and testbench.

    Args:
        argv: Command and options.
        services: Simulator and testbench.
        variables: Values that were typed behind make.

    Returns:
        0 passed, 1 something failed, 2 bad input or a machine that lacks something, 130 interrupted.
    """
    console = Console(
        markup=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200
    )
    signal.signal(signal.SIGTERM, _terminate)
    outputs = BuildTree().root
    try:
        typed = _typed(argv, variables)
        act = imported(commands()[typed["command"]].function)
        order = Order.of(typed)
        outputs = order.tree.root
        settle(outputs)
        if odd := unusable(ROOT) or unusable(kept_folder()):
            raise UserError(odd)
        code: int = act(order, services or real_services(order.processes), console)
        return code
    except (UserError, SchemaError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    except OSError as error:
        print(f"error: {describe_os_error(error, 'cannot use', outputs)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; earlier reports are untouched", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_BAD_INPUT
