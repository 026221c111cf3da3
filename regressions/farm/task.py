# SPDX-License-Identifier: Apache-2.0
"""Tasks of a farm and the answers of its nodes, as plain data: bytes that any engine can carry."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from regressions.judge import ProcessEnd
from regressions.process import Recipe

Span = tuple[str, int, int]


class Travelling(Struct, frozen=True):
    """A file that a simulation needs and that is no part of the project."""

    path: str  # where the runner has it
    digest: str  # SHA-256 of its content
    program: bool = False  # True if it is executable


class FarmTask(Struct, frozen=True, kw_only=True, tag="simulation"):
    """A simulation: the command, the content of its folder, and the limits on its time."""

    argv: tuple[str, ...]
    environment: dict[str, str]  # variables besides those that a node has
    without: tuple[str, ...] = ()  # variables of a node that it must not have
    rerun: str  # command for people
    folder: str  # where the runner has the simulation
    files: dict[str, bytes]  # content of the folder, by name
    timeouts: tuple[tuple[Span, float], ...]  # seconds of each segment, by its key
    limit: float | None = None  # seconds of all of it, in place of these
    go_on: bool = False  # with a limit: a failure does not end it
    travelling: tuple[Travelling, ...] = ()
    needs: dict[str, str]  # what a node must be like, by what that is (`regressions.farm.likeness`)
    store: str = ""  # folder that all nodes share
    attached: dict[str, bytes] = {}  # contents by digest, of a node that lacks them
    recipe: Recipe | None = None  # what its program is built of; None if no node can build it
    waves: bool = False  # it writes waves
    state: int = 0  # seed of the random state that it starts from; 0 for none


class BuildTask(Struct, frozen=True, tag="build"):
    """A program that a node of another kind makes for itself."""

    recipe: Recipe
    needs: dict[str, str]  # as of a simulation; what decides on programs alone does not count


class Done(Struct, frozen=True, tag="done"):
    """A simulation that came to an end, whichever."""

    host: str
    end: ProcessEnd
    files: dict[str, bytes]  # what it left in its folder, by relative path


class Lacking(Struct, frozen=True, tag="lacking"):
    """A node that has not got some contents yet, by digest."""

    host: str
    digests: tuple[str, ...]


class Refused(Struct, frozen=True, tag="refused"):
    """A node that cannot run the task, which is not to blame."""

    host: str
    reason: str
    lasting: bool  # True if it never can; else it lacks room, say


class Foreign(Struct, frozen=True, tag="foreign"):
    """A node of another kind, which needs a program of its own and has not made it yet."""

    host: str
    reason: str


class Built(Struct, frozen=True, tag="built"):
    """A node that has a program of its own now."""

    host: str
    cached: bool  # True if it, or another one of its kind, had made it before


Task = FarmTask | BuildTask
Answer = Done | Lacking | Refused | Foreign | Built

_encoder = msgspec.msgpack.Encoder()
_task: msgspec.msgpack.Decoder[Task] = msgspec.msgpack.Decoder(FarmTask | BuildTask)
_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Done | Lacking | Refused | Foreign | Built)


def encode(message: Task | Answer) -> bytes:
    """Make the bytes that travel."""
    return _encoder.encode(message)


def decode_task(data: bytes) -> Task:
    """Read a task; raises msgspec.ValidationError for one of another version."""
    return _task.decode(data)


def decode_answer(data: bytes) -> Answer:
    """Read an answer; raises msgspec.ValidationError for one of another version."""
    return _answer.decode(data)


def difference(
    environment: Mapping[str, str], own: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Split an environment into what it has besides one's own, and names of the own that it has not."""
    more = {name: value for name, value in environment.items() if own.get(name) != value}
    return more, tuple(sorted(set(own) - set(environment)))


def content(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, by relative path."""
    paths: Iterable[Path] = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
