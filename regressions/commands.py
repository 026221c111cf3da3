# SPDX-License-Identifier: Apache-2.0
"""Commands that simulate tests: a tier, one test, the failures of the last run."""

import json
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace
from rich.console import Console

from regressions import testlist
from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.jobs import closing
from regressions.coverage.measure import Coverage
from regressions.errors import UserError
from regressions.info import Run
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.planner import Planner, Simulation, pack, rounds
from regressions.run import EXIT_PASSED, Schedule, builds_of, perform
from regressions.rundir import RESULTS, last_run
from regressions.selection import Selector, find_entry, make_segment, parse_selectors
from regressions.services import Services
from regressions.tiers import Tier
from tb.coverage import CLOSING
from tb.descriptor import Descriptor, available, load
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.schema import SchemaError, nearest


def _planner(
    order: Order,
    tier: Tier,
    tests: Sequence[TestEntry],
    services: Services,
    device: Descriptor,
    seed: int,
) -> Planner:
    known = [entry for entry in order.entries.values() if testlist.suits(entry, device)]
    everything = [entry for entry in known if tier.name in entry.tiers or entry in tests]
    total = sum(entry.weight or 0.0 for entry in everything)
    return Planner(tier, seed, tests, total, lambda entry, s: services.source(entry, s, device), device.name)


def _with_kind(segments: Sequence[Segment], kind: str) -> list[Segment]:
    """The segments on another build kind, where one is asked for."""
    return [replace(segment, kind=kind) for segment in segments] if kind else list(segments)


def _kind(order: Order, services: Services) -> str:
    """The build kind asked for, or an empty text."""
    kind = order.kind or ("waves" if order.waves else "")
    known = services.simulator("verilator").kinds
    if kind and kind not in known:
        raise UserError(f"KIND: unknown build kind '{kind}'; {nearest(kind, known)}Known: {', '.join(known)}")
    return kind


def regressions(order: Order, services: Services, console: Console) -> int:
    """``make regressions``: the tests of a tier, or a soak of them."""
    check_tools()
    tests = testlist.select(order.entries, order.tier.name, order.tests)
    seed = order.chosen_seed
    kind = _kind(order, services)
    soak = order.soak_seconds is not None
    if soak and not order.shard.undivided:
        raise UserError("SHARD: a soak has no parts; give each machine another SEED instead")
    if not order.shard.undivided and order.seed is None and order.tier.seed is None:
        raise UserError(f"SHARD: tier {order.tier.name} draws its seed; give all machines the same SEED=")
    late = [entry for entry in tests if entry.sequence == CLOSING]
    tests = [entry for entry in tests if entry not in late]
    devices: list[Descriptor] = []
    planners: list[Planner] = []
    builds: list[tuple[str, str]] = []
    for name, budget in order.budgets.items():
        device, tier = services.device(name), order.tier.on(budget)
        chosen = [
            entry
            for entry in tests
            if testlist.suits(entry, device) and testlist.matches(entry, budget.tests)
        ]
        if not chosen and (devices or not any(testlist.suits(entry, device) for entry in late)):
            continue
        devices.append(device)
        planners.append(_planner(order, tier, chosen, services, device, seed))
        builds += [(device.name, built) for built in ([kind] if kind else tier.builds)]
    late = [entry for entry in late if devices and testlist.suits(entry, devices[0])]
    if not planners:
        raise UserError(f"TESTS={order.tests}: no device of tier {order.tier.name} runs these; give DUT=")

    closes = order.tier.coverage and not order.selective and bool(load_rules(devices[0]).goals)
    # First, so that a soak has them too, however short it is.
    every_closer = closing(order.entries, services, devices[0]) if closes else []
    closers = order.shard.take(every_closer, lambda simulation: simulation.cycles)
    builds += builds_of(closers)

    def simulations() -> Iterator[Simulation]:
        yield from closers
        count = len(every_closer)
        for drawn in rounds(planners, soak):
            mine = drawn if soak else order.shard.segments(drawn)
            packed = pack(_with_kind(mine, kind), order.processes, count)
            count += len(packed)
            yield from packed

    closer = _closing(order, late, seed, devices[0], kind) if late else None
    run = Run.begin(
        order,
        order.tier.name,
        seed,
        devices,
        services,
        complete=not (order.selective or soak),
        goals=closes and order.shard.undivided,
    )
    schedule = (
        Schedule(simulations(), builds, None, closer) if soak else Schedule.of(list(simulations()), closer)
    )
    return perform(run, schedule, services, console)


def _closing(
    order: Order, entries: Sequence[TestEntry], seed: int, device: Descriptor, kind: str
) -> Callable[[Coverage], list[Segment]]:
    """Chooses what the closing tests add on the main device, once it is known what the others covered."""

    def segments(coverage: Coverage) -> list[Segment]:
        # Imported here, as it takes longer to load than most commands to run.
        from regressions.coverage.closing import Closing

        every = (Closing(entry, seed, device, kind or "fast", order.shard) for entry in entries)
        return [segment for closing in every for segment in closing.segments(coverage)]

    return segments


def run(order: Order, services: Services, console: Console) -> int:
    """``make run``: tests by name, or scenarios of them, which then share one simulation."""
    check_tools()
    if not order.test:
        raise UserError(
            "TEST: name a test, such as TEST=gemm_ops or TEST=gemm_ops:0:40; 'make list' shows all"
        )
    entries = order.entries
    selectors = parse_selectors(order.test)
    chosen = [(selector, find_entry(entries, selector.name)) for selector in selectors]
    seed = order.chosen_seed
    device = services.device(order.device)
    kind = _kind(order, services)
    for _, entry in chosen:
        if not testlist.suits(entry, device):
            raise UserError(_elsewhere(entry, device))
    entire = [entry for selector, entry in chosen if selector.begin is None]
    segments = _planner(order, order.tier, entire, services, device, seed).segments() if entire else []
    simulations = pack(_with_kind(segments, kind), order.processes)
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
    try:
        results = json.loads((last / RESULTS).read_text())
        bad = [segment for segment in results["segments"] if segment["status"] != "passed"]
        used = {item["descriptor"]: services.device(str(item["descriptor"])) for item in bad}
        places = list(results["info"]["devices"])
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"{relative(last / RESULTS)}: damaged ({error!r}); run the tests again") from error
    if not bad:
        console.print(f"nothing failed in {relative(last)}", highlight=False)
        return EXIT_PASSED
    entries = order.entries
    segments = [
        make_segment(
            entry,
            item["seed"],
            item["begin"],
            item["end"],
            services.source(entry, item["seed"], device),
            item["kind"],
            device.name,
        )
        for item in bad
        for entry, device in [(find_entry(entries, item["test"]), used[item["descriptor"]])]
    ]
    simulations = pack(segments, order.processes)
    devices = sorted(used.values(), key=lambda device: places.index(device.name))
    run = Run.begin(order, "rerun", segments[0].seed, devices, services)
    return perform(run, Schedule.of(simulations), services, console)
