# SPDX-License-Identifier: Apache-2.0
"""Streams of programs for clusters: a module for each kind of program."""

from importlib import import_module
from pkgutil import iter_modules

from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import REGISTERED, ProgramStream

__all__ = ["REGISTERED", "ProgramRun", "ProgramStream"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
