# SPDX-License-Identifier: Apache-2.0
"""``make shrink``: the smallest failure behind a failure record, and the command that shows it."""

import json
from pathlib import Path

import numpy as np
from rich.console import Console

from regressions.commands.replay import Attempts
from regressions.errors import UserError
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.rundir import create_run
from regressions.services import Services
from tb.exchange.job import Job
from tb.exchange.record import Record, read_record
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.stimulus.operands import operands
from tb.stimulus.reductions import size_of
from tb.stimulus.shrink import OUTCOME, SHRUNK, Wanted

DEFAULT_SECONDS = 60.0
_SHOWN_ELEMENTS = 8
_SHOWN_BEFORE = 4


def shrink(order: Order, services: Services, console: Console) -> int:
    """Reduces a failure and prints it in three lines; exit code 1, or 0 if it does not fail any more.

    Raises:
        UserError: No record was named, or the simulation broke before it saw the failure.
    """
    check_tools()
    path = order.record_path
    record = read_record(path)
    device = services.device(record.descriptor)
    refusal = runner_of(device).unshrinkable
    if refusal:
        raise UserError(f"R: {device.name} is a {device.kind}: {refusal}; 'make replay' repeats the failure")
    simulator = services.simulator("verilator")
    run = create_run(order.tree.replays, "shrink", record.seed)
    kind = order.kind or "fast"
    build = simulator.build(device, kind, run / f"build-{kind}.log")
    seconds = order.soak_seconds or DEFAULT_SECONDS
    attempts = Attempts(path, record, simulator, build, waves=False)
    result = attempts.attempt(run, "shrink", console, seconds)
    if result is None:
        return EXIT_INTERRUPTED
    return _report(_ShrunkRun(run, attempts, result), order, console)


class _ShrunkRun:
    """Files that a shrink left.

    Attributes:
        folder: Of its simulation.
        search: Content of `shrink.json`; None if the simulation ended before it was written.
        smallest: The smallest failure; None if there was none.
    """

    def __init__(self, run: Path, attempts: Attempts, result: SegmentResult) -> None:
        self.run, self.attempts, self.result = run, attempts, result
        self.folder = run / "shrink" / result.folder
        self.path = self.folder / SHRUNK
        search = self.folder / OUTCOME
        self.search = json.loads(search.read_text()) if search.exists() else None
        self.smallest = read_record(self.path) if self.path.exists() else None

    def confirm(self, console: Console, *, waves: bool) -> SegmentResult | None:
        """Run the smallest failure in a simulation of its own; None if that was interrupted."""
        assert self.smallest is not None
        simulator, build = self.attempts.simulator, self.attempts.build
        if waves:
            build = simulator.build(build.descriptor, "waves", self.run / "build-waves.log")
        attempts = Attempts(self.path, self.smallest, simulator, build, waves)
        return attempts.attempt(self.run, "prefix", console)


def _report(shrunk: _ShrunkRun, order: Order, console: Console) -> int:
    log = relative(shrunk.folder / "sim.log")
    smallest, search = shrunk.smallest, shrunk.search
    if smallest is None:
        if search is None:
            raise UserError(f"{log}: the simulation ended before it saw the failure: {shrunk.result.detail}")
        how = f"; it fails otherwise: {search['otherwise']}" if search["otherwise"] else ""
        checker = Wanted.of(shrunk.attempts.record).checker
        console.print(
            f"not reproduced: no '{checker}' alone or after what ran before it{how}",
            style="bold red" if how else "bold green",
            markup=False,
            soft_wrap=True,
        )
        return EXIT_FAILED if how else EXIT_PASSED
    again = shrunk.confirm(console, waves=order.waves)
    if again is None:
        return EXIT_INTERRUPTED
    for line in three_lines(smallest, relative(shrunk.path), order.kind):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if search is None:
        ended = f"the simulation ended early ({shrunk.result.detail}), log {log}"
        _note(console, f"smaller ones may exist: {ended}")
    elif not search["complete"]:
        _note(console, f"smaller ones may exist: {search['seconds']:.0f} s were over; TIME=10m gives it more")
    if again.status is Status.PASSED:
        _note(
            console,
            "it passes in a simulation of its own: a reset leaves something of what ran before; "
            f"start from make replay R={relative(order.record) if order.record else ''}",
        )
    if order.waves:
        _note(console, f"waves: {relative(shrunk.run / 'prefix' / again.folder / 'waves.vcd')}")
    return EXIT_FAILED


def _note(console: Console, text: str) -> None:
    console.print(f"note: {text}", markup=False, highlight=False, soft_wrap=True)


def three_lines(record: Record, path: str, kind: str = "") -> list[str]:
    """A failure for people: the problem, the jobs, and the command that shows it.

    Args:
        record: The failure.
        path: Of the record.
        kind: Build kind it needs, empty for the default.
    """
    *before, failing = record.scenarios
    after = "".join(f"after {describe(scenario)}; " for scenario in before)
    if len(before) > _SHOWN_BEFORE:
        after = f"after {len(before)} scenarios, the first {describe(before[0])}; "
    option = f" KIND={kind}" if kind else " WAVES=1"
    return [
        f"{record.status}: {record.detail}",
        f"{Path(record.descriptor).stem}: {after}{describe(failing)}",
        f"make replay R={path}{option}",
    ]


def describe(scenario: Scenario) -> str:
    """A scenario in words, with the elements of small operands."""
    texts = [_describe_job(job) for job in scenario.jobs]
    stall = scenario.stall
    waits = "" if stall.kind == "none" else f", stalls {stall.kind} rate {stall.rate:g} burst {stall.burst}"
    if stall.gnt_without_req:
        waits += ", grants without requests"
    if stall.write_r_valid != "never":
        waits += f", r_valid after writes {stall.write_r_valid}"
    cut = scenario.abort
    aborted = "" if cut is None else f", the first cut by a {cut.kind} after {cut.after} cycles"
    return " then ".join(texts) + waits + aborted


def _describe_job(job: Job) -> str:
    size = f"{job.op.name} {job.format_name} M={job.m} N={job.n} K={job.k}"
    where = f"X {job.x_addr:#x} W {job.w_addr:#x} Z {job.z_addr:#x}"
    core = f" core {job.core}" if job.core else ""
    if size_of(job) <= _SHOWN_ELEMENTS:
        return f"{size}{core} at {where}{_elements(job)}"
    classes = "/".join(dict.fromkeys(job.classes)) if job.data is None else "given data"
    return f"{size}{core} at {where} ({classes})"


def _elements(job: Job) -> str:
    parts = [
        f"{name}={' '.join(f'{int(bits):0{2 * fmt.itemsize}x}' for bits in np.ravel(matrix))}"
        for name, matrix, fmt in zip("XWY", operands(job), job.formats, strict=True)
        if matrix is not None and matrix.size
    ]
    return f" with {', '.join(parts)}" if parts else ""
