# SPDX-License-Identifier: Apache-2.0
"""Chaos on a farm: workers are killed, stopped and slowed at random, their disks filled, while a tier runs.

``python -m tests.farm.chaos 100`` kills a hundred times, and compares the run with an undisturbed one.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from regressions.farm.sameness import differences
from regressions.paths import ROOT

WORKERS = 4
_SILENT_SECONDS = 6.0  # after which a stopped worker counts as lost
_PAUSE_SECONDS = 0.6  # between two strokes, on the average
_PATIENCE = 20.0  # seconds in which a worker ends that is asked to
_DISK = "4m"  # size of a small disk
_SETTINGS = f"repeats = 20\nsilent = {_SILENT_SECONDS}\nslow = 3.0\n"
_SEGMENT = """
[[test]]
name = "{name}"
sequence = "gemm_op"
tiers = ["smoke"]
count = {count}
knobs = {{ cycles = 30_000_000, pause = 0.3{more} }}
"""


@dataclass
class Worker:
    """A worker process, which is started again when it ends."""

    number: int
    scheduler: Path  # file that names the scheduler
    folder: Path  # its temporary files
    process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start it unless it runs."""
        if self.process is None or self.process.poll() is not None:
            self.folder.mkdir(exist_ok=True)
            command = [sys.executable, "-m", "dask", "worker", "--scheduler-file", str(self.scheduler)]
            command += ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
            command += ["--local-directory", str(self.scheduler.parent)]
            self.process = quiet(command, TMPDIR=str(self.folder))

    @property
    def works(self) -> bool:
        """True while it has a task."""
        process = self.process.pid if self.process is not None else 0
        return any(f"-{process}-" in path.name for path in self.folder.glob("redmule-sim-*"))

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def quiet(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    """Start a process whose words nobody reads."""
    null = subprocess.DEVNULL
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, stdout=null, stderr=null
    )


@dataclass
class Chaos:
    """Strokes of chaos against workers, by a seed."""

    workers: list[Worker]
    rng: random.Random
    kills: int  # that are wanted
    done: Counter[str] = field(default_factory=Counter)
    _stopped: dict[int, float] = field(default_factory=dict)  # workers, and when they go on

    def stroke(self) -> None:
        """Do something to a worker, and let those go on that were stopped long enough."""
        for number, until in list(self._stopped.items()):
            if time.monotonic() > until:
                self.workers[number].signal(signal.SIGCONT)
                del self._stopped[number]
        what = self.rng.choices(("killed", "stopped", "slowed", "filled"), (8, 1, 2, 2))[0]
        able = [each for each in self.workers if what != "killed" or each.works]
        if not able:
            return
        worker = self.rng.choice(able)
        if what == "killed" and self.done["killed"] < self.kills:
            worker.signal(signal.SIGKILL)
            if worker.process is not None:
                worker.process.wait()
            self._stopped.pop(worker.number, None)
        elif what in ("stopped", "slowed"):
            worker.signal(signal.SIGSTOP)
            seconds = 2 * _SILENT_SECONDS if what == "stopped" else 1.0
            self._stopped[worker.number] = time.monotonic() + seconds
        elif what == "filled":
            fill(worker.folder)
        else:
            return
        self.done[what] += 1
        for each in self.workers:
            each.ensure()

    def end(self) -> None:
        """Let all workers go on, and end them; one of Dask may wait for its own tasks for ever."""
        for worker in self.workers:
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGTERM)
            if worker.process is not None:
                try:
                    worker.process.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    worker.signal(signal.SIGKILL)
                    worker.process.wait()


def fill(folder: Path) -> None:
    """Fill a worker's disk if it is a small one of its own, or empty it if it is full."""
    if not folder.is_mount():
        return
    ballast = folder / "ballast"
    if ballast.exists():
        ballast.unlink()
        return
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\\0" * 65536):
                pass
        except OSError:
            return


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Give a folder a small disk of its own, where this user may; says whether."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def tier(folder: Path, build: str, *arguments: str) -> subprocess.Popen[str]:
    """Start the tier of chaos in a build folder of its own."""
    command = [sys.executable, "-m", "tests.runner.fake", "regressions", "--tier", "smoke"]
    command += ["--dut", "redmule", "--build", str(folder / build)]
    command += ["--lists", str(folder / "list.toml"), *arguments]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def compare(folder: Path, kills: int, segments: int, seed: int = 1) -> tuple[list[str], Counter[str], str]:
    """Run a tier undisturbed, and under chaos until it ends; at least so many kills are wanted.

    Returns:
        What differs, the strokes by kind, and what the second run said.
    """
    wrong = {how: f', behave = "{how}", at = 2, needs = 1' for how in ("mismatch", "crash")}
    texts = [_SEGMENT.format(name="good", count=segments, more="")]
    texts += [_SEGMENT.format(name=how, count=4, more=more) for how, more in wrong.items()]
    (folder / "list.toml").write_text("".join(texts))
    (folder / "farm.toml").write_text(_SETTINGS)
    calm = tier(folder, "calm", "--jobs", "4")
    calm.communicate()
    file = folder / "scheduler.json"
    settings = {
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{_SILENT_SECONDS}s",
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
    }
    with ExitStack() as stack:
        for number in range(2):  # half of the workers
            stack.enter_context(small_disk(folder / f"worker-{number}"))
        command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0"]
        scheduler = quiet([*command, "--no-dashboard", "--scheduler-file", str(file)], **settings)
        stack.callback(scheduler.wait)
        stack.callback(scheduler.terminate)
        while not file.exists():
            time.sleep(0.1)
        address = file.read_text().partition('"address": "')[2].partition('"')[0]
        chaos = Chaos(
            [Worker(number, file, folder / f"worker-{number}") for number in range(WORKERS)],
            random.Random(seed),
            kills,
        )
        stack.callback(chaos.end)
        for worker in chaos.workers:
            worker.ensure()
        process = tier(folder, "chaos", "--farm", f"{address}:{folder / 'farm.toml'}")
        while process.poll() is None:
            time.sleep(chaos.rng.expovariate(1 / _PAUSE_SECONDS))
            chaos.stroke()
        said, _ = process.communicate()
    (one,), (other,) = ((folder / build / "runs").iterdir() for build in ("calm", "chaos"))
    return list(differences(one, other)), chaos.done, said


def main() -> int:
    """Run the large chaos; returns 0 if the reports are the same."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        found, done, said = compare(Path(name), kills, 9 * kills)
    print(said)
    print(", ".join(f"{count} {what}" for what, count in sorted(done.items())))
    print("\n".join(found) or "the same, but for times")
    return int(bool(found) or done["killed"] < kills)


if __name__ == "__main__":
    sys.exit(main())
