# SPDX-License-Identifier: Apache-2.0
"""Tasks of a farm and the answers of its nodes, as plain data: bytes that any engine can carry."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from regressions.judge import ProcessEnd

Span = tuple[str, int, int]


class Travelling(Struct, frozen=True):
    """A file that a simulation needs and that is no part of the project."""

    path: str  # where the runner has it
    digest: str  # SHA-256 of its content
    program: bool = False  # True if it is executable


class FarmTask(Struct, frozen=True, kw_only=True):
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


Answer = Done | Lacking | Refused

_encoder, _task = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(FarmTask)
_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Done | Lacking | Refused)


def encode(message: FarmTask | Answer) -> bytes:
    """Make the bytes that travel."""
    return _encoder.encode(message)


def decode_task(data: bytes) -> FarmTask:
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
