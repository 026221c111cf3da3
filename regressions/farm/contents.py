# SPDX-License-Identifier: Apache-2.0
"""Contents on a node, kept by their hash: builds and a user's own files travel to each node once."""

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from regressions.farm.task import FarmTask, Travelling
from regressions.paths import ROOT


def node_store() -> Path:
    """Folder of the contents that a node keeps for its user."""
    return Path(tempfile.gettempdir()) / f"redmule-farm-{os.getuid()}"


@lru_cache(maxsize=4096)
def _digest(path: str, size: int, changed: int) -> str:
    del size, changed  # they say only that it is another file by now
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def digest(path: Path) -> str:
    """Hash the content of a file, which is read again only after a change; raises OSError."""
    path = ROOT / path
    state = path.stat()
    return _digest(str(path), state.st_size, state.st_mtime_ns)


def travelling(path: Path) -> Travelling:
    """Describe a file that has to be wherever the simulation runs."""
    return Travelling(str(path), digest(path), os.access(ROOT / path, os.X_OK))


def places(task: FarmTask, stores: tuple[Path, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find what a task needs: its path by that of the runner, and the digests that are nowhere.

    What lies where the runner has it, with the same content, stays there; folders are looked through in
    their order.

    Raises:
        OSError: An attached content cannot be kept.
    """
    found: dict[str, str] = {}
    lacking: list[str] = []
    for item in task.travelling:
        path = _in_place(item) or next(filter(None, (_stored(item, store) for store in stores)), None)
        if path is None and item.digest in task.attached:
            path = keep(item, task.attached[item.digest], stores[0])
        if path is None:
            lacking.append(item.digest)
        else:
            found[item.path] = item.path if path == ROOT / item.path else str(path)
    return found, tuple(lacking)


def keep(item: Travelling, content: bytes, store: Path) -> Path:
    """Keep a content, in one step; returns its path.

    Raises:
        OSError: There is no room.
    """
    folder = store / item.digest
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / Path(item.path).name
    handle, fresh = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(fresh).chmod(0o700 if item.program else 0o600)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    return path


def _in_place(item: Travelling) -> Path | None:
    path = ROOT / item.path
    try:
        return path if digest(path) == item.digest else None
    except OSError:
        return None


def _stored(item: Travelling, store: Path) -> Path | None:
    path = store / item.digest / Path(item.path).name
    try:
        return path if digest(path) == item.digest else None
    except OSError:
        return None
