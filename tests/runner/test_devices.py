# SPDX-License-Identifier: Apache-2.0
"""A tier that runs on several devices."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from regressions.simulators.base import Build, BuildError
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner


def test_without_dut_a_tier_runs_on_its_devices_and_says_which(runner: Runner) -> None:
    runner.tests(good={}, bad={"knobs": {"behave": "mismatch", "at": 1}})
    assert runner("regressions", "--tier", "smoke", "--dut", "") == 1
    rows = runner.summary()["tests"]
    assert [(row["dut"], row["name"], row["status"]) for row in rows] == [
        ("redmule", "bad", "mismatch"),
        ("redmule", "good", "passed"),
        ("serial", "bad", "mismatch"),
        ("serial", "good", "passed"),
    ]
    assert ["DUT=serial" in row["rerun"] for row in rows] == [False, False, True, True]
    assert runner.summary()["dut"] == "redmule"
    assert {row["dut"] for row in runner.summary()["utilization"]} == {"redmule", "serial"}
    junit = ET.parse(runner.build / "reports" / "smoke" / "junit.xml")
    assert {case.get("classname") for case in junit.iter("testcase")} == {"redmule.smoke", "serial.smoke"}
    assert "redmule, serial" in runner.out


def test_failures_are_run_again_on_the_device_where_they_were_seen(runner: Runner) -> None:
    runner.tests(bad={"knobs": {"behave": "mismatch", "at": 1}})
    runner("regressions", "--tier", "smoke", "--dut", "")
    runner.tests(bad={})
    assert runner("rerun-failed") == 0
    assert [row["dut"] for row in runner.summary("rerun")["tests"]] == ["redmule", "serial"]


def test_a_device_that_is_asked_for_runs_alone(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke", "--dut", "serial") == 0
    assert [row["dut"] for row in runner.summary()["tests"]] == ["serial"]
    assert runner.summary()["tests"][0]["jobs"] == 8


def test_a_device_that_does_not_build_leaves_the_others_their_results(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(self: FakeSimulator, descriptor: Descriptor, kind: str, log: Path, _: Plan | None) -> Build:
        if descriptor.name == "serial":
            raise BuildError("serial is broken")
        return whole(self, descriptor, kind, log)

    whole = FakeSimulator.build
    monkeypatch.setattr(FakeSimulator, "build", build)
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke", "--dut", "") == 1
    assert [(row["dut"], row["status"]) for row in runner.summary()["tests"]] == [
        ("redmule", "passed"),
        ("serial", "build_failed"),
    ]
