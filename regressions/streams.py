# SPDX-License-Identifier: Apache-2.0
"""Standard streams that outlive their reader: what nobody takes is dropped, and the command goes on.

``make regressions | head`` closes the output of a run that is under way: it still has its results to report.
"""

import os
import sys
from typing import Any, TextIO


class Steady:
    """A standard stream whose reader may be gone, or whose disk may be full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, as far as somebody takes it."""
        try:
            return self._stream.write(text)
        except OSError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        """Send everything nowhere from now on, that of child processes too."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's own."""
        return getattr(self._stream, name)


def steady_streams() -> None:
    """Make the standard output and error of this process steady; one that is closed is opened nowhere."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name) or open(number, "w", closefd=False)  # noqa: SIM115 -- as long as the process
        setattr(sys, name, Steady(stream))
