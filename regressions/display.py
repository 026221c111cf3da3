# SPDX-License-Identifier: Apache-2.0
"""Display of what is under way: on a terminal as it looks now, elsewhere as a line now and then."""

import os
import threading
import time
from collections.abc import Callable
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

PLAIN_SECONDS = 15.0
"""Time between two lines at first; it grows with the time that has passed, to a minute."""

_LONGEST_SECONDS = 60.0


def duration(seconds: float) -> str:
    """A duration as 1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Display:
    """Shows a line, or on a terminal a `view`, as long as it is entered; a quiet one shows its view alone.

    It shows that time passes even if nothing else does.
    """

    def __init__(
        self,
        console: Console,
        line: Callable[[], str],
        view: Callable[[], RenderableType] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        self._console, self._line, self._view, self._quiet = console, line, view, quiet
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._live: Live | None = None
        self._beat: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start to show."""
        console = self._console
        if console.is_terminal and not console.is_dumb_terminal and not os.environ.get("CI"):
            view = self._view or self._timed
            self._live = Live(get_renderable=view, console=console, refresh_per_second=4, transient=True)
            self._live.start()
        elif not self._quiet:
            self._beat = threading.Thread(target=self._say, daemon=True)
            self._beat.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End to show."""
        self._ended.set()
        if self._live is not None:
            self._live.stop()
        if self._beat is not None:
            self._beat.join()

    @property
    def seconds(self) -> float:
        """Time since it was made."""
        return time.monotonic() - self._started

    def _timed(self) -> Text:
        return Text(f"[{duration(self.seconds)}] {self._line()}")

    def _say(self) -> None:
        while not self._ended.wait(max(PLAIN_SECONDS, min(_LONGEST_SECONDS, self.seconds / 10))):
            self._console.print(self._timed(), soft_wrap=True)


def busy(console: Console, what: str, *, quiet: bool = False) -> Display:
    """A display of something that takes a while and has no parts."""
    return Display(console, lambda: what, quiet=quiet)
