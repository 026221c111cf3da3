# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: defects of a device, of the cluster and of the bench, against what has to find them."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import replace as change

from msgspec.structs import replace
from rich.console import Console

from regressions.errors import UserError, unknown
from regressions.kinds import OWN, defects_of, with_defects
from regressions.machine import check_tools
from regressions.mutants import defects
from regressions.mutants.campaign import run_campaign
from regressions.mutants.defects import Defect, DefectList
from regressions.mutants.finished import FILE
from regressions.mutants.placement import Sourced
from regressions.mutants.sweep import draw, sweep
from regressions.mutants.target import Target
from regressions.order import Order
from regressions.paths import relative
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services


def mutants(order: Order, services: Services, console: Console) -> int:
    """Build with all defects once; run each, and the source without any, against jobs or unit benches.

    Without a device, that is one campaign for each kind of devices that has defects, or one on the device
    that the file of other defects names. The order's `tests` are patterns of defects and modules.

    Returns:
        0 if every defect was killed or has a reason not to be, else 1.

    Raises:
        UserError: There are no defects, or something fails without one.
        SchemaError: A defect does not apply to the source.
        BuildError: A build fails for another reason than a defect.
    """
    check_tools()
    other = None if order.data is None else defects.read(order.data)
    if other is not None and order.job_list is None:
        order = change(order, job_list=other.jobs)
    names = [order.dut] if order.dut else with_defects() if other is None else [other.device]
    targets: dict[str, Target] = {}
    everything: dict[str, list[Defect]] = {}
    if order.farm is not None and OWN.name in names:
        raise UserError(
            f"FARM: defects of {OWN.name} are in Python, and run on this machine alone; leave it out"
        )
    for name in names:
        kind = defects_of(name)
        target = kind.target(order, services, name)
        its = listed(target.device, kind.name) if other is None else other
        found = [*its.defects, *sweep(target.device, its.sweep, its.reasons)]
        if its.draw:
            found += draw(kind.proposals(target.device), target.seed, its.draw, its.reasons)
        if not found and order.data is not None:
            raise UserError(f"DATA: {relative(order.data)} has no defect; add one (docs/mutants.md)")
        elsewhere = its.device not in (name, target.device.name)
        part = order.data.stem if order.data is not None else target.device.name if elsewhere else ""
        targets["-".join(filter(None, (kind.label, part)))] = target
        everything[target.device.name] = [replace(defect, elsewhere=elsewhere) for defect in found]
    chosen = select(everything, order.tests)
    passed, folders = [], []
    for label, target in targets.items():
        name = target.device.name
        if chosen[name] or not order.tests:
            good, folder = run_campaign(
                label, target, everything[name], chosen[name], order, services, console
            )
            passed.append(good)
            folders.append(folder)
    # From here on the command has nothing to go on from.
    for folder in folders:
        (folder / FILE).unlink()
    return EXIT_PASSED if all(passed) else EXIT_FAILED


def listed(device: Sourced, main: str) -> DefectList:
    """A device's own defects; without any those of the main device of its kind, if it has its sources."""
    if not defects.data_files(device.name):
        found = defects.load(main)
        if {defect.file for defect in found} <= {path.name for path in device.sources}:
            return DefectList(main, found)
    everything = defects.load(device.name)
    return change(defects.read(defects.data_files(device.name)[0]), defects=everything)


def select(everything: Mapping[str, Sequence[Defect]], patterns: str) -> dict[str, list[tuple[int, Defect]]]:
    """The defects whose id or module matches one of some comma-separated patterns, with their numbers.

    Patterns have ``*`` and ``?``; none selects everything. Numbers count all defects of a device.

    Raises:
        UserError: A pattern matches nothing.
    """
    numbered = {device: list(enumerate(its, start=1)) for device, its in everything.items()}
    if not patterns:
        return numbered
    kept: dict[str, dict[int, Defect]] = {device: {} for device in everything}
    for pattern in (part.strip() for part in patterns.split(",")):
        matches = {
            device: {number: defect for number, defect in its if _matches(defect, pattern)}
            for device, its in numbered.items()
        }
        if not any(matches.values()):
            every = [defect for its in everything.values() for defect in its]
            names = dict.fromkeys(name for defect in every for name in (defect.id, defect.module))
            raise unknown("defect or module", pattern, names, "TESTS", "docs/mutants.md says where they are")
        for device, found in matches.items():
            kept[device].update(found)
    return {device: sorted(its.items()) for device, its in kept.items()}


def _matches(defect: Defect, pattern: str) -> bool:
    return fnmatch.fnmatchcase(defect.id, pattern) or fnmatch.fnmatchcase(defect.module, pattern)
