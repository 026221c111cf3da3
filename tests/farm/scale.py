# SPDX-License-Identifier: Apache-2.0
"""Scale of a farm: simulated tasks, which sleep, on many workers inside few processes.

``python -m tests.farm.scale WORKERS TASKS SECONDS`` tells the share of time that workers were busy, and what
processor time that took. Tasks go the way of all others, through executor, place and engine, and take so many
seconds on the average.
"""

import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from regressions.executor import Executor
from regressions.farm.place import FarmPlace
from regressions.farm.spec import Farm, Settings
from regressions.farm.task import Done, decode_task, encode
from regressions.farm.worker_settings import variables
from regressions.judge import Ending, ProcessEnd, SegmentResult
from regressions.paths import ROOT
from regressions.planner import Simulation
from regressions.process import Command
from regressions.results import SimulationLog
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, Segment

_PROCESSES = 4  # that hold all workers
_SPREAD = 0.5  # of the logarithm of times: a twentieth takes more than twice the median
_SLEEP = "REDMULE_SLEEP"


def work(data: bytes) -> tuple[str, bytes]:
    """Do a task as a worker, but sleep instead of simulating; tells when it began and ended."""
    from distributed import get_worker

    task = decode_task(data)
    begin = time.time()
    time.sleep(float(task.environment[_SLEEP]))
    worker = get_worker().address
    said = json.dumps({"worker": worker, "begin": begin, "end": time.time()}).encode()
    end = ProcessEnd(Ending.EXITED, 0, seconds=time.time() - begin)
    return worker, encode(Done("node", end, {"times.json": said}))


async def serve(address: str, count: int) -> None:
    """Hold so many workers in this process, each with a thread, until the scheduler ends."""
    from distributed import Worker

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            worker = Worker(address, nthreads=1, host="127.0.0.1", dashboard=False, memory_limit=0)
            group.create_task(_finished(worker))


async def _finished(worker: object) -> None:
    started = await worker  # type: ignore[misc]
    await started.finished()


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers; gives the scheduler's address, and the processes."""
    file = folder / "scheduler.json"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
        "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False",
        **variables(),
    }
    options = {"cwd": folder, "env": environment, "stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with ExitStack() as stack:
        command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0"]
        command += ["--no-dashboard", "--scheduler-file", str(file)]
        started = [subprocess.Popen(command, **options)]  # type: ignore[call-overload]
        stack.callback(lambda: [(each.kill(), each.wait()) for each in started])
        while not file.exists():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for _ in range(_PROCESSES):
            command = [sys.executable, "-m", "tests.farm.scale", "serve", address, str(workers // _PROCESSES)]
            started.append(subprocess.Popen(command, **options))  # type: ignore[call-overload]
        yield address, started


def processor(process: subprocess.Popen[bytes]) -> float:
    """Processor time of a process in seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Silent:
    """An observer that shows nothing."""

    def started(self, simulation: Simulation) -> None:
        """Nothing is shown."""

    def progressed(self, simulation: Simulation, log: SimulationLog) -> None:
        """Nothing is shown."""

    def finished(self, simulation: Simulation, results: list[SegmentResult], log: SimulationLog) -> None:
        """Nothing is shown."""


def campaign(tasks: int, seconds: float) -> tuple[list[Simulation], dict[int, float]]:
    """Draw simulations and their times, longest first as a tier has them."""
    rng = random.Random(1)
    times = sorted((rng.lognormvariate(0.0, _SPREAD) for _ in range(tasks)), reverse=True)
    scale = seconds * tasks / sum(times)
    entry = TestEntry(name="sleeps", sequence="gemm_op", timeout=3600)
    simulations = [Simulation(number, (Segment(entry, 1, number, number + 1, 1),)) for number in range(tasks)]
    return simulations, {number: scale * each for number, each in enumerate(times)}


def shares(said: list[dict[str, Any]], slots: int) -> str:
    """Tell how the workers' time was spent, from the first begin of a task to the last end."""
    first, last = min(each["begin"] for each in said), max(each["end"] for each in said)
    whole = slots * (last - first)
    begins, ends = dict[str, float](), dict[str, float]()
    for each in said:
        worker = each["worker"]
        begins[worker] = min(each["begin"], begins.get(worker, each["begin"]))
        ends[worker] = max(each["end"], ends.get(worker, each["end"]))
    busy = sum(each["end"] - each["begin"] for each in said) / whole
    before = (sum(begins.values()) - first * len(begins)) / whole
    behind = (last * len(ends) - sum(ends.values())) / whole
    never = 1 - len(begins) / slots
    parts = {
        "busy": busy,
        "before their first task": before,
        "between tasks": 1 - busy - before - behind - never,
        "behind their last": behind,
    }
    words = ", ".join(f"{100 * share:.1f} % {what}" for what, share in parts.items())
    return f"{words}, of {last - first:.0f} s"


def measure(workers: int, tasks: int, seconds: float, folder: Path) -> str:
    """Run a campaign; returns a line on how busy its workers were, and on the runner's processor time."""
    from regressions.farm.engine import DaskEngine

    simulations, times = campaign(tasks, seconds)

    def command(simulation: Simulation, place: Path) -> Command:
        environment = {**os.environ, _SLEEP: str(times[simulation.index])}
        return Command(["sleep"], environment, place, "none")

    with cluster(workers, folder) as (address, (scheduler, *holders)):
        farm = Farm("scheduler", address, address=address, settings=Settings(silent=300.0))
        with DaskEngine(farm, work) as engine:
            while engine.slots < workers // _PROCESSES * _PROCESSES:
                time.sleep(0.5)
            place = FarmPlace(engine, farm.settings, {})
            executor = Executor(
                folder, place, command, lambda each: Plan(descriptor="", tests=each.segments), Silent()
            )
            before = (time.process_time(), processor(scheduler), *map(processor, holders))
            execution = executor.execute(iter(simulations))
            after = (time.process_time(), processor(scheduler), *map(processor, holders))
            slots = engine.slots
    said = [json.loads(path.read_text()) for path in folder.glob("sims/*/times.json")]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = [1000 * (end - begin) / tasks for begin, end in zip(before, after, strict=True)]
    assert len(said) == len(execution.results) == tasks, "each ran, and counts once"
    return (
        f"{slots} workers, {tasks} tasks of {seconds:g} s: {shares(said, slots)}; "
        f"processor time a task: runner {took[0]:.1f} ms, scheduler {took[1]:.1f} ms, workers "
        f"{sum(took[2:]):.1f} ms; {memory:.0f} MiB; {place.tally.words or 'nothing lost'}"
    )


def main() -> None:
    """Measure, or hold workers."""
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
        return
    workers, tasks, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        print(measure(workers, tasks, seconds, Path(folder)))


if __name__ == "__main__":
    main()
