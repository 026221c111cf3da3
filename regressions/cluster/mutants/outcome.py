# SPDX-License-Identifier: Apache-2.0
"""Findings of a simulation of the cluster, or of modules of it."""

import re
from dataclasses import dataclass
from pathlib import Path

from regressions.cluster import units
from regressions.cluster.run import read_outcome
from regressions.judge import ProcessEnd
from regressions.mutants.outcome import CRASH
from tb.cluster.config import ClusterConfig
from tb.cluster.streams.run import ProgramRun
from tb.cluster.task import Task


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one simulation."""

    checkers: tuple[str, ...]  # checkers that found something wrong; empty if none did
    detail: str  # description of the first finding
    cycles: int  # length in clock cycles


@dataclass(frozen=True, slots=True)
class ClusterTask:
    """A program on a cluster."""

    config: ClusterConfig  # the cluster
    task: Task  # the program and its input
    expected: str = ""  # all problems that must be reported, a line each, as a pattern; empty if none may be
    # The random test that it is of, which judges the memory; None for a check.
    drawn: ProgramRun | None = None


def read_unit(said: str, outcome: ProcessEnd) -> Found:
    """Read the findings of a unit bench from its printed lines."""
    finding, cycles = units.read_finding(said), units.read_cycles(said)
    if finding is not None and outcome.code == 1:
        return Found((finding[0],), finding[1], cycles)
    if outcome.code != 0 or not cycles:
        return Found((CRASH,), outcome.detail, cycles)
    return Found((), "", cycles)


def read_cluster(task: ClusterTask, folder: Path, said: str) -> Found:
    """Collect the findings of monitor, model and end report, from log and memories."""
    line = next(line for line in said.splitlines() if line.startswith("{"))
    outcome = read_outcome(task.config, task.task, folder, line)
    problems, log = outcome.problems, outcome.log
    rules = [item["rule"] for item in log["findings"]]
    if task.expected:
        # A dot is no end of a line: a pattern cannot cover more problems than it has lines.
        if re.fullmatch(task.expected, "\n".join(problems)):
            return Found((), "", log["cycles"])
        rules.append("report")
    else:
        rules += ["trap"] * bool(log["trapped"]) + ["end"] * (not log["ended"])
        rules += ["return"] * bool(log["ended"] and log["return"]) + ["bus_error"] * bool(log["bus_errors"])
    if task.drawn is not None:
        everything = task.drawn.problems(outcome)
        rules += ["memory"] * (len(everything) > len(problems))
        problems = tuple(everything)
    if problems and not rules:
        rules.append("report")
    detail = (*problems, f"nothing reported like {task.expected}")[0] if rules else ""
    return Found(tuple(dict.fromkeys(rules)), detail, log["cycles"])
