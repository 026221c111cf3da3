# SPDX-License-Identifier: Apache-2.0
"""Outcomes of the study of learning, kept as a file that reports draw."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from regressions.json_file import write_json


class Learning(NamedTuple):
    """Outcome of a training in one arithmetic."""

    task: str
    arithmetic: str
    losses: tuple[float, ...]  # mean of each epoch
    score: float  # the task's, on samples that were not trained with


class Curve(NamedTuple):
    """Training of a network in one arithmetic, the mean of its seeds."""

    arithmetic: str
    losses: tuple[float, ...]  # by epoch
    score: float  # the task's, on samples that were not trained with


@dataclass(frozen=True, slots=True)
class KeptLearning:
    """Findings of the study."""

    git: str = ""  # commit that ran it
    seeds: int = 0
    tasks: tuple[tuple[str, tuple[Curve, ...]], ...] = ()  # empty if it was not run


def keep_learning(path: Path, studied: Sequence[Learning], git: str) -> None:
    """Writes all trainings.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"schema": 1, "git": git, "trainings": [each._asdict() for each in studied]})


def kept_learning(path: Path) -> KeptLearning:
    """Reads what was kept; nothing where there is no such file, or one of another version."""
    try:
        content = json.loads(path.read_text())
        runs = [Learning(**each) for each in content["trainings"]]
        groups: dict[str, dict[str, list[Learning]]] = {}
        for run in runs:
            groups.setdefault(run.task, {}).setdefault(run.arithmetic, []).append(run)
        tasks = tuple(
            (task, tuple(_mean(name, its) for name, its in tried.items())) for task, tried in groups.items()
        )
        return KeptLearning(content["git"], max(len(its) for its in groups[runs[0].task].values()), tasks)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return KeptLearning()


def _mean(arithmetic: str, runs: Sequence[Learning]) -> Curve:
    losses = tuple(fmean(epoch) for epoch in zip(*(run.losses for run in runs), strict=True))
    return Curve(arithmetic, losses, fmean(run.score for run in runs))
