# SPDX-License-Identifier: Apache-2.0
"""The builds of a run, side by side: each may be used as soon as it is there."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count

from rich.console import Console

from regressions.display import duration
from regressions.kinds import runner_of
from regressions.paths import relative
from regressions.run import Run
from regressions.simulators.base import Build, BuildError, Simulator

Key = tuple[str, str]
"""Name of a device and build kind."""

LONG = 200_000_000
"""Cycles from which on a build pays for its profile, which takes minutes to make."""

_POLL_SECONDS = 0.2
_NAMED = 3  # builds under way that are named at most


class Builds:
    """Builds of a run's devices, under way and finished; their logs go into its folder."""

    def __init__(self, run: Run, simulator: Simulator, console: Console) -> None:
        self._folder = run.folder
        self._devices = {device.name: device for device in run.devices}
        self._simulator = simulator
        self._console = console
        self._pool = ThreadPoolExecutor(run.order.processes)
        self._started: dict[Key, Future[Build]] = {}
        self._stopping = False
        self.seconds: dict[str, float] = {}  # wall time of those that were made, by device and kind
        self._long: set[Key] = set()
        self._since: dict[Key, float] = {}  # when each was begun
        self._count = 0
        self._numbers = count(1)  # of those that have ended

    def start(self, wanted: Iterable[Key], cycles: Mapping[Key, int] | None = None) -> None:
        """Starts builds, those of most `cycles` to run first; those that are there or under way stay."""
        planned = Counter(cycles)
        self._long |= {key for key in planned if planned[key] >= LONG}
        new = [key for key in dict.fromkeys(wanted) if key not in self._started]
        self._count += len(new)  # first: one that is in the cache says at once how many there are
        for key in sorted(new, key=lambda key: -planned[key]):
            self._started[key] = self._pool.submit(self._build, *key)

    def wait(self) -> None:
        """Waits for all of them; an interrupt ends them.

        Raises:
            KeyboardInterrupt: It was interrupted.
        """
        try:
            wait(self._started.values())
        except KeyboardInterrupt:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends what is under way."""
        self._stopping = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        while wait(self._started.values(), _POLL_SECONDS).not_done:
            self._simulator.stop()

    def ended(self, key: Key) -> bool:
        """True once a build is there, or has failed."""
        return self._started[key].done()

    def error(self, key: Key) -> str:
        """Why a build that has ended failed; empty if it is there."""
        error = self._started[key].exception()
        if error is not None and not isinstance(error, BuildError):
            raise error
        return str(error or "")

    def __getitem__(self, key: Key) -> Build:
        """Returns a build that is there."""
        return self._started[key].result()

    def in_words(self) -> str:
        """Words on how many are there, and what is under way for how long; empty if all have ended."""
        left = [key for key, build in [*self._started.items()] if not build.done()]
        if not left:
            return ""
        now = time.monotonic()
        under_way = [
            f"{name} ({kind}) {duration(now - self._since[name, kind])}"
            for name, kind in left
            if (name, kind) in self._since
        ]
        more = f" and {len(under_way) - _NAMED} more" if len(under_way) > _NAMED else ""
        return f"builds {self._count - len(left)} of {self._count}: {', '.join(under_way[:_NAMED])}{more}"

    def _build(self, name: str, kind: str) -> Build:
        log = self._folder / f"build-{name}-{kind}.log"
        started = self._since[name, kind] = time.monotonic()
        try:
            device = self._devices[name]
            training = runner_of(device).training(device) if (name, kind) in self._long else None
            build = self._simulator.build(device, kind, log, training)
        except BuildError as error:
            if not self._stopping:
                text = f"build_failed {name} ({kind}), {self._number()}: {error}"
                self._console.print(text, style="bold red", markup=False)
            raise
        seconds = time.monotonic() - started
        if not build.cached:
            self.seconds[f"{name} ({kind})"] = round(seconds, 3)
        how = "found in the cache" if build.cached else f"built in {duration(seconds)}, log {relative(log)}"
        said = f"{name} ({kind}), {self._number()}: {how}"
        self._console.print("; ".join(filter(None, (said, build.note))), highlight=False)
        return build

    def _number(self) -> str:
        """Which of all it is that has ended now."""
        return f"{next(self._numbers)} of {self._count}"
