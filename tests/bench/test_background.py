# SPDX-License-Identifier: Apache-2.0
"""Work in the background: in order, each call once, errors where the result is taken."""

import threading
from functools import partial
from time import thread_time

import pytest

from tb.env.background import Background


def test_calls_are_made_in_order_by_the_thread(background: Background) -> None:
    seen: list[tuple[int, str]] = []
    tasks = [
        background.submit(partial(lambda i: seen.append((i, threading.current_thread().name)), number))
        for number in range(20)
    ]
    background.close()
    assert seen == [(number, "background") for number in range(20)]
    assert [task.result() for task in tasks] == [None] * 20


def test_a_result_that_is_needed_early_is_computed_at_once_and_once(background: Background) -> None:
    release = threading.Event()
    calls: list[str] = []

    def call() -> str:
        calls.append(threading.current_thread().name)
        return "result"

    background.submit(release.wait)
    task = background.submit(call)
    background.begin()
    assert task.result() == "result"
    release.set()
    background.close()
    assert calls == [threading.current_thread().name]
    assert task.result() == "result"


def test_a_result_that_is_being_computed_is_waited_for(background: Background) -> None:
    started, release = threading.Event(), threading.Event()

    def call() -> int:
        started.set()
        assert release.wait(60)
        return 7

    task = background.submit(call)
    background.begin()
    assert started.wait(60)
    threading.Timer(0.01, release.set).start()
    assert task.result() == 7


def test_errors_come_out_where_the_result_is_taken(background: Background) -> None:
    def fail() -> None:
        raise ValueError("no such job")

    task = background.submit(fail)
    after = background.submit(lambda: 1)
    background.begin()
    for _ in range(2):
        with pytest.raises(ValueError, match="no such job"):
            task.result()
    assert after.result() == 1


def test_nothing_runs_before_it_may_begin(background: Background) -> None:
    started = threading.Event()
    task = background.submit(started.set)
    assert not started.wait(0.05)
    background.begin()
    assert started.wait(60)
    assert task.result() is None


def test_a_pause_lets_the_present_call_end_and_no_other_begin(background: Background) -> None:
    started, release, after = (threading.Event() for _ in range(3))
    background.submit(lambda: (started.set(), release.wait(60)))
    background.submit(after.set)
    background.begin()
    assert started.wait(60)
    background.pause()
    release.set()
    assert not after.wait(0.05)
    background.begin()
    assert after.wait(60)


def test_processor_time_is_told_by_purpose(background: Background) -> None:
    def busy(seconds: float) -> None:
        end = thread_time() + seconds
        while thread_time() < end:
            pass

    background.account()
    drawn = background.submit(partial(busy, 0.05), "drawing")
    background.begin()
    busy(0.03)  # as a simulator does
    background.pause()
    drawn.result()
    busy(0.02)
    spent = background.account()
    assert set(spent) == {"drawing", "simulator", "checks"}
    assert spent["drawing"] >= 0.05
    assert spent["simulator"] >= 0.03
    assert 0.02 <= spent["checks"] < 0.05
    assert sum(background.account().values()) < 0.02
