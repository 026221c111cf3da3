# SPDX-License-Identifier: Apache-2.0
"""Declarations of options, and readers of the texts that users type for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regressions.errors import UserError

MANY: Mapping[str, Any] = {"nargs": "+", "action": "extend"}
"""Further arguments of an option with several values."""


@dataclass(frozen=True, slots=True)
class Option:
    """The declaration of an option."""

    flag: str  # as the command line has it
    text: str  # for people
    parse: Callable[[Any], Any] = str  # makes the value of what was typed; raises UserError
    argument: Mapping[str, Any] = field(default_factory=dict)  # further arguments of ``argparse``

    @classmethod
    def switch(cls, flag: str, text: str) -> "Option":
        """An option without a value."""
        return cls(flag, text, bool, {"action": "store_true"})

    @classmethod
    def repeated(cls, flag: str, text: str) -> "Option":
        """Paths, each with the flag before it."""
        return cls(flag, text, parse_paths, {"action": "append"})


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
