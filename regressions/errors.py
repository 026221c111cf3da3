# SPDX-License-Identifier: Apache-2.0
"""Errors a user can act on, printed as one line and ending the command with exit code 2."""

import errno
from collections.abc import Iterable

from tb.errors import UserError
from tb.schema import alternatives

__all__ = ["NoDefects", "UserError", "describe_os_error", "unknown"]


class NoDefects(UserError):
    """A device without deliberate defects: there is no campaign to run."""


def unknown(kind: str, name: str, names: Iterable[str], where: str = "", listing: str = "") -> UserError:
    """An error for a name that does not exist, with the nearest of those that do.

    `kind` is a noun such as ``tier``; `where` the place of the name, such as a file, or empty; `listing` says
    where all names are listed, if they may be many.
    """
    place = f"{where}: " if where else ""
    return UserError(f"{place}unknown {kind} '{name}'; {alternatives(name, sorted(names), listing)}")


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
