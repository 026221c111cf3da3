# SPDX-License-Identifier: Apache-2.0
"""Runs a program on a cluster in the loop without Python, and says how it ended."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from regressions.errors import UserError
from tb.cluster.config import ClusterConfig
from tb.cluster.task import Outcome, Task, problems, request


def run_task(executable: Path, config: ClusterConfig, task: Task, folder: Path) -> Outcome:
    """Simulates a task.

    Args:
        executable: From `regressions.simulators.cluster.build_cluster` with `config`.
        config: The cluster.
        task: What it runs.
        folder: Receives request, memories and log.

    Raises:
        UserError: The program or its memory does not fit the cluster, or the simulation breaks off.
    """
    content = request(config, task)
    folder.mkdir(parents=True, exist_ok=True)
    file, memories = folder / "request.bin", folder / "memories.bin"
    file.write_bytes(content)
    done = subprocess.run([executable, file, memories], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(f"the simulation of {task.program.path.stem} broke off: {said} (request: {file})")
    log: dict[str, Any] = json.loads(done.stdout)
    (folder / "log.json").write_text(json.dumps(log, indent=1) + "\n")
    data = memories.read_bytes()
    tcdm, l2 = data[: config.tcdm_bytes], data[config.tcdm_bytes :]
    return Outcome(log, tcdm, l2, tuple(problems(task, log)))
