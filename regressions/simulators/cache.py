# SPDX-License-Identifier: Apache-2.0
"""Build cache: a folder per content key, made once, also when several processes ask at the same time."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_STAMP = ".complete"


def content_key(files: Iterable[Path], settings: Iterable[str]) -> str:
    """Hash of the files' contents (in order) and of the settings."""
    digest = hashlib.sha256()
    for setting in settings:
        digest.update(setting.encode() + b"\0")
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build_once(root: Path, name: str, key: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Return the folder of a build and whether it was there already.

    Args:
        root: The cache.
        name: Readable part of the folder's name.
        key: Content key.
        make: Called with the empty folder when the build is not there; an exception leaves no build behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{name}-{key}"
    with (root / f"{name}-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / _STAMP).exists():
            return folder, True
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        begin = time.monotonic()
        make(folder)
        (folder / _STAMP).write_text(f"{time.monotonic() - begin:.1f}\n")
        return folder, False


def build_seconds(folder: Path) -> float | None:
    """Wall time that a build took; None for one made before this was noted."""
    text = (folder / _STAMP).read_text()
    return float(text) if text else None
