# SPDX-License-Identifier: Apache-2.0
"""Build cache: a folder per content key, made once, also when several processes ask at the same time.

It is bounded: after each new build those used longest ago go, but never one that a running process has asked
for, or is making.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

LIMIT = 6 * 2**30
"""Bytes that all builds together may have: about a thousand; one takes from 1 MB to 30."""

_STAMP = ".complete"
# Descriptors of the stamps of builds that this process has asked for, locked as long as it lives.
_in_use: dict[Path, int] = {}


def content_key(files: Iterable[Path], settings: Iterable[str]) -> str:
    """Hash of the files' contents (in order) and of the settings."""
    digest = hashlib.sha256()
    for setting in settings:
        digest.update(setting.encode(errors="surrogateescape") + b"\0")
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build_once(
    root: Path,
    name: str,
    key: str,
    make: Callable[[Path], None],
    serves: Callable[[Path], bool] = lambda _: True,
) -> tuple[Path, bool]:
    """Return the folder of a build and whether it was there already; it stays as long as this process lives.

    The folder's name is made of `name` and the content key. `make` is called with the empty folder when the
    build is not there, or damaged, so that it no longer `serves`; an exception leaves no build behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{name}-{key}"
    with _lock_file(folder).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(lock.fileno())  # the last use
        cached = (folder / _STAMP).exists() and serves(folder)
        if not cached:
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir()
            begin = time.monotonic()
            make(folder)
            (folder / _STAMP).write_text(f"{time.monotonic() - begin:.1f}\n")
        _keep(folder)
    if not cached:
        prune(root, LIMIT)
    return folder, cached


def build_seconds(folder: Path) -> float | None:
    """Wall time that a build took; None for one made before this was noted."""
    text = (folder / _STAMP).read_text()
    return float(text) if text else None


def prune(root: Path, limit: int) -> list[Path]:
    """Drops builds, those used longest ago first, until the rest fits `limit` bytes; returns their folders.

    What is in use stays, also when that is more than the limit.
    """
    builds = [stamp.parent for stamp in root.glob(f"*/{_STAMP}")]
    sizes = {folder: _size(folder) for folder in builds}
    total = sum(sizes.values())
    gone: list[Path] = []
    for folder in sorted(builds, key=_last_use):
        if total <= limit:
            break
        if _drop(folder):
            total -= sizes[folder]
            gone.append(folder)
    return gone


def _lock_file(folder: Path) -> Path:
    """Lock for making, finding or dropping a build. It stays: whoever waits for it has it open."""
    return folder.with_name(f"{folder.name}.lock")


def _keep(folder: Path) -> None:
    """Has a build stay until this process ends; another one may have made it anew since the last time."""
    stamp = os.open(folder / _STAMP, os.O_RDONLY)
    fcntl.flock(stamp, fcntl.LOCK_SH)
    earlier = _in_use.pop(folder, None)
    if earlier is not None:
        os.close(earlier)
    _in_use[folder] = stamp


def _last_use(folder: Path) -> float:
    with suppress(FileNotFoundError):
        return _lock_file(folder).stat().st_mtime
    return 0.0


def _size(folder: Path) -> int:
    """Size in bytes of a finished build."""
    total = 0
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with suppress(FileNotFoundError):  # another process may be dropping it
                total += path.stat().st_size
    return total


def _drop(folder: Path) -> bool:
    """Removes a build unless a process makes, looks up or uses it; says whether it is gone."""
    try:
        with _lock_file(folder).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stamp = folder / _STAMP
            with stamp.open() as used:
                fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stamp.unlink()  # first: what is left after an interruption is no build
                shutil.rmtree(folder)
    except (BlockingIOError, FileNotFoundError):
        return False
    return True
