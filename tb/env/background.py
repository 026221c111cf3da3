# SPDX-License-Identifier: Apache-2.0
"""Work done in a thread while the simulator runs.

While the simulator runs, Python's global lock is free (`tb/dpi/interpreter.h`). What needs no simulator, such
as drawing the next scenario or predicting the present one, is computed in that time, on another processor.
"""

import sys
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from time import process_time, thread_time
from typing import Generic, TypeVar

T = TypeVar("T")

CHECKS, SIMULATOR = "checks", "simulator"
_SWITCH_INTERVAL = 5e-5  # seconds that the end of a scenario may wait for the thread in the background


class BackgroundTask(Generic[T]):
    """A call that the thread makes, or its caller if the result is needed before the thread came to it.

    `spent` is told the processor time that it took.
    """

    def __init__(self, call: Callable[[], T], spent: Callable[[float], None]) -> None:
        self._call: Callable[[], T] | None = call
        self._spent = spent
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
        started = thread_time()
        try:
            self._value = call()
        except BaseException as error:
            self._error = error
        finally:
            # The call's arguments are not needed any more; the result may live long.
            self._call = None
            self._spent(thread_time() - started)
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
        self._spent: dict[str, float] = {}
        self._counting = threading.Lock()
        self._accounted = self._simulating = 0.0
        sys.setswitchinterval(_SWITCH_INTERVAL)
        # A daemon: a simulation that ends early must not hang on it.
        self._thread = threading.Thread(target=self._work, name="background", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], T], purpose: str = CHECKS) -> BackgroundTask[T]:
        """Have a call made after those before it, from the next `begin` on; its time counts for `purpose`."""
        task = BackgroundTask(call, partial(self.spend, purpose))
        self._waiting.append(task)  # type: ignore[arg-type] # the thread does not look at the result
        return task

    def begin(self) -> None:
        """Let the thread make the calls submitted so far; to be called just before the simulator runs on."""
        if self._paused:
            self._paused = False
            self._pause.release()
        self._simulating = thread_time()
        if self._waiting:
            self._tasks.put(self._waiting)
            self._waiting = []

    def pause(self) -> None:
        """Have the thread stop after its present call, for it could only take the lock from the caller."""
        if not self._paused:
            self.spend(SIMULATOR, thread_time() - self._simulating)
            # Not if the thread holds it: it begins a call just now, and waiting here would let it run.
            self._paused = self._pause.acquire(blocking=False)

    def account(self) -> dict[str, float]:
        """Return the processor time of the process since the last call, in seconds, by purpose.

        The simulator's is what the caller's thread used from `begin` to `pause`. Checks are all that is for
        nothing else.
        """
        now = process_time()
        with self._counting:
            spent, self._spent = self._spent, {}
        known = sum(spent.values()) - spent.get(CHECKS, 0.0)
        spent[CHECKS] = now - self._accounted - known
        self._accounted = now
        return spent

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

    def spend(self, purpose: str, seconds: float) -> None:
        """Count processor time of the caller's own."""
        with self._counting:
            self._spent[purpose] = self._spent.get(purpose, 0.0) + seconds
