# SPDX-License-Identifier: Apache-2.0
"""``make trace``: what port, buffers and array did in each cycle of a scenario's jobs, as page and trace."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from regressions.attempts import Attempt, Attempts
from regressions.display import busy
from regressions.errors import UserError
from regressions.executor import Executor
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import quoted, relative
from regressions.place import Processes
from regressions.planner import Simulation
from regressions.planning import build_kind
from regressions.process import Command
from regressions.progress import RunProgress
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.rundir import create_run
from regressions.selection import find_entry, make_segment, parse_selectors
from regressions.services import Services
from regressions.testlist import suits
from regressions.trace import PAGE, write
from tb.exchange.device import Descriptor
from tb.exchange.logs import place, read_logs
from tb.exchange.plan import Mode, Plan
from tb.exchange.record import read_record
from tb.exchange.results import Finding
from tb.exchange.status import Status

_SHOWN_JOBS = 8


def trace(order: Order, services: Services, console: Console) -> int:
    """Draws a scenario of a test, or that of a failure record; exit code 1 if it failed.

    Raises:
        UserError: Neither is named, the device has no such logs, or the simulation kept none.
    """
    _check_variables(order)
    ran = _record(order, services, console) if order.record else _scenario(order, services, console)
    if ran is None:
        return EXIT_INTERRUPTED
    if not ran.logs.exists():
        log = relative(ran.logs.parents[1] / "sim.log")
        raise UserError(
            f"{log}: no job of {ran.what} was logged: {ran.result.detail or 'the test triggers none'}"
        )
    job = next((each.job for each in ran.findings if each.job is not None), 0)
    passed = ran.result.status is Status.PASSED
    found = "; ".join(each.line for each in ran.findings) or ("passed" if passed else ran.result.detail)
    path = ran.logs.with_name(PAGE)
    drawn = write(read_logs(ran.logs), ran.device, path, ran.what, f"{found}. {ran.command}", job)
    for each in drawn[:_SHOWN_JOBS]:
        console.print(f"{each.title}: {each.observed}", markup=False, soft_wrap=True)
        console.print(f"  {each.verdict}", markup=False, soft_wrap=True)
    if len(drawn) > _SHOWN_JOBS:
        console.print(f"and {len(drawn) - _SHOWN_JOBS} jobs more")
    console.print(f"picture: {relative(path)}", markup=False, soft_wrap=True)
    console.print(
        f"trace: {relative(path.with_suffix('.json'))}, for ui.perfetto.dev", markup=False, soft_wrap=True
    )
    if not passed:
        console.print(f"failed: {found}", style="bold red", markup=False, soft_wrap=True)
    return EXIT_PASSED if passed else EXIT_FAILED


def _check_variables(order: Order) -> None:
    """Refuse variables of a scenario beside those of a record, and the other way round."""
    of_scenario = {"TEST": order.test, "SEED": order.seed is not None, "DUT": order.dut, "LISTS": order.lists}
    given = [name for name, value in of_scenario.items() if value]
    if order.record and given:
        raise UserError(f"{given[0]}: the record that R= names has its own; give one of TEST= and R=")
    if order.finding and not order.record:
        raise UserError("FINDING: it is a record's; name the record with R=")


@dataclass(frozen=True, slots=True)
class _Ran:
    """A simulation that ran the scenario."""

    device: Descriptor
    logs: Path  # of the scenario
    what: str  # scenario and device, for people
    command: str  # draws it again
    result: SegmentResult
    index: int  # of the scenario

    @property
    def findings(self) -> list[Finding]:
        """Findings on the scenario."""
        failures = [each for each in self.result.failures if each.scenario == self.index]
        return [each for failure in failures for each in failure.findings if isinstance(each, Finding)]


def _record(order: Order, services: Services, console: Console) -> _Ran | None:
    """Run a record's scenario alone, and after those before it unless it fails so; None if interrupted."""
    _check(services.device(read_record(order.record_path).descriptor), "R")
    attempts = Attempts.of(order, services, "trace", console, quiet=True, logs=True)
    attempt: Attempt | None = None
    modes: tuple[Mode, ...] = ("alone", "prefix") if len(attempts.record.scenarios) > 1 else ("alone",)
    for mode in modes:
        attempt = attempts.attempt(mode, console)
        if attempt is None:
            return None
        if attempt.shown is not None:
            break
    assert attempt is not None, "there is a mode"
    record, device = attempts.record, attempts.device
    test, index = record.entry.name, record.failing.index
    what = f"{test}, scenario {index}, seed {record.seed}, on {device.name}"
    command = f"make trace R={quoted(attempts.path)}"
    return _Ran(device, attempts.logs_of(attempt), what, command, attempt.result, index)


def _scenario(order: Order, services: Services, console: Console) -> _Ran | None:
    """Run the scenario that the order names; None if interrupted."""
    check_tools()
    selectors = parse_selectors(order.test)
    chosen = selectors[0]
    if len(selectors) != 1 or chosen.begin is None or chosen.end != chosen.begin + 1:
        raise UserError(f"TEST: name one scenario of one test, such as {chosen.name}:7, or a record with R=")
    device, entry, seed = (
        services.device(order.device),
        find_entry(order.entries, chosen.name),
        order.chosen_seed,
    )
    _check(device, "DUT")
    if not suits(entry, device):
        raise UserError(f"TEST: {entry.name} does not run on {device.name}; name another device with DUT=")
    if reason := services.not_applicable(entry, device):
        raise UserError(f"TEST: {entry.name} is not applicable: {reason}")
    kind = build_kind(order, services) or "fast"
    segment = make_segment(services, entry, seed, chosen.begin, chosen.end, kind, device)
    run, simulator = create_run(order.tree.replays, "trace", seed), services.simulator("verilator")
    with busy(console, f"building {device.name} ({kind})"):
        build = simulator.build(device, kind, run / f"build-{kind}.log")
    options = f"TEST={entry.name}:{chosen.begin} SEED={seed} {order.rerun_options(device)}".rstrip()

    def command(simulation: Simulation, folder: Path) -> Command:
        argv, environment = simulator.command(build, folder, waves=order.waves, state=simulation.state)
        return Command(argv, environment, folder, f"make trace {options}")

    def plan(simulation: Simulation) -> Plan:
        return Plan(descriptor=relative(device.path), tests=(segment,), state=simulation.state, logs=True)

    simulation = Simulation(0, (segment,))
    with RunProgress(console, [simulation], quiet=True) as progress:
        executor = Executor(run, Processes(1), command, plan, progress)
        execution = executor.execute(iter([simulation]))
    if execution.interrupted:
        return None
    result = execution.results[0]
    logs = place(run / result.folder, entry.name, chosen.begin)
    if not logs.exists():  # of a directed test, whose scenarios have numbers of their own
        logs = next(iter(sorted(logs.parent.glob("*.npz"))), logs)
    what = f"{entry.name}, scenario {chosen.begin}, seed {seed}, on {device.name}"
    return _Ran(device, logs, what, f"make trace {options}", result, chosen.begin)


def _check(device: Descriptor, option: str) -> None:
    """Refuse a device whose jobs are not logged."""
    if reason := runner_of(device).untraced:
        raise UserError(f"{option}: {device.name} is a {device.kind}: {reason}")
