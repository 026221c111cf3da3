# SPDX-License-Identifier: Apache-2.0
"""Declarations of options, and readers of the texts that users type for them.

An option is a variable behind ``make``, and ``--`` with its name in lower case on the command line.
"""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from regressions.errors import UserError
from regressions.targets import load


def parse_seed(text: str) -> int:
    """Reads SEED."""
    if not text.isdecimal():
        raise UserError(f"SEED must be a number of at least 0, not {text!r}")
    return int(text)


def parse_processes(text: str) -> int:
    """Reads JOBS."""
    if not text.isdecimal() or int(text) == 0:
        raise UserError(f"JOBS must be a number of at least 1, not {text!r}")
    return int(text)


def parse_stop(text: str) -> int:
    """Reads STOP."""
    if not text.isdecimal() or int(text) == 0:
        raise UserError(f"STOP must be a number of failures of at least 1, not {text!r}")
    return int(text)


def parse_duration(text: str) -> float:
    """Reads TIME; returns seconds."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], text[-1:]) if text[-1:] in units else (text, "s")
    try:
        seconds = float(number) * units[unit]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UserError(f"TIME must be like 90s, 30m or 8h, not {text!r}")
    return seconds


def parse_paths(texts: Sequence[str]) -> tuple[Path, ...]:
    """Reads an option of several paths."""
    return tuple(map(Path, texts))


@dataclass(frozen=True, slots=True)
class Option:
    """The declaration of an option."""

    variable: str  # as make has it; its text for people is in targets.toml
    parse: Callable[[Any], Any] = str  # makes the value of what was typed; raises UserError
    shape: Literal["text", "switch", "many"] = "text"  # one value, none, or several

    @classmethod
    def switch(cls, variable: str) -> "Option":
        """An option without a value on the command line, 1 or 0 behind make."""
        return cls(variable, bool, "switch")

    @classmethod
    def paths(cls, variable: str) -> "Option":
        """An option of several paths."""
        return cls(variable, parse_paths, "many")

    @property
    def flag(self) -> str:
        """As the command line has it."""
        return f"--{self.variable.lower()}"

    @property
    def argument(self) -> dict[str, Any]:
        """Arguments of ``argparse``."""
        more = {"switch": {"action": "store_true"}, "many": {"nargs": "+", "action": "extend"}}
        return {"help": load().variables[self.variable].replace("%", "%%"), **more.get(self.shape, {})}

    def from_make(self, text: str) -> Any:
        """Converts a value behind make into what `parse` takes.

        Several values are words, in quotes if they have blanks; a path that exists is one value.

        Raises:
            UserError: It cannot be read.
        """
        if self.shape == "switch":
            if text not in ("0", "1"):
                raise UserError(f"{self.variable} must be 1 or 0, not {text!r}")
            return text == "1"
        if self.shape == "text":
            return text
        return split(self.variable, text)


def split(variable: str, text: str) -> list[str]:
    """Splits a value at its blanks, but for those in quotes or in the path of something that exists.

    Raises:
        UserError: A quote is not closed.
    """
    if text.strip() and Path(text).exists():
        return [text]
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"{variable}: cannot read {text!r}: {str(error).lower()}") from None
