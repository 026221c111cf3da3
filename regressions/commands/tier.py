# SPDX-License-Identifier: Apache-2.0
"""``make regressions``: the tests of a tier, or a soak of them; a whole night ends with the mutants."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rich.console import Console

from regressions import testlist
from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.jobs import closing
from regressions.commands.mutants import mutants
from regressions.coverage.measure import Coverage
from regressions.display import busy
from regressions.errors import NoDefects, UserError
from regressions.machine import check_tools
from regressions.order import Order
from regressions.perform import Schedule, builds_of, perform
from regressions.planner import Planner, Simulation, pack, rounds
from regressions.planning import applicable, build_kind, planner_of, with_kind
from regressions.portion import of_order
from regressions.resuming import resumed
from regressions.run import EXIT_FAILED, EXIT_PASSED, Run
from regressions.services import Services
from tb.coverage import CLOSING
from tb.exchange.applicable import NotApplicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.schema import SchemaError


def regressions(order: Order, services: Services, console: Console) -> int:
    """Runs a tier; a whole one ends with the mutants where it names them.

    A choice of tests, a soak, and a run that was stopped leave them out.

    Returns:
        The gravest exit code of all.
    """
    if order.resume is not None:
        order = resumed(order)
    code = _tests(order, services, console)
    stopped = order.stop is not None and code != EXIT_PASSED
    part = order.selective or order.soak_seconds is not None or stopped
    if part or not order.tier.mutants or code not in (EXIT_PASSED, EXIT_FAILED):
        return code
    try:
        # The jobs that defects have to get past are chosen ones; the night's seed is for the tests.
        return max(code, mutants(replace(order, seed=None), services, console))
    except NoDefects as error:
        console.print(f"no mutants: {error}", markup=False, highlight=False, soft_wrap=True)
        return code


def _tests(order: Order, services: Services, console: Console) -> int:
    check_tools()
    tests = testlist.select(order.entries, order.tier.name, order.tests)
    seed = order.chosen_seed
    kind = build_kind(order, services)
    soak = order.soak_seconds is not None
    if soak and not order.shard.undivided:
        raise UserError("SHARD: a soak has no parts; give each machine another SEED instead")
    if not order.shard.undivided and order.seed is None and order.tier.seed == "random":
        raise UserError(f"SHARD: tier {order.tier.name} draws its seed; give all machines the same SEED=")
    if order.keep and (soak or order.selective or not order.shard.undivided):
        raise UserError(
            "KEEP: only what a complete run covers can be kept; drop TESTS, KIND, WAVES, TIME and SHARD"
        )
    late = [entry for entry in tests if entry.sequence == CLOSING]
    tests = [entry for entry in tests if entry not in late]
    devices: list[Descriptor] = []
    planners: list[Planner] = []
    builds: list[tuple[str, str]] = []
    left_out: list[NotApplicable] = []
    for name, budget in order.budgets.items():
        device, tier = services.device(name), order.tier.on(budget)
        chosen = [
            entry
            for entry in tests
            if testlist.suits(entry, device) and testlist.matches(entry, budget.tests)
        ]
        if not chosen and (devices or not any(testlist.suits(entry, device) for entry in late)):
            continue
        chosen, without = applicable(chosen, services, device)
        left_out += without
        devices.append(device)
        planners.append(planner_of(order, tier, chosen, services, device, seed))
        builds += [(device.name, built) for built in ([kind] if kind else tier.builds)]
    if not planners:
        raise UserError(f"TESTS={order.tests}: no device of tier {order.tier.name} runs these; give DUT=")

    closes = order.tier.coverage and not order.selective and bool(load_rules(devices[0]).goals)
    # First, so that a soak has them too, however short it is.
    every_closer = closing(order.entries, services, devices[0]) if closes else []
    closers = order.shard.take(every_closer, lambda simulation: simulation.cycles)

    faults: list[str] = []
    each_round = rounds(planners, soak)
    first = next(each_round, [])  # what is wrong with a test is said before anything is built

    def simulations() -> Iterator[Simulation]:
        yield from closers
        count = len(every_closer)
        for drawn in _while_right(itertools.chain([first], each_round), faults):
            mine = drawn if soak else order.shard.take(drawn, lambda segment: segment.cycles + 1)
            packed = pack(with_kind(mine, kind), count)
            count += len(packed)
            yield from packed

    closer = _closer(
        order, [entry for entry in late if testlist.suits(entry, devices[0])], seed, devices[0], kind
    )
    if soak:
        schedule = Schedule(simulations(), builds + builds_of(closers), None, closer, faults, shrinks=True)
    else:
        with busy(console, "drawing the scenarios"):
            schedule = Schedule.of(list(simulations()), closer, shrinks=True)
    complete, goals = not (order.selective or soak), closes and order.shard.undivided
    everything = testlist.select(order.entries, order.tier.name, "")
    portion = of_order(order, len(tests) + len(late), len(everything))
    facts = (order, order.tier.name, seed, devices, services)
    run = Run.begin(*facts, complete=complete, goals=goals, left_out=left_out, portion=portion)
    return perform(run, schedule, services, console)


def _while_right(each_round: Iterator[list[Segment]], faults: list[str]) -> Iterator[list[Segment]]:
    """The rounds of a soak; a test that cannot be drawn on ends it, and costs nothing that ran."""
    try:
        yield from each_round
    except SchemaError as error:
        faults.append(f"the soak ended early: {error}")


def _closer(
    order: Order, entries: Sequence[TestEntry], seed: int, device: Descriptor, kind: str
) -> Callable[[Coverage], list[Segment]] | None:
    """Chooses what closing tests add on the main device, once it is known what the others covered."""

    def segments(coverage: Coverage) -> list[Segment]:
        # Imported here, as it takes longer to load than most commands to run.
        from regressions.coverage.closing import Closing

        every = (Closing(entry, seed, device, kind or "fast", order.shard) for entry in entries)
        return [segment for closing in every for segment in closing.segments(coverage)]

    return segments if entries else None
