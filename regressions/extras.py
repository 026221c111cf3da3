# SPDX-License-Identifier: Apache-2.0
"""Extras: packages that only some commands need; each has pins of its own, which fit those of all."""

from pathlib import Path
from typing import NamedTuple


class Extra(NamedTuple):
    """An extra; ``requirements-<name>.in`` says what it is, ``requirements-<name>.txt`` pins it."""

    name: str
    variable: str = ""  # what is typed behind make to have it installed; empty where a command sees to that

    @property
    def source(self) -> str:
        """Name of the file that lists what it needs."""
        return f"requirements-{self.name}.in"

    @property
    def pins(self) -> Path:
        """File of its pins."""
        return Path(__file__).resolve().parent.parent / f"requirements-{self.name}.txt"


FARM = Extra("farm", "FARM")
"""The engine of farms."""

QUERY = Extra("query", "SQL")
"""The database of `make query`."""

FORMAL = Extra("formal")
"""Yosys and solvers of `make synth` and `make prove`, in an environment of their own."""

EXTRAS = (FARM, FORMAL, QUERY)
"""All of them."""
