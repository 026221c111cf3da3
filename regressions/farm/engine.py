# SPDX-License-Identifier: Apache-2.0
"""The engine: Dask's scheduler and workers, which are imported here alone."""

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Self, TypeVar
from uuid import uuid4

import dask
import dask_jobqueue
from distributed import Client, KilledWorker, LocalCluster, get_worker
from distributed.core import Status
from distributed.deploy.cluster import Cluster
from distributed.security import Security

from models.places import kept_folder
from regressions.errors import UserError
from regressions.farm.losses import WorkerLost
from regressions.farm.node import run
from regressions.farm.spec import Farm
from regressions.farm.worker_settings import WORKER_SETTINGS, variables
from regressions.paths import ROOT
from regressions.place import PlaceGone

T = TypeVar("T")
_LOOK_SECONDS = 1.0  # between two looks at which workers there are
_START_SECONDS = 60.0  # until a scheduler answers
_ANSWER_SECONDS = 10.0  # for a question of which workers there are
_SILENT_SECONDS = 30.0  # after which a scheduler that says nothing counts as gone
_END_SECONDS = 20.0  # until workers that were told to end have ended
_RUNNING = ("executing", "long-running", "ready", "waiting", "constrained", "memory")


def work(data: bytes) -> tuple[str, bytes]:
    """Carry out a task on a worker; returns the worker's address and the answer."""
    worker = get_worker()
    key = worker.get_current_task()

    def unwanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state not in _RUNNING or worker.status is not Status.running

    return worker.address, run(data, unwanted)


def _configuration(farm: Farm) -> dict[str, Any]:
    """Settings of Dask: repeats are counted here, and a worker has no task besides the one that it runs."""
    return {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.scheduler.work-stealing": False,
        "distributed.scheduler.worker-ttl": f"{farm.settings.silent:g}s",
        # Each would count a worker's own memory, not that of its simulation.
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        # Jobs of a queue are asked for by the time that tasks seem to take; these take minutes.
        "distributed.scheduler.unknown-task-duration": "60s",
        "distributed.admin.large-graph-warning-threshold": "1GB",  # programs travel with tasks
        **WORKER_SETTINGS,
    }


def security(farm: Farm) -> Security | None:
    """Make the engine's encryption of the files that a farm names."""
    tls = farm.settings.tls
    if tls is None:
        return None
    sides = {f"tls_{side}_{what}": getattr(tls, what) for side in _SIDES for what in ("cert", "key")}
    return Security(tls_ca_file=tls.ca, require_encryption=True, **sides)


_SIDES = ("client", "scheduler", "worker")


def cluster_of(farm: Farm) -> Cluster:
    """Make the workers of a farm, and their scheduler; to be awaited."""
    common = {"asynchronous": True, "security": security(farm)}
    if farm.kind == "local":
        return LocalCluster(
            n_workers=farm.workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            **common,
        )
    queue = farm.settings.queue
    return getattr(dask_jobqueue, farm.queue)(
        cores=queue.cores,
        processes=queue.cores,
        memory=queue.memory,
        queue=queue.queue or None,
        walltime=queue.walltime,
        python=sys.executable,
        job_script_prologue=[
            *queue.environment,
            f"cd {ROOT}",
            f"export PYTHONPATH={ROOT}",
            *(f"export {name}={value}" for name, value in variables().items()),
            *_scratch(queue.scratch),
        ],
        job_extra_directives=list(queue.directives),
        job_directives_skip=list(queue.skipped),
        local_directory=queue.scratch or None,
        log_directory=str(kept_folder() / "farm"),
        scheduler_options={"host": queue.host, "dashboard_address": None},
        silence_logs="critical",
        **common,
    )


def _scratch(folder: str) -> list[str]:
    return [f"export TMPDIR={folder}"] if folder else []


class DaskEngine:
    """Workers of a farm, which carry out tasks; ends with all of them.

    Used from one thread or event loop; it has a loop of its own. `work` is what workers do with a task.
    """

    def __init__(self, farm: Farm, work: Callable[[bytes], tuple[str, bytes]] = work) -> None:
        self._farm, self._work = farm, work
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="farm", daemon=True)
        self._cluster: Any = None
        self._client: Any = None
        self._looking: asyncio.Task[None] | None = None
        self._workers: dict[str, int] = {}
        self._closing = False
        self._heard = 0.0  # when the scheduler said something last
        self._gone = asyncio.Event()  # set once it does not come back

    def __enter__(self) -> Self:
        """Start the workers, or find the scheduler; raises UserError where that does not answer."""
        self._thread.start()
        try:
            self._here(self._open())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End what was started."""
        try:
            self._here(self._close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @property
    def workers(self) -> Collection[str]:
        """Addresses of the workers that are there."""
        return self._workers.keys()

    @property
    def address(self) -> str:
        """Address of the scheduler."""
        return str(self._client.scheduler.address)

    @property
    def slots(self) -> int:
        """Tasks that they carry out at a time."""
        return sum(self._workers.values())

    @property
    def most(self) -> int:
        """Tasks that they may carry out at a time once all are there that a queue may give; else 0."""
        queue = self._farm.settings.queue
        return queue.maximum * queue.cores if self._farm.kind == "queue" else 0

    async def submit(self, data: bytes, avoid: Collection[str] = (), only: str = "") -> tuple[str, bytes]:
        """Have a worker carry out a task, none of some to avoid if there is another, or only a certain one.

        Returns:
            The worker's address, and the answer.

        Raises:
            WorkerLost: The worker ended with it, or failed.
            PlaceGone: There is no scheduler any more.
        """
        done = asyncio.run_coroutine_threadsafe(self._submit(data, avoid, only), self._loop)
        return await asyncio.wrap_future(done)

    def _here(self, act: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result()

    async def _open(self) -> None:
        dask.config.set(_configuration(self._farm))
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        # Workers import the project, wherever they are started.
        os.environ["PYTHONPATH"] = os.pathsep.join(
            dict.fromkeys([str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
        )
        target: Any = self._farm.address
        try:
            if self._farm.kind != "scheduler":
                target = self._cluster = await cluster_of(self._farm)
            if self._farm.kind == "queue":
                queue = self._farm.settings.queue
                self._cluster.adapt(minimum_jobs=queue.minimum, maximum_jobs=queue.maximum)
            self._client = await Client(
                target,
                asynchronous=True,
                security=security(self._farm),
                timeout=_START_SECONDS,
                set_as_default=False,
            )
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            said = str(error) or type(error).__name__
            raise UserError(f"FARM={self._farm.name}: cannot be reached or started: {said}") from None
        await self._look()
        self._looking = asyncio.create_task(self._look_on())

    async def _close(self) -> None:
        self._closing = True
        if self._looking is not None:
            self._looking.cancel()
        for it in (self._client, self._cluster):
            if it is not None:
                try:
                    await asyncio.wait_for(it.close(), _END_SECONDS)
                except (TimeoutError, OSError):
                    continue

    async def _look(self) -> None:
        try:
            self._workers = dict(await asyncio.wait_for(self._client.nthreads(), _ANSWER_SECONDS))
            self._heard = time.monotonic()
        except (OSError, TimeoutError, ValueError, asyncio.CancelledError):
            if self._closing:
                raise

    async def _look_on(self) -> None:
        while not self._gone.is_set():
            await asyncio.sleep(_LOOK_SECONDS)
            await self._look()
            if self._client.status == "closed" or time.monotonic() - self._heard > _SILENT_SECONDS:
                self._gone.set()

    async def _submit(self, data: bytes, avoid: Collection[str], only: str) -> tuple[str, bytes]:
        good = [only] if only else [address for address in self._workers if address not in avoid]
        where = {"workers": good, "allow_other_workers": not only} if (avoid and good) or only else {}
        future = self._client.submit(self._work, data, key=f"simulation-{uuid4().hex}", pure=False, **where)
        answer, gone = asyncio.create_task(_result(future)), asyncio.create_task(self._gone.wait())
        try:
            while not (answer.done() or gone.done()):
                await asyncio.wait(
                    [answer, gone],
                    timeout=_LOOK_SECONDS if only else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if only and only not in self._workers:  # nobody else takes its task
                    raise KilledWorker("build", None, 0)
            if not answer.done() or answer.cancelled():
                raise PlaceGone(f"FARM={self._farm.name}: the scheduler is gone")
            return answer.result()
        except KilledWorker:
            raise WorkerLost("its worker ended") from None
        except PlaceGone:
            raise
        except asyncio.CancelledError:
            await self._client.cancel([future], force=True)
            raise
        except Exception as error:  # whatever a worker's own code raised
            raise WorkerLost(f"its worker failed: {type(error).__name__}: {error}") from None
        finally:
            answer.cancel()
            gone.cancel()
            future.release()


async def _result(future: Any) -> tuple[str, bytes]:
    answer: tuple[str, bytes] = await future
    return answer
