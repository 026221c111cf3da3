# SPDX-License-Identifier: Apache-2.0
"""Memory of the runner for a long run: results of a run, taken in again until they are those of many jobs.

``python -m tests.farm.memory RUN JOBS`` tells what the process held before the report, and its most memory
with it. RUN is the folder of a run, which stays as it is.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from regressions import account
from regressions.conclusion import judged
from regressions.executor import Execution
from regressions.order import Order
from regressions.report import write_reports
from regressions.restored import devices_of, restore, with_files
from regressions.run import Run
from regressions.services import real_services


def held() -> float:
    """Memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def measure(folder: Path, wanted: int, report: Path) -> str:
    """Take in a run until there are so many jobs, and write the report of all of them into a folder."""
    part = account.read(folder)
    order = with_files(Order(), part.info)
    devices = devices_of([(folder, part)], real_services(1), "RUN")
    origin = part.info
    execution, jobs, before = Execution(), 0, held()
    while jobs < wanted:
        first = len(execution.results)
        restore(execution, folder, part, "", order.entries, devices)
        jobs += sum(len(result.jobs) for result in execution.results[first:])
    taken, begin = held(), time.process_time()
    run = Run(order, origin.tier, origin.seed, tuple(devices), report, origin.git, origin.tools)
    write_reports(judged(run, execution, None))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{jobs} jobs in {len(execution.results)} segments: {taken:.0f} MiB, of these {before:.0f} without "
        f"any: {(taken - before) * 2**20 / jobs:.1f} bytes a job; {most:.0f} MiB with the report, which took "
        f"{time.process_time() - begin:.0f} s of processor time"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="memory-") as name:
        print(measure(Path(sys.argv[1]), int(sys.argv[2]), Path(name)))
