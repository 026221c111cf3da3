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
from regressions.planning import applicable, build_kind, planner_of, with_kind
from regressions.restored import with_files
from regressions.run import EXIT_PASSED, Run
from regressions.rundir import last_run
from regressions.selection import find_entries, find_entry, make_segment, parse_selectors
from regressions.services import Services
from tb.descriptor import available, load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.status import Status


def run(order: Order, services: Services, console: Console) -> int:
    """``make run``: tests by name, or scenarios of them, which then share one simulation."""
    check_tools()
    entries = order.entries
    device = services.device(order.device)
    chosen = [
        (selector, entry)
        for selector in parse_selectors(order.test)
        for entry in _suited(find_entries(entries, selector.name), device)
    ]
    seed = order.chosen_seed
    kind = build_kind(order, services) or "fast"  # one build, for which somebody waits
    _, left_out = applicable([entry for _, entry in chosen], services, device)
    without = {part.test for part in left_out if part.whole}
    if len(without) == len({entry.name for _, entry in chosen}):
        raise UserError(f"TEST: {left_out[0].test} is not applicable: {left_out[0].reason}")
    chosen = [(selector, entry) for selector, entry in chosen if entry.name not in without]
    entire = [entry for selector, entry in chosen if selector.begin is None]
    segments = planner_of(order, order.tier, entire, services, device, seed).segments() if entire else []
    simulations = pack(with_kind(segments, kind))
    exact = [
        make_segment(services, entry, seed, selector.begin, selector.end, kind, device)
        for selector, entry in chosen
        if selector.begin is not None and selector.end is not None
    ]
    if exact:
        simulations.insert(0, Simulation(len(simulations), tuple(exact)))
    run = Run.begin(order, "run", seed, [device], services, left_out=left_out)
    return perform(run, Schedule.of(simulations), services, console)


def _suited(found: list[TestEntry], device: Descriptor) -> list[TestEntry]:
    """Those of some tests that run on a device, which one at least has to."""
    suited = [entry for entry in found if testlist.suits(entry, device)]
    if not suited:
        raise UserError(_elsewhere(found[0], device))
    return suited


def _elsewhere(entry: TestEntry, device: Descriptor) -> str:
    """The error of a test that does not run on a device, and what to do."""
    devices = available(kind=None)
    names = ", ".join(name for name in devices if testlist.suits(entry, load(name)))
    return f"TEST: {entry.name} does not run on {device.name}; give DUT= one of {names}"


def rerun_failed(order: Order, services: Services, console: Console) -> int:
    """``make rerun-failed``: every segment of the last run that did not pass, with its history, as it ran."""
    check_tools()
    last = last_run(order.tree)
    if last is None:
        raise UserError(f"{relative(order.tree.runs)}: there is no run yet; start with 'make regressions'")
    before = account.read(last)
    bad = [entry for entry in before.segments if entry.status is not Status.PASSED]
    if not bad:
        console.print(f"nothing failed in {relative(last)}", highlight=False)
        return EXIT_PASSED
    order = with_files(order, before.info)
    used = {entry.descriptor: services.device(entry.descriptor) for entry in bad}
    tests = order.entries
    segments = [
        make_segment(services, test, old.seed, old.begin, old.end, old.kind, used[old.descriptor])
        for old in bad
        for test in [find_entry(tests, old.test)]
    ]
    places = list(before.info.devices)
    devices = sorted(used.values(), key=lambda device: places.index(device.name))
    run = Run.begin(order, "rerun", segments[0].seed, devices, services)
    return perform(run, Schedule.of(pack(segments)), services, console)
