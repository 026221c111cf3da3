# SPDX-License-Identifier: Apache-2.0
"""Errors a user can act on, printed as one line and ending the command with exit code 2."""

import errno
from collections.abc import Iterable
from pathlib import Path
from shutil import disk_usage
from tempfile import gettempdir

from models.places import cache_folder
from tb.errors import UserError
from tb.schema import alternatives

__all__ = ["NoDefects", "UserError", "describe_os_error", "full_place", "unknown"]


_LITTLE = 1 << 20  # bytes that are no space left


class NoDefects(UserError):
    """A device without deliberate defects: there is no campaign to run."""


def unknown(kind: str, name: str, names: Iterable[str], where: str = "", listing: str = "") -> UserError:
    """An error for a name that does not exist, with the nearest of those that do.

    `kind` is a noun such as ``tier``; `where` the place of the name, such as a file, or empty; `listing` says
    where all names are listed, if they may be many.
    """
    place = f"{where}: " if where else ""
    return UserError(f"{place}unknown {kind} '{name}'; {alternatives(name, sorted(names), listing)}")


def full_place(*written: Path) -> Path | None:
    """Return the first full one of some folders that are written, the cache, and that of temporary files."""
    there = map(_present, (*written, cache_folder(), Path(gettempdir())))
    return next((place for place in there if disk_usage(place).free < _LITTLE), None)


def _present(folder: Path) -> Path:
    """The folder, or what there is of it."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def _spare(full: Path) -> str:
    """Words on what may be deleted where the cache lies beside what is full."""
    cache = cache_folder()
    same = cache.exists() and cache.stat().st_dev == _present(full).stat().st_dev
    return f" ({cache} has compiled simulations alone, which are made again)" if same else ""


def describe_os_error(error: OSError, doing: str, outputs: Path) -> UserError:
    """Turns an operating system's error into a line that names the place and the way out.

    Errors of a full disk name no file: there, the place is the first full one of those that are written,
    `outputs` unless another one is.
    """
    place = error.filename or ""
    if not place and error.errno in (errno.ENOSPC, errno.EDQUOT):
        place = full_place(outputs) or outputs
    advice = {
        errno.ENOSPC: f"free some space{_spare(Path(place))}, then start again",
        errno.EDQUOT: f"free some of your quota{_spare(Path(place))}, then start again",
        errno.EACCES: "make it writable, or name another folder with BUILD=",
        errno.EPERM: "make it writable, or name another folder with BUILD=",
        errno.EROFS: "the file system is read-only: name another folder with BUILD=",
    }.get(error.errno or 0, "earlier reports are untouched")
    return UserError(f"{doing}{' ' * bool(place)}{place}: {error.strerror or error}; {advice}")
