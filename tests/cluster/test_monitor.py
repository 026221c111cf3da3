# SPDX-License-Identifier: Apache-2.0
"""Each rule of the cluster's monitor fires when it is broken, and no other does; without a model."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tb.cluster.rules import PREFIX, RULES
from tests.bench.bench_library import compiler_flags

HERE = Path(__file__).resolve().parent
MONITOR = HERE.parents[1] / "tb" / "cluster"
MONITOR_RULES = (
    *(
        "answer",
        "request_kept",
        "grant",
        "wait",
        "read",
        "wide_read",
        "l2_answer",
        "l2_read",
        "wake",
        "tcdm",
        "l2",
    ),
)


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The monitor, with accesses that break its rules."""
    program = tmp_path_factory.mktemp("monitor") / "faults"
    sources = [str(HERE / "monitor_faults.cpp"), str(MONITOR / "monitor.cpp")]
    subprocess.run(["g++", "-O1", *compiler_flags(), f"-I{MONITOR}", *sources, "-o", program], check=True)
    return program


def fired(faults: Path, case: str) -> list[str]:
    done = subprocess.run([faults, case], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("rule", MONITOR_RULES)
def test_a_broken_rule_fires_alone(faults: Path, rule: str) -> None:
    assert fired(faults, rule) == [rule]
    assert PREFIX + rule in RULES


def test_accesses_as_they_should_be_break_nothing(faults: Path) -> None:
    assert fired(faults, "none") == []
