# SPDX-License-Identifier: Apache-2.0
"""Progress of counts: kept in a file as it comes, so that an interrupted count goes on."""

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, to_builtins

from regressions.json_file import write_json
from regressions.paths import relative
from regressions.proof.counting.cases import Count
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where

CHUNK = 1 << 22
"""Cases between two notes of the progress: about a second."""

KEPT = Path(__file__).with_name("counts.json")


class Progress(Struct, forbid_unknown_fields=True):
    """Progress of a count.

    Attributes:
        digest: of the compiled units; what others counted does not count
        done: numbers of its chunks
        seconds: processor time that they took
        difference: the first case in which not all agree; empty if there is none
    """

    digest: str
    done: list[int]
    seconds: float = 0.0
    difference: str = ""


class KeptCount(Struct, frozen=True, forbid_unknown_fields=True):
    """A count as it is kept: cases without a difference, of how many, at which commit, processor time."""

    cases: int
    of: int
    git: str
    seconds: float


def chunks(count: Count) -> int:
    """The number of chunks of a count."""
    return -(-count.cases // CHUNK)


def cases_of(count: Count, done: Sequence[int]) -> int:
    """The number of cases in some chunks."""
    return sum(min(CHUNK, count.cases - number * CHUNK) for number in done)


def read_progress(file: Path, digest: str) -> Progress:
    """The progress in a file; none where it is of other units, or no progress at all."""
    try:
        found = convert(json.loads(file.read_text()), Progress, Where(file.name))
    except (OSError, ValueError, SchemaError):
        return Progress(digest, [])
    return found if found.digest == digest else Progress(digest, [])


def write_progress(file: Path, progress: Progress) -> None:
    """Write a progress in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, to_builtins(progress))


def read_kept(path: Path = KEPT) -> dict[str, KeptCount]:
    """The kept counts by name; empty if there are none.

    Raises:
        SchemaError: The file is malformed.
    """
    if not path.exists():
        return {}
    return convert(json.loads(path.read_text()), dict[str, KeptCount], Where(relative(path)))


def write_kept(counts: dict[str, KeptCount], path: Path = KEPT) -> None:
    """Write the kept counts."""
    write_json(path, to_builtins(dict(sorted(counts.items()))))
