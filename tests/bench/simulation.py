# SPDX-License-Identifier: Apache-2.0
"""Builds a device, the faulty one unless told otherwise, and runs plans on it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from regressions.planner import RANDOM_STATE
from regressions.simulators import Build, get_simulator
from tb.descriptor import load
from tb.exchange.entry import TestEntry
from tb.exchange.plan import CoverageOptions, Plan, ProgramBuild, Segment

HERE = Path(__file__).resolve().parent
DESCRIPTOR = HERE / "faulty.toml"


@cache
def build(device: str = str(DESCRIPTOR), kind: str = "fast") -> Build:
    """The simulation of a device, compiled once for all sessions."""
    descriptor = load(device)
    log = HERE.parents[1] / "build" / "tests" / "bench" / f"build-{descriptor.name}-{kind}.log"
    return get_simulator().build(descriptor, kind, log)


@dataclass(slots=True)
class LoggedTest:
    """Lines of `results.jsonl` on one test of a plan."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def fired(self) -> list[set[str]]:
        """Names of the checkers that fired, for each failed scenario."""
        return [{finding["checker"] for finding in failure["findings"]} for failure in self.failures]


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """One test of a plan."""

    name: str
    sequence: str
    knobs: Mapping[str, Any] = field(default_factory=dict)
    end: int = 1


def simulate(
    folder: Path,
    parts: Sequence[PlannedTest],
    *arguments: str,
    device: str = str(DESCRIPTOR),
    coverage: Mapping[str, Any] | None = None,
    programs: Mapping[str, Mapping[str, str]] | None = None,
    logs: bool = False,
    state: int = 0,
) -> tuple[dict[str, LoggedTest], str]:
    """Runs a plan of tests with different names on a device, whose name or path is given.

    Arguments are further ones of the simulation, such as plusargs; coverage, programs and logs are
    as in `plan.json`. With a state, registers start at random, by this seed.

    Returns:
        What came of each test, by name, and all that the simulation printed.
    """
    Plan(
        descriptor=str(load(device).path),
        tests=tuple(
            Segment(TestEntry(part.name, part.sequence, knobs=dict(part.knobs)), 1, 0, part.end)
            for part in parts
        ),
        coverage=msgspec.convert(dict(coverage or {}), CoverageOptions),
        programs=msgspec.convert(dict(programs or {}), dict[str, ProgramBuild]),
        logs=logs,
    ).write(folder)
    argv, environment = get_simulator().command(
        build(device, RANDOM_STATE if state else "fast"), folder, state=state
    )
    done = subprocess.run(
        [*argv, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    results = folder / "results.jsonl"
    assert results.exists(), f"the simulation ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    outcomes: dict[str, LoggedTest] = {part.name: LoggedTest() for part in parts}
    for text in results.read_text().splitlines():
        line = json.loads(text)
        if line["type"] == "job":
            outcomes[line["test"]].jobs.append(line)
        elif line["type"] == "failure":
            outcomes[line["test"]].failures.append(line)
        elif line["type"] == "test_end":
            outcomes[line["test"]].end = line
    return outcomes, done.stdout + done.stderr
