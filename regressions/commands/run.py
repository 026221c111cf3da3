# SPDX-License-Identifier: Apache-2.0
"""``make run``: single tests; ``make rerun-failed``: the failures of the last run."""

from rich.console import Console

from regressions import account, testlist
from regressions.errors import UserError
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.perform import Schedule, perform
from regressions.planner import Simulation, pack
from regressions.planning import build_kind, planner_of, with_kind
from regressions.run import EXIT_PASSED, Run
from regressions.rundir import last_run
from regressions.selection import Selector, find_entry, make_segment, parse_selectors
from regressions.services import Services
from tb.descriptor import available, load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status


def run(order: Order, services: Services, console: Console) -> int:
    """``make run``: tests by name, or scenarios of them, which then share one simulation."""
    check_tools()
    entries = order.entries
    selectors = parse_selectors(order.test)
    chosen = [(selector, find_entry(entries, selector.name)) for selector in selectors]
    seed = order.chosen_seed
    device = services.device(order.device)
    kind = build_kind(order, services)
    for _, entry in chosen:
        if not testlist.suits(entry, device):
            raise UserError(_elsewhere(entry, device))
    entire = [entry for selector, entry in chosen if selector.begin is None]
    segments = planner_of(order, order.tier, entire, services, device, seed).segments() if entire else []
    simulations = pack(with_kind(segments, kind), order.processes)
    exact = [
        _exact(selector, entry, services, device, seed, kind or "fast")
        for selector, entry in chosen
        if selector.begin is not None
    ]
    if exact:
        simulations.insert(0, Simulation(len(simulations), tuple(exact)))
    return perform(
        Run.begin(order, "run", seed, [device], services), Schedule.of(simulations), services, console
    )


def _elsewhere(entry: TestEntry, device: Descriptor) -> str:
    """The error of a test that does not run on a device, and what to do."""
    devices = available(kind=None)
    names = ", ".join(name for name in devices if testlist.suits(entry, load(name)))
    return f"TEST: {entry.name} does not run on {device.name}; give DUT= one of {names}"


def _exact(
    selector: Selector, entry: TestEntry, services: Services, device: Descriptor, seed: int, kind: str
) -> Segment:
    begin, end = selector.begin or 0, selector.end or 1
    return make_segment(entry, seed, begin, end, services.source(entry, seed, device), kind, device.name)


def rerun_failed(order: Order, services: Services, console: Console) -> int:
    """``make rerun-failed``: every segment of the last run that did not pass, with its history."""
    check_tools()
    last = last_run(order.tree)
    if last is None:
        raise UserError(f"{relative(order.tree.runs)}: there is no run yet; start with 'make regressions'")
    before = account.read(last)
    bad = [entry for entry in before.segments if entry.status is not Status.PASSED]
    if not bad:
        console.print(f"nothing failed in {relative(last)}", highlight=False)
        return EXIT_PASSED
    used = {entry.descriptor: services.device(entry.descriptor) for entry in bad}
    tests = order.entries
    segments = [
        make_segment(
            test,
            entry.seed,
            entry.begin,
            entry.end,
            services.source(test, entry.seed, device),
            entry.kind,
            device.name,
        )
        for entry in bad
        for test, device in [(find_entry(tests, entry.test), used[entry.descriptor])]
    ]
    places = list(before.info.devices)
    devices = sorted(used.values(), key=lambda device: places.index(device.name))
    run = Run.begin(order, "rerun", segments[0].seed, devices, services)
    return perform(run, Schedule.of(pack(segments, order.processes)), services, console)
