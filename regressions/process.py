# SPDX-License-Identifier: Apache-2.0
"""One simulation process in its own process group, which is killed as a whole."""

import asyncio
import contextlib
import re
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec import Struct

from regressions.deadline import Deadline, Effort, processor_seconds
from regressions.judge import Ending, ProcessEnd
from regressions.orphans import kill_group, telling, watched
from regressions.paths import ROOT, relative
from regressions.results import ResultsReader

POLL_SECONDS = 0.25
GRACE_SECONDS = 3.0
# Behind the text of an assertion of the RTL comes what follows from it, which looks like errors too.
_ASSERTION = re.compile(r"%Error: \S+: (Assertion failed in .*)")


class Recipe(Struct, frozen=True):
    """Descriptor and kind of a build, for a node of another kind, which makes its own."""

    descriptor: str  # path of the device's descriptor
    kind: str  # of the build


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start."""

    argv: Sequence[str]  # program and arguments
    environment: dict[str, str]  # the complete environment
    folder: Path  # the simulation's folder, with ``plan.json``; receives ``sim.log`` and ``results.jsonl``
    rerun: str  # command line that repeats the simulation; first and last line of its log
    cycles: int = 0  # planned ones, by which a farm tells slow workers; 0 if nobody knows
    recipe: Recipe | None = None  # what its program is built of; None if no other machine can build it
    waves: bool = False  # it writes waves
    state: int = 0  # seed of the random state that it starts from; 0 for none


async def _kill_group(process: asyncio.subprocess.Process) -> None:
    """Ends a process and all of its descendants: politely, then for good."""
    if kill_group(process.pid, signal.SIGTERM):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    kill_group(process.pid)
    await process.wait()


async def run_process(
    command: Command, deadline: Deadline, reader: ResultsReader, on_progress: Callable[[], None]
) -> ProcessEnd:
    """Runs a simulation to its end, its timeout, or the cancellation of the calling task.

    Whatever happens, no process of the group outlives the call. `reader` follows its results file, and
    `on_progress` is called when results came in.

    Raises:
        OSError: The log cannot be written.
    """
    started = time.monotonic()
    log = command.folder / "sim.log"
    with log.open("wb") as output:
        output.write(f"rerun: {command.rerun}\n".encode())
        output.flush()
        argv, tells = telling([*map(str, command.argv)])
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=command.environment,
            cwd=ROOT,
            stdin=tells,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        ending, detail = Ending.EXITED, ""
        with watched(process.pid):
            waiter = asyncio.ensure_future(process.wait())
            try:
                effort = Effort(partial(processor_seconds, process.pid))
                while not waiter.done():
                    await asyncio.wait([waiter], timeout=POLL_SECONDS)
                    if reader.poll():
                        on_progress()
                    detail = deadline.exceeded(reader, effort.seconds())
                    if detail and not waiter.done():
                        ending = Ending.TIMEOUT
                        break
                    detail = ""
                await asyncio.sleep(0)  # where the last results ended the run (STOP=), with this task
            except asyncio.CancelledError:
                ending = Ending.EXITED if waiter.done() else Ending.INTERRUPTED
            await asyncio.shield(asyncio.ensure_future(_kill_group(process)))
    reader.poll()
    on_progress()
    # These may end the run, too: what a process that is over has said counts all the same.
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    if ending is Ending.EXITED and (process.returncode != 0 or not reader.log.ended):
        detail = last_words(log)
    with log.open("ab") as output:
        note = (
            f"{ending.value} {detail}".strip()
            if ending is not Ending.EXITED
            else f"exit {process.returncode}"
        )
        output.write(f"\n{note}\nrerun: {command.rerun}\n".encode())
    return ProcessEnd(
        ending, process.returncode, detail, _xml_failures(command.folder), time.monotonic() - started
    )


def last_words(log: Path, limit: int = 300) -> str:
    """The line of a log that says best why it ended.

    The first assertion of the RTL that failed, else the last line that looks like an error, else the last.
    """
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 65536))
        text = file.read().decode(errors="replace")
    if (failed := _ASSERTION.search(text)) is not None:
        return failed[1].strip()[:limit]
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("rerun: ")]
    errors = [line for line in lines if "rror" in line or "fatal" in line.lower() or "assert" in line.lower()]
    return (errors or lines or [""])[-1][:limit]


def _xml_failures(folder: Path) -> tuple[str, ...]:
    """Failed test cases of cocotb's results file, if it wrote one."""
    path = folder / "results.xml"
    if not path.exists():
        return ()
    try:
        cases = ET.parse(path).getroot().iter("testcase")
    except ET.ParseError:
        return ("results.xml is damaged",)
    failed: list[str] = []
    for case in cases:
        fault = case.find("failure") if case.find("failure") is not None else case.find("error")
        if fault is not None:
            failed.append(f"{case.get('name')}: {_raised(fault)}")
    return tuple(failed)


def _raised(fault: ET.Element) -> str:
    """File, line, kind and message of a failed test case, as far as it tells them."""
    trace = fault.text or ""
    text = " ".join((fault.get("message") or fault.get("error_msg") or trace or "failed").split())[:200]
    kind = fault.get("type")
    for file, line in re.findall(r'File "([^"]+)", line (\d+)', trace)[-1:]:
        return f"{relative(Path(file))}:{line}: {kind}: {text}"
    return text
