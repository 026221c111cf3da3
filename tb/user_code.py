# SPDX-License-Identifier: Apache-2.0
"""Errors of code that users bring: constraints, streams, directed tests, checkers."""

import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tb.errors import UserError
from tb.paths import ROOT
from tb.schema import SchemaError


class UserCodeError(SchemaError):
    """An exception of a user's code; the message is one line with file and line."""


def told(error: BaseException, file: Path | None = None) -> str:
    """Tells file, line and message of an exception; of an assertion without a message, its source line.

    The line is the last one that ran in `file`, the user's; or that which raised.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_short(error.filename)}:{error.lineno}: {type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if file is not None and Path(frame.filename) == file]
    frame = next(iter((own or frames)[-1:]), None)
    place = f"{_short(frame.filename)}:{frame.lineno}: " if frame else ""
    message = " ".join(str(error).split())
    if not message and frame and isinstance(error, AssertionError):
        message = linecache.getline(frame.filename, frame.lineno or 0).strip()
    return f"{place}{type(error).__name__}{': ' if message else ''}{message}"


@contextmanager
def user_code(file: Path | None) -> Iterator[None]:
    """Turns what code of a file raises, `SystemExit` too, into a `UserCodeError`; errors for users pass.

    Without a file nothing changes.
    """
    try:
        yield
    except (SchemaError, UserError):
        raise
    except (Exception, SystemExit) as error:
        if file is None:
            raise
        raise UserCodeError(told(error, file)) from error


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else name
