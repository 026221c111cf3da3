# SPDX-License-Identifier: Apache-2.0
"""Runs a program on a cluster in the loop without Python, and says how it ended."""

import json
import subprocess
from pathlib import Path
from typing import Any

from regressions import orphans
from regressions.errors import UserError
from tb.cluster.config import ClusterConfig
from tb.cluster.task import ProgramOutcome, Task, problems, request

REQUEST, MEMORIES = "request.bin", "memories.bin"


def run_task(executable: Path, config: ClusterConfig, task: Task, folder: Path) -> ProgramOutcome:
    """Simulates a task with a program of `build_cluster`; the folder receives request, memories and log.

    Raises:
        UserError: The program or its memory does not fit the cluster, or the simulation breaks off.
    """
    command = prepare(executable, config, task, folder)
    done = orphans.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(
            f"the simulation of {task.program.path.stem} broke off: {said} (request: {folder / REQUEST})"
        )
    outcome = read_outcome(config, task, folder, done.stdout)
    (folder / "log.json").write_text(json.dumps(outcome.log, indent=1) + "\n")
    return outcome


def prepare(executable: Path, config: ClusterConfig, task: Task, folder: Path) -> list[str]:
    """Writes what the simulation of a task reads into a folder, and returns its command.

    Raises:
        UserError: The program or its memory does not fit the cluster.
    """
    content = request(config, task)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REQUEST).write_bytes(content)
    return [str(executable), str(folder / REQUEST), str(folder / MEMORIES)]


def read_outcome(config: ClusterConfig, task: Task, folder: Path, said: str) -> ProgramOutcome:
    """Outcome of a task, by the memories in its folder and the JSON that the simulation has printed."""
    log: dict[str, Any] = json.loads(said)
    data = (folder / MEMORIES).read_bytes()
    tcdm, l2 = data[: config.tcdm_bytes], data[config.tcdm_bytes :]
    return ProgramOutcome(log, tcdm, l2, tuple(problems(task, log)))
