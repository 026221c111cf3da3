# SPDX-License-Identifier: Apache-2.0
"""Commands that simulate tests: a tier, one test, the failures of the last run."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from regressions import testlist
from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.jobs import closing
from regressions.coverage.measure import Coverage
from regressions.errors import UserError
from regressions.machine import check_tools
from regressions.paths import BuildTree, relative
from regressions.planner import Planner, Segment, Simulation, pack, rounds
from regressions.run import EXIT_PASSED, Request, perform
from regressions.rundir import RESULTS, last_run
from regressions.selection import Selector, find_entry, make_segment, parse_selectors
from regressions.services import Services
from regressions.shards import WHOLE, Shard
from regressions.testlist import TestEntry
from regressions.tiers import Part, Tier, load_tiers
from tb.coverage import CLOSING
from tb.descriptor import Descriptor, available, load
from tb.schema import SchemaError, nearest

DEFAULT_DUT = "redmule"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, checked; see ``regressions.cli`` for the meaning of each."""

    tier: Tier
    seed: int | None
    processes: int
    dut: str
    tests: str
    soak_seconds: float | None
    test: str
    kind: str
    waves: bool
    record: Path | None
    lists: tuple[Path, ...]
    tree: BuildTree
    scaling: bool = False
    shard: Shard = WHOLE
    keep: bool = False
    runs: tuple[Path, ...] = ()
    graded: bool = False
    covergroups: tuple[Path, ...] = ()

    @property
    def device(self) -> str:
        """Name or path of the device asked for, or of the default one."""
        return self.dut or DEFAULT_DUT

    @property
    def parts(self) -> dict[str, Part]:
        """What the tier runs on which device: all of it on the device asked for, or as the tier says."""
        return {self.dut: Part(share=1.0)} if self.dut else self.tier.devices

    @property
    def entries(self) -> dict[str, TestEntry]:
        """All tests of all lists."""
        return testlist.load(self.lists, load_tiers())

    @property
    def chosen_seed(self) -> int:
        """The given seed, or the tier's."""
        return self.tier.choose_seed() if self.seed is None else self.seed

    def rerun_options(self, device: Descriptor) -> str:
        """Make variables besides TEST and SEED that repeat what was run on a device."""
        place = relative(device.path)
        dut = device.path.stem if place == f"tb/duts/{device.path.name}" else place
        parts = [f"DUT={dut}"] if dut != DEFAULT_DUT else []
        parts += [f"LISTS={' '.join(relative(path) for path in self.lists[1:])!r}"] if self.lists[1:] else []
        if self.covergroups:
            parts += [f"COVERGROUPS={' '.join(relative(path) for path in self.covergroups)!r}"]
        return " ".join(parts)


def _planner(
    options: Options,
    tier: Tier,
    tests: Sequence[TestEntry],
    services: Services,
    device: Descriptor,
    seed: int,
) -> Planner:
    known = [entry for entry in options.entries.values() if entry.suits(device)]
    everything = [entry for entry in known if tier.name in entry.tiers or entry in tests]
    total = sum(entry.weight or 0.0 for entry in everything)
    return Planner(tier, seed, tests, total, lambda entry, s: services.source(entry, s, device), device.name)


def _with_kind(segments: Sequence[Segment], kind: str) -> list[Segment]:
    """The segments on another build kind, where one is asked for."""
    return [replace(segment, kind=kind) for segment in segments] if kind else list(segments)


def _builds(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Devices and build kinds of segments, each once."""
    return list(dict.fromkeys((segment.device, segment.kind) for segment in segments))


def _kind(options: Options, services: Services) -> str:
    """The build kind asked for, or an empty text."""
    kind = options.kind or ("waves" if options.waves else "")
    known = services.simulator("verilator").kinds
    if kind and kind not in known:
        raise UserError(f"KIND: unknown build kind '{kind}'; {nearest(kind, known)}Known: {', '.join(known)}")
    return kind


def regressions(options: Options, services: Services, console: Console) -> int:
    """``make regressions``: the tests of a tier, or a soak of them."""
    check_tools()
    tests = testlist.select(options.entries, options.tier.name, options.tests)
    seed = options.chosen_seed
    kind = _kind(options, services)
    soak = options.soak_seconds is not None
    if soak and not options.shard.whole:
        raise UserError("SHARD: a soak has no parts; give each machine another SEED instead")
    if not options.shard.whole and options.seed is None and options.tier.seed is None:
        raise UserError(f"SHARD: tier {options.tier.name} draws its seed; give all machines the same SEED=")
    late = [entry for entry in tests if entry.sequence == CLOSING]
    tests = [entry for entry in tests if entry not in late]
    devices: list[Descriptor] = []
    planners: list[Planner] = []
    builds: list[tuple[str, str]] = []
    for name, part in options.parts.items():
        device, tier = services.device(name), options.tier.on(part)
        chosen = [entry for entry in tests if entry.suits(device) and testlist.matches(entry, part.tests)]
        if not chosen and (devices or not any(entry.suits(device) for entry in late)):
            continue
        devices.append(device)
        planners.append(_planner(options, tier, chosen, services, device, seed))
        builds += [(device.name, built) for built in ([kind] if kind else tier.builds)]
    late = [entry for entry in late if devices and entry.suits(devices[0])]
    if not planners:
        raise UserError(f"TESTS={options.tests}: no device of tier {options.tier.name} runs these; give DUT=")

    everything = not (options.tests or kind)
    closes = options.tier.coverage and everything and bool(load_rules(devices[0]).goals)
    # First, so that a soak has them too, however short it is.
    every_closer = closing(options.entries, services, devices[0]) if closes else []
    closers = options.shard.take(every_closer, lambda simulation: simulation.cycles)
    builds += _builds([segment for simulation in closers for segment in simulation.segments])

    def simulations() -> Iterator[Simulation]:
        yield from closers
        count = len(every_closer)
        for drawn in rounds(planners, soak):
            mine = drawn if soak else options.shard.segments(drawn)
            packed = pack(_with_kind(mine, kind), options.processes, count)
            count += len(packed)
            yield from packed

    planned, source = None, simulations()
    if not soak:
        listed = list(source)
        planned = [segment for simulation in listed for segment in simulation.segments]
        builds, source = _builds(planned), iter(listed)
    return perform(
        Request(
            label=options.tier.name,
            seed=seed,
            devices=devices,
            simulations=source,
            builds=builds,
            planned=planned,
            options={device.name: options.rerun_options(device) for device in devices},
            processes=options.processes,
            waves=options.waves,
            soak_seconds=options.soak_seconds,
            goals=closes and options.shard.whole,
            complete=everything and not soak,
            shard=options.shard.text,
            keep=options.keep,
            whole_opinions=options.tier.whole_opinions,
            covergroups=options.covergroups,
            closing=_closing(late, seed, devices[0], kind, options.shard) if late else None,
        ),
        services,
        options.tree,
        console,
    )


def _closing(
    entries: Sequence[TestEntry], seed: int, device: Descriptor, kind: str, shard: Shard
) -> Callable[[Coverage], list[Segment]]:
    """What the closing tests add to a run on its main device, once it is known what the others covered."""

    def segments(coverage: Coverage) -> list[Segment]:
        # Imported here, as it takes longer to load than most commands to run.
        from regressions.coverage.closing import Closing

        every = (Closing(entry, seed, device, kind or "fast", shard) for entry in entries)
        return [segment for closing in every for segment in closing.segments(coverage)]

    return segments


def run(options: Options, services: Services, console: Console) -> int:
    """``make run``: tests by name, or scenarios of them, which then share one simulation."""
    check_tools()
    if not options.test:
        raise UserError(
            "TEST: name a test, such as TEST=gemm_ops or TEST=gemm_ops:0:40; 'make list' shows all"
        )
    entries = options.entries
    selectors = parse_selectors(options.test)
    chosen = [(selector, find_entry(entries, selector.name)) for selector in selectors]
    seed = options.chosen_seed
    device = services.device(options.device)
    kind = _kind(options, services)
    for _, entry in chosen:
        if not entry.suits(device):
            raise UserError(_elsewhere(entry, device))
    whole = [entry for selector, entry in chosen if selector.begin is None]
    segments = _planner(options, options.tier, whole, services, device, seed).segments() if whole else []
    simulations = pack(_with_kind(segments, kind), options.processes)
    exact = [
        _exact(selector, entry, services, device, seed, kind or "fast")
        for selector, entry in chosen
        if selector.begin is not None
    ]
    if exact:
        simulations.insert(0, Simulation(len(simulations), tuple(exact)))
    return _perform_list(options, services, console, "run", seed, [device], simulations)


def _elsewhere(entry: TestEntry, device: Descriptor) -> str:
    """That a test does not run on a device, and what to do."""
    devices = [*available(), *available(clusters=True)]
    names = ", ".join(name for name in devices if entry.suits(load(name)))
    return f"TEST: {entry.name} does not run on {device.name}; give DUT= one of {names}"


def _exact(
    selector: Selector, entry: TestEntry, services: Services, device: Descriptor, seed: int, kind: str
) -> Segment:
    begin, end = selector.begin or 0, selector.end or 1
    return make_segment(entry, seed, begin, end, services.source(entry, seed, device), kind, device.name)


def _perform_list(
    options: Options,
    services: Services,
    console: Console,
    label: str,
    seed: int,
    devices: Sequence[Descriptor],
    simulations: Sequence[Simulation],
) -> int:
    planned = [segment for simulation in simulations for segment in simulation.segments]
    return perform(
        Request(
            label=label,
            seed=seed,
            devices=devices,
            simulations=iter(simulations),
            builds=_builds(planned),
            planned=planned,
            options={device.name: options.rerun_options(device) for device in devices},
            processes=options.processes,
            waves=options.waves,
            whole_opinions=options.tier.whole_opinions,
            covergroups=options.covergroups,
        ),
        services,
        options.tree,
        console,
    )


def rerun_failed(options: Options, services: Services, console: Console) -> int:
    """``make rerun-failed``: every segment of the last run that did not pass, with its history."""
    check_tools()
    last = last_run(options.tree)
    if last is None:
        raise UserError(f"{relative(options.tree.runs)}: there is no run yet; start with 'make regressions'")
    try:
        results = json.loads((last / RESULTS).read_text())
        bad = [segment for segment in results["segments"] if segment["status"] != "passed"]
        used = {item["descriptor"]: services.device(str(item["descriptor"])) for item in bad}
        order = list(results["info"]["devices"])
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"{relative(last / RESULTS)}: damaged ({error!r}); run the tests again") from error
    if not bad:
        console.print(f"nothing failed in {relative(last)}", highlight=False)
        return EXIT_PASSED
    entries = options.entries
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
    simulations = pack(segments, options.processes)
    devices = sorted(used.values(), key=lambda device: order.index(device.name))
    return _perform_list(options, services, console, "rerun", segments[0].seed, devices, simulations)
