# SPDX-License-Identifier: Apache-2.0
"""Work done in a thread while the simulator runs.

While the simulator runs, Python's global lock is free (`tb/dpi/interpreter.h`). What needs no simulator, such
as drawing the next scenario or predicting the present one, is computed in that time, on another processor.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """A call that the thread makes, or its caller if the result is needed before the thread came to it."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call: Callable[[], T] | None = call
        self._claim = threading.Lock()
        self._running = threading.Lock()
        self._running.acquire()
        self._value: T
        self._error: BaseException | None = None

    def run(self) -> None:
        """Make the call, unless somebody else does."""
        if not self._claim.acquire(blocking=False):
            return
        call = self._call
        assert call is not None
        try:
            self._value = call()
        except BaseException as error:
            self._error = error
        finally:
            # The call's arguments are not needed any more; the result may live long.
            self._call = None
            self._running.release()

    def result(self) -> T:
        """Return or raise what the call returned or raised; make the call if nobody began it."""
        self.run()
        with self._running:
            if self._error is not None:
                raise self._error
            return self._value


class Background:
    """A thread that makes calls one after the other, in the order they were submitted.

    The calls must be pure functions of their arguments as far as the simulation goes: nothing of cocotb or
    pyuvm may be touched outside of the simulator's own thread. Results do not depend on who made the call.
    """

    def __init__(self) -> None:
        self._waiting: list[BackgroundTask[object]] = []
        self._tasks: SimpleQueue[list[BackgroundTask[object]]] = SimpleQueue()
        self._pause = threading.Lock()  # held by the caller while the thread is to begin no call
        self._paused = False
        # A daemon: a simulation that ends early must not hang on it.
        self._thread = threading.Thread(target=self._work, name="background", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], T]) -> BackgroundTask[T]:
        """Have a call made after those before it, from the next `begin` on."""
        task = BackgroundTask(call)
        self._waiting.append(task)  # type: ignore[arg-type] # the thread does not look at the result
        return task

    def begin(self) -> None:
        """Let the thread make the calls submitted so far; to be called just before the simulator runs on."""
        if self._paused:
            self._paused = False
            self._pause.release()
        if self._waiting:
            self._tasks.put(self._waiting)
            self._waiting = []

    def pause(self) -> None:
        """Have the thread stop after its present call, for it could only take the lock from the caller."""
        if not self._paused:
            self._pause.acquire()
            self._paused = True

    def close(self) -> None:
        """End the thread, after the calls that were submitted."""
        self.begin()
        self._tasks.put([])
        self._thread.join()

    def _work(self) -> None:
        while tasks := self._tasks.get():
            for task in tasks:
                with self._pause:
                    pass
                task.run()
