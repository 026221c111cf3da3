# SPDX-License-Identifier: Apache-2.0
"""Processes of the runner end with it, also when it is killed: a small process of its own sees to that.

It reads from a pipe which groups of processes run. When the pipe closes, however the runner ended, it kills
those that are left. Signals that ask to end do not concern it: job queues send them to each process of a job.
It holds the lock of a run's folder meanwhile, so whoever goes on with the run knows when nobody writes there.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from regressions.errors import UserError
from regressions.paths import relative

LOCK = ".lock"
_PATIENCE = 20.0  # seconds until processes that were killed must be gone
_WATCH = """
import fcntl, os, signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups, locks = set(), {}
for line in sys.stdin.buffer:
    sign, what = line[:1], line[1:].strip()
    if sign == b"L":
        try:
            locks[what] = os.open(bytes.fromhex(what.decode()), os.O_RDWR)
            fcntl.flock(locks[what], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass
    elif sign == b"U":
        if what in locks:
            os.close(locks.pop(what))
    else:
        (groups.add if sign == b"+" else groups.discard)(int(what))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


@cache
def _watcher() -> subprocess.Popen[bytes]:
    """The process that watches, started at the first use."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WATCH],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # what ends the runner, and its group, does not end it
    )


# A shell that has the watcher as its standard input tells it of itself before it becomes the command.
_TELLING = '(echo "+$$" >&0) 2>/dev/null; exec "$@" </dev/null'


def telling(command: Sequence[str]) -> tuple[list[str], int]:
    """Return a command, to be started as a group, that is watched from its first moment, and its input.

    Between the start of a process and `watched` the runner may be killed, and nobody would know of it.
    """
    return ["/bin/sh", "-c", _TELLING, "sh", *command], _pipe()


@contextmanager
def watched(group: int) -> Iterator[None]:
    """Have a group of processes killed if this process ends within."""
    _tell(b"+", group)
    try:
        yield
    finally:
        _tell(b"-", group)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a run's folder until the block ends, or this process and all groups that are watched are gone.

    Raises:
        UserError: Processes of another runner go on in it.
        OSError: It cannot be written.
    """
    path = folder / LOCK
    _await_free(path)
    name = os.fsencode(path.absolute()).hex().encode()
    _say(b"L" + name)
    try:
        yield
    finally:
        _say(b"U" + name)


def _await_free(path: Path) -> None:
    limit = time.monotonic() + _PATIENCE
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > limit:
                    raise UserError(
                        f"{relative(path.parent)} is still running: wait for its end, or end it first"
                    ) from None
                time.sleep(0.05)
                continue
            except OSError:
                pass  # a file system without locks
            return


def _tell(sign: bytes, group: int) -> None:
    _say(b"%b%d" % (sign, group))


def _say(line: bytes) -> None:
    with suppress(BrokenPipeError):
        os.write(_pipe(), line + b"\n")


def _pipe() -> int:
    pipe = _watcher().stdin
    assert pipe is not None, "it was asked for"
    return pipe.fileno()


def kill_group(group: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Signal a group of processes; False if nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # or only zombies are left
        return False
    return True


def run(
    command: Sequence[Any], timeout: float | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command as `subprocess.run` does, as a group that ends with this call and with this process.

    Raises:
        subprocess.TimeoutExpired: It took longer than `timeout` seconds.
    """
    with (
        subprocess.Popen(command, text=True, errors="replace", start_new_session=True, **options) as process,
        watched(process.pid),
    ):
        try:
            said, errors = process.communicate(timeout=timeout)
        except BaseException:
            kill_group(process.pid)
            raise
    return subprocess.CompletedProcess(command, process.returncode, said, errors)
