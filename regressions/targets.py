# SPDX-License-Identifier: Apache-2.0
"""Targets of make and their variables: ``make help``, and a first look at what was typed.

Needs nothing but the standard library: it comes before the environment, so that a misspelt variable costs no
time. The Makefile exports what was typed behind ``make`` as it is, and its names in ``MAKE_TYPED``: values
are data, which no shell sees. A variable that is set in the environment alone may be another project's, and
does not count, apart from tools.
"""

import os
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from regressions.streams import steady_streams
from tb.errors import UserError
from tb.schema import alternatives, nearest

FILE = Path(__file__).with_suffix(".toml")
WIDTH = 80
_FIRST = """\
Begin with  make regressions TIER=smoke
It makes the Python environment in .venv (a minute, 800 MB), compiles three
devices (a minute), runs every kind of test on them, and ends with PASSED or
FAILED, what failed, and the path of report.html: about three minutes on two
cores the first time, about two later."""


@dataclass(frozen=True, slots=True)
class MakeTarget:
    """Something that make can be asked for."""

    text: str  # for people
    variables: tuple[str, ...]  # names of those that it knows, besides the tools
    function: str = ""  # what acts, as module:function; empty where that is make itself


@dataclass(frozen=True, slots=True)
class MakeTargets:
    """All targets and variables."""

    groups: Mapping[str, Mapping[str, MakeTarget]]  # by what one wants to do, then by name
    variables: Mapping[str, str]  # text of each for people
    tools: Mapping[str, str]  # those that every target knows, by name or pattern

    @property
    def all(self) -> dict[str, MakeTarget]:
        """The targets by name."""
        return {name: target for group in self.groups.values() for name, target in group.items()}

    def is_tool(self, variable: str) -> bool:
        """Tell whether a variable is one of the tools'."""
        return any(fnmatchcase(variable, pattern) for pattern in self.tools)


def _target(text: str, variables: str = "", function: str = "") -> MakeTarget:
    return MakeTarget(text, tuple(variables.split()), function)


@cache
def load(path: Path = FILE) -> MakeTargets:
    """Reads the table."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = {
        group["title"]: {name: _target(**target) for name, target in group["target"].items()}
        for group in table["group"]
    }
    return MakeTargets(groups, table["variables"], table["tools"])


def refuse(
    word: str, goals: Sequence[str], shown: Callable[[str], str] = str, before: str = "make "
) -> UserError:
    """The error of a variable that none of some targets knows, and what was perhaps meant.

    `shown` makes a name look as it was typed, and `before` stands before the names of targets.
    """
    table = load()
    known = list(dict.fromkeys(name for goal in goals for name in table.all[goal].variables))
    users = [name for name, target in table.all.items() if word in target.variables]
    # A variable of other targets is one of these misspelt only if it is the same but for its end.
    near = any(name.startswith(word) or word.startswith(name) for name in known)
    hint = alternatives(shown(word), map(shown, known), "'make help' lists all")
    if users and not near:
        hint = f"it is for {', '.join(users)}; 'make help' lists what each knows"
    return UserError(f"{before}{' '.join(goals)} knows no {shown(word)}; {hint}")


def look(goals: Sequence[str], typed: Sequence[str]) -> None:
    """Looks whether all goals exist and every typed variable is known to one of them.

    Raises:
        UserError: One is not.
    """
    table = load()
    for goal in goals:
        if goal not in table.all:
            raise UserError(
                f"make knows no target '{goal}'; {nearest(goal, table.all)}'make help' lists them"
            )
    for name in typed:
        if not table.is_tool(name) and not any(name in table.all[goal].variables for goal in goals):
            raise refuse(name, goals)


def unused(goals: Sequence[str], typed: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Lines about variables of the targets that only the environment has."""
    for name in dict.fromkeys(name for goal in goals for name in load().all[goal].variables):
        if environ.get(name) and name not in typed:
            yield f"note: {name} of the environment does not count; write it behind make: {name}=..."


def take_typed(environ: MutableMapping[str, str]) -> dict[str, str]:
    """The variables that were typed behind make, with their values, which leave the environment.

    Programs that a command starts have variables of the same names for other ends.
    """
    names = environ.pop("MAKE_TYPED", "").split()
    environ.pop("MAKE_GOALS", None)
    return {name: environ.pop(name, "") for name in names if not load().is_tool(name)}


def help_lines() -> Iterator[str]:
    """Targets by what one wants to do, and the variables."""
    table = load()
    yield "usage: make <target> [VARIABLE=value ...]"
    yield ""
    yield from _FIRST.splitlines()
    for title, group in table.groups.items():
        yield f"\n{title}"
        for name, target in group.items():
            yield f"  {name:<13} {target.text}"
            yield from _wrapped(" ".join(target.variables), " " * 18)
    for title, variables in (
        ("variables", table.variables),
        ("tools, also from the environment", table.tools),
    ):
        yield f"\n{title}"
        for name, text in variables.items():
            first, *rest = _wrapped(text, " " * 16)
            yield f"  {name:<13} {first.strip()}"
            yield from rest


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def main() -> int:
    """Looks at what make was asked for; prints the list where that is all it was asked for."""
    goals = os.environ.get("MAKE_GOALS", "").split() or ["help"]
    typed = os.environ.get("MAKE_TYPED", "").split()
    try:
        look(goals, typed)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in unused(goals, typed, os.environ):
        print(line, file=sys.stderr)
    if "help" in goals:
        print("\n".join(help_lines()))
    return 0


if __name__ == "__main__":
    steady_streams()
    sys.exit(main())
