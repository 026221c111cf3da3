# SPDX-License-Identifier: Apache-2.0
"""Results of jobs and coverage, packed: a long run keeps those of millions of jobs until its report."""

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import overload

from tb.exchange.results import CoverageHits, JobResult, decode, encode

_BLOCK = 512  # jobs that are packed together
_UNPACKED = 400  # blocks that are kept unpacked too, those read last: at most 100 MB, of short runs all
_LEVEL = 1  # of zlib: higher ones take longer and gain little


class PackedJobs(Sequence[JobResult]):
    """Results of jobs in their order, packed in blocks; to be read like a list, best from its beginning.

    A result that was read is not to be changed: whether a later reader sees that is left open.
    """

    __slots__ = ("_blocks", "_last", "_length")

    def __init__(self, jobs: Iterable[JobResult] = ()) -> None:
        self._blocks: list[bytes] = []  # each of _BLOCK jobs; once it was closed, the last of fewer
        self._last: list[JobResult] = []  # those behind the blocks
        self._length = 0
        for job in jobs:
            self.append(job)

    def append(self, job: JobResult) -> None:
        """Add the result of a further job."""
        if not self._last and self._length % _BLOCK:
            self._last = list(_unpacked(self._blocks.pop()))
        self._last.append(job)
        self._length += 1
        if len(self._last) == _BLOCK:
            self.close()

    def close(self) -> None:
        """Pack those that are not packed yet, since no further one is to come soon."""
        if self._last:
            self._blocks.append(zlib.compress(b"".join(map(encode, self._last)), _LEVEL))
            self._last = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PackedJobs) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # more may come

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[JobResult]:
        for block in self._blocks:
            yield from _unpacked(block)
        yield from self._last

    @overload
    def __getitem__(self, place: int) -> JobResult: ...

    @overload
    def __getitem__(self, place: slice) -> list[JobResult]: ...

    def __getitem__(self, place: int | slice) -> JobResult | list[JobResult]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(self._length))]
        block, number = divmod(range(self._length)[place], _BLOCK)
        return (_unpacked(self._blocks[block]) if block < len(self._blocks) else self._last)[number]


@lru_cache(maxsize=_UNPACKED)
def _unpacked(block: bytes) -> tuple[JobResult, ...]:
    lines = zlib.decompress(block).splitlines()
    return tuple(line for line in map(decode, lines) if isinstance(line, JobResult))


class ChosenJobs(Collection[JobResult]):
    """Jobs of several sequences for which something is true; found anew each time, so that none is kept."""

    __slots__ = ("_chosen", "_length", "_parts")

    def __init__(self, parts: Sequence[Sequence[JobResult]], chosen: Callable[[JobResult], bool]) -> None:
        self._parts, self._chosen = parts, chosen
        self._length: int | None = None

    def __iter__(self) -> Iterator[JobResult]:
        return (job for part in self._parts for job in part if self._chosen(job))

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(1 for _ in self)
        return self._length

    def __contains__(self, job: object) -> bool:
        return any(each == job for each in self)


class PackedHits:
    """Functional coverage of a segment, packed: a tenth of what it takes to be read."""

    __slots__ = ("_packed",)

    def __init__(self, hits: CoverageHits) -> None:
        self._packed = zlib.compress(encode(hits), _LEVEL)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PackedHits) and self._packed == other._packed

    def __hash__(self) -> int:
        return hash(self._packed)

    @property
    def unpacked(self) -> CoverageHits:
        """The hits."""
        hits = decode(zlib.decompress(self._packed))
        assert isinstance(hits, CoverageHits), "nothing else is packed here"
        return hits
