# SPDX-License-Identifier: Apache-2.0
"""Compiles C++ into objects, each once: they are kept by the content of all that goes in.

So an edit compiles what it touches, and the simulator's own library is compiled for the first device alone.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.cxx import compiler
from models.elf import serves
from models.included import texts
from regressions.limits import free_memory
from regressions.simulators.tools import environment_key, run_tool, stop_tools

LIMIT = 2**30
"""Bytes that all kept objects together may have; a build has some two MB of them."""

SCRATCH = "scratch"
"""Folder within that of a build for what compilers leave; it goes with the objects."""

_COMPILER_BYTES = 1_500_000_000  # what one of them needs at most, for the largest function of an array


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    """Source of an object."""

    source: Path  # C++ file
    flags: tuple[str, ...]  # for the compiler, but the folders
    folders: tuple[Path, ...]  # where it looks for headers of the build and the project
    tools: tuple[Path, ...]  # where it looks for those of the tools, whose versions are in the key
    hot: bool = False  # True if it runs in every cycle, so that a profile is worth making
    kept: bool = True  # False for an object that no other build can have

    def key(self) -> str:
        """Hash of the source, all headers that it may include, the flags and the tools."""
        digest = hashlib.sha256("\0".join([*self.flags, *environment_key()]).encode())
        for text in texts(self.source, self.folders):
            digest.update(hashlib.sha256(text).digest())
        return digest.hexdigest()[:24]


class Compilers:
    """C++ compilers at work, for however many builds: `jobs` at a time, fewer where memory is short."""

    def __init__(self, cache: Path, jobs: int) -> None:
        self._cache = cache
        free = free_memory()
        room = jobs if free is None else free // _COMPILER_BYTES
        self._pool = ThreadPoolExecutor(max(1, min(jobs, room)))

    def objects(self, units: Sequence[TranslationUnit], folder: Path, log: Path) -> list[Path]:
        """Compile units, the largest first, so that none is left for the end, or find their objects.

        Raises:
            BuildError: A compiler failed.
        """
        self._cache.mkdir(parents=True, exist_ok=True)
        futures = [self._pool.submit(self._object, unit, folder, log) for unit in units]
        try:
            return [future.result() for future in futures]
        except BaseException as error:
            for future in futures:
                future.cancel()
            if not isinstance(error, Exception):
                stop_tools()
            raise
        finally:
            _prune(self._cache)

    def _object(self, unit: TranslationUnit, folder: Path, log: Path) -> Path:
        made = folder / f"{unit.source.stem}.o"
        made.unlink(missing_ok=True)
        kept = self._cache / f"{unit.key()}.o" if unit.kept else made
        if serves(kept):
            with suppress(FileNotFoundError):
                os.utime(kept)  # the last use
                os.link(kept, made)
                return made
        headers = (f"-I{place}" for place in (*unit.folders, *unit.tools))
        command = [
            *compiler().command(folder / SCRATCH),
            *unit.flags,
            *headers,
            "-c",
            "-o",
            str(made),
            str(unit.source),
        ]
        run_tool(command, log, f"C++ build of {unit.source.name}")
        if unit.kept:
            # Another process may have been faster, or what was there is damaged.
            once = folder / f"{made.name}.kept"
            os.link(made, once)
            once.replace(kept)
        return made


def _prune(cache: Path) -> None:
    """Drop the objects used longest ago, as many as are more than the limit."""
    total = 0
    for status, path in sorted(
        ((path.stat(), path) for path in cache.glob("*.o")), key=lambda it: -it[0].st_mtime
    ):
        total += status.st_size
        if total > LIMIT:
            path.unlink(missing_ok=True)
