# SPDX-License-Identifier: Apache-2.0
"""Errors a user can act on, printed as one line and ending the command with exit code 2."""

import errno
from collections.abc import Iterable

from tb.errors import UserError
from tb.schema import nearest

__all__ = ["NoDefects", "UserError", "describe_os_error", "unknown"]


class NoDefects(UserError):
    """A device without deliberate defects: there is no campaign to run."""


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> UserError:
    """An error for a name that does not exist, with the nearest one that does.

    `kind` is a noun such as ``tier``; `where` the place of the name, such as a file, or empty.
    """
    names = sorted(known)
    hint = f"{nearest(name, names)}Known: {', '.join(names) or 'none'}"
    return UserError(f"{where + ': ' if where else ''}unknown {kind} '{name}'; {hint}")


def describe_os_error(error: OSError, doing: str) -> UserError:
    """Turns an operating system's error into a line that names the place and the way out."""
    place = f" {error.filename}" if error.filename else ""
    advice = {
        errno.ENOSPC: "free some space ('make clean' removes all builds and runs), then start again",
        errno.EDQUOT: "free some of your quota ('make clean' removes all builds and runs), then start again",
        errno.EACCES: "make it writable, or name another folder with BUILD=",
        errno.EPERM: "make it writable, or name another folder with BUILD=",
        errno.EROFS: "the file system is read-only: name another folder with BUILD=",
    }.get(error.errno or 0, "earlier reports are untouched")
    return UserError(f"{doing}{place}: {error.strerror or error}; {advice}")
