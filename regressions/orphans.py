# SPDX-License-Identifier: Apache-2.0
"""Processes of the runner end with it, also when it is killed: a small process of its own sees to that.

It reads from a pipe which groups of processes run. When the pipe closes, however the runner ended, it kills
those that are left. Signals that ask to end do not concern it: job queues send them to each process of a job.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

_WATCH = """
import os, signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups = set()
for line in sys.stdin.buffer:
    (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
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


@contextmanager
def watched(group: int) -> Iterator[None]:
    """Have a group of processes killed if this process ends within."""
    _tell(b"+", group)
    try:
        yield
    finally:
        _tell(b"-", group)


def _tell(sign: bytes, group: int) -> None:
    pipe = _watcher().stdin
    assert pipe is not None, "it was asked for"
    with suppress(BrokenPipeError):
        os.write(pipe.fileno(), b"%b%d\n" % (sign, group))


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
