# SPDX-License-Identifier: Apache-2.0
"""Builds of a run side by side: tests run as soon as their own is there, and an interrupt ends them."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from regressions.simulators.base import Build, BuildError
from tb.exchange.device import Descriptor
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner

SECONDS = 20.0


def test_tests_of_a_device_run_while_another_is_built(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(self: FakeSimulator, descriptor: Descriptor, kind: str, log: Path) -> Build:
        limit = time.monotonic() + SECONDS
        while descriptor.name == "serial" and not list(log.parent.glob("sims/*/results.jsonl")):
            if time.monotonic() > limit:
                raise BuildError("the tests of the other device wait for this build")
            time.sleep(0.05)
        return whole(self, descriptor, kind, log)

    whole = FakeSimulator.build
    monkeypatch.setattr(FakeSimulator, "build", build)
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke", "--dut", "") == 0
    assert [row["dut"] for row in runner.summary()["tests"]] == ["redmule", "serial"]


def test_an_interrupt_ends_builds_and_notes_what_did_not_run(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def build(*_: object) -> Build:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        assert stopped.wait(SECONDS)
        raise BuildError("a tool was ended")

    monkeypatch.setattr(FakeSimulator, "build", build)
    monkeypatch.setattr(FakeSimulator, "stop", lambda _: stopped.set())
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 130
    assert stopped.is_set()
    assert "build_failed" not in runner.out
    (summary,) = runner.build.glob("runs/*/summary.json")
    assert '"status": "not_run"' in summary.read_text()
