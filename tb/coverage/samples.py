# SPDX-License-Identifier: Apache-2.0
"""What coverage looks at, and the functions of coverpoints: from a sample to the name of a bin."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from models.timing import Instance
from tb.schema import Where, unknown
from tb.stimulus.job import Job, Scenario

Function = Callable[[Any], str | None]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True, slots=True)
class JobSample:
    """A job that passed.

    Attributes:
        job: the job.
        scenario: the one it belongs to.
        position: its place there.
        instance: parameters of the device.
    """

    job: Job
    scenario: Scenario
    position: int
    instance: Instance


@dataclass(frozen=True, slots=True)
class CutSample:
    """A job that was cut short, as the contract wants it.

    Attributes:
        job: the job.
        scenario: the one it belongs to.
        reads: loads granted before the cut.
        writes: stores granted before the cut.
        waiting: whether a request was out and not granted.
        ended: whether its event came before the cut.
    """

    job: Job
    scenario: Scenario
    reads: int
    writes: int
    waiting: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class AccessSample:
    """A granted access of the register port.

    Attributes:
        offset: decoded address, bits [7:2].
        write: whether it is a write.
        be: byte enables.
        id: access id as driven.
        queued: jobs queued or running then.
        holder: access id that held the lock then; None for nobody.
    """

    offset: int
    write: bool
    be: int
    id: int
    queued: int
    holder: int | None


KINDS: Mapping[str, type | None] = {
    "job": JobSample,
    "cut": CutSample,
    "access": AccessSample,
    "step": None,
    "fma": None,
    "add": None,
    "mul": None,
    "select": None,
    "order": None,
    "narrow": None,
    "conflict": None,
    "rivals": None,
    "wait": None,
    "event": None,
    "transfer": None,
    "cluster_job": None,
    "acquire": None,
}
"""Kinds of samples; those without a class are counted bin by bin, by `tb.coverage.numerics` and, from
`conflict` on, by `tb.cluster.coverage`."""

_FUNCTIONS: dict[str, dict[str, Function]] = {kind: {} for kind in KINDS}


def coverpoint(kind: str) -> Callable[[F], F]:
    """Makes a function the one of the coverpoint of its name.

    Args:
        kind: kind of its samples.
    """

    def register(function: F) -> F:
        _FUNCTIONS[kind][function.__name__] = function
        return function

    return register


def function_of(name: str, kind: str, place: str, folder: Path, where: Where) -> Function | None:
    """The function of a coverpoint.

    Args:
        name: of the point.
        kind: of its samples.
        place: ``path.py:function``, or empty for a function of the project.
        folder: where the path starts.
        where: the point's place, for messages.

    Raises:
        SchemaError: There is none, or its file does not load.
    """
    if place:
        path, _, attribute = place.rpartition(":")
        found: Function | None = getattr(_module(folder / path, where), attribute, None)
        if found is None or not callable(found):
            raise where.key("function").error(f"{path} has no function {attribute}; correct the name")
        return found
    if KINDS[kind] is None:
        return None
    from tb.coverage import points  # the functions register themselves

    del points
    if name not in _FUNCTIONS[kind]:
        raise unknown("coverpoint", name, _FUNCTIONS[kind], where)
    return _FUNCTIONS[kind][name]


def _module(path: Path, where: Where) -> ModuleType:
    if not path.is_file():
        raise where.key("function").error(f"no file {path}; give path.py:function, beside this file")
    name = f"redmule_coverage_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise where.key("function").error(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise where.key("function").error(f"{path} does not load: {error!r}") from error
    return module
