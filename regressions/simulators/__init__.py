# SPDX-License-Identifier: Apache-2.0
"""Simulators by name."""

from regressions.simulators.base import Build, BuildError, Simulator
from regressions.simulators.verilator import Verilator

_SIMULATORS: dict[str, type[Simulator]] = {"verilator": Verilator}


def get_simulator(name: str = "verilator", jobs: int | None = None) -> Simulator:
    """The simulator of that name, with so many compilers at a time; by default a processor each.

    Raises:
        BuildError: There is none.
    """
    if name not in _SIMULATORS:
        raise BuildError(f"unknown simulator {name!r}: choose one of {', '.join(_SIMULATORS)}")
    return _SIMULATORS[name](jobs)


__all__ = ["Build", "BuildError", "Simulator", "get_simulator"]
