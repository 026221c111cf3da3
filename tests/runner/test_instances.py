# SPDX-License-Identifier: Apache-2.0
"""Instances and the tiers that run them, against their table in docs/instances.md."""

import re

import pytest

from regressions import testlist
from regressions.paths import ROOT
from regressions.testlist import LISTS, suits
from regressions.tiers import Tier, load_tiers
from tb.cluster.sequences import ProgramSequence
from tb.descriptor import available, load
from tb.exchange.device import Descriptor
from tb.sequences import resolve
from tb.sequences.base import GemmOpSequence
from tb.stimulus.knobs import DeviceLacks

TIERS = load_tiers()
ENTRIES = testlist.load([LISTS], TIERS)
DEVICES = {name: load(name) for name in available(kind=None)}
ARRAYS = [
    name for name, device in DEVICES.items() if device.top == "redmule_top" and device.kind == "accelerator"
]
PUBLIC = "redmule_8x32x1"
FOUR = "redmule_4x12x3_c4"
TOLERANT = "redmule_ft_4x12x3"
FULL = "redmule_full_4x12x3"
NIGHTLY = {FOUR, TOLERANT, FULL}
"""The default with more contexts or another mode: most of them is the default's, so the night is enough."""
TEXT = (ROOT / "docs" / "instances.md").read_text()


def documented() -> dict[str, list[str]]:
    """Device to instance and cells of the tiers."""
    section = TEXT.partition("## What runs where")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.MULTILINE)
    return {name: cells.split(" | ") for name, cells in rows}


def cell(tier: Tier, device: str) -> str:
    """The table's cell for a device in a tier."""
    part = tier.devices.get(device)
    if part is None:
        return "-"
    few = ["few"] if part.tests else []
    return " ".join([f"{part.share:g}", *tier.on(part).builds, *few])


def title(device: Descriptor) -> str:
    """The instance; the serial device is no array."""
    return device.instance.title if device.top == "redmule_top" else "-"


def test_the_table_says_what_the_tiers_do() -> None:
    used = {name for tier in TIERS.values() for name in tier.devices}
    devices = {name: load(name) for name in used}
    expected = {
        device.name: [title(device), *(cell(TIERS[tier], name) for tier in TIERS)]
        for name, device in devices.items()
    }
    assert documented() == expected


def test_the_small_sets_are_those_of_the_text() -> None:
    named = re.search(
        r"^Small set in smoke: (.*?); in pr also (.*?)\.\nIn public_ci: (.*?)\.\nIn nightly.*?: (.*?)\.$",
        TEXT,
        re.MULTILINE,
    )
    smoke, more, public, night = (re.findall(r"`(\w+)`", text) for text in named.groups())
    sets = {"smoke": set(smoke), "pr": {*smoke, *more}, "public_ci": set(public), "nightly": set(night)}
    for tier in TIERS.values():
        for part in tier.devices.values():
            if part.tests:
                assert set(part.tests.split(",")) == sets[tier.name]


def test_every_instance_of_a_descriptor_is_named() -> None:
    for name in ARRAYS:
        assert f"\n| {DEVICES[name].instance.title} | " in TEXT


def test_smoke_builds_two_arrays_and_the_serial_device() -> None:
    tier = TIERS["smoke"]
    builds = [(name, kind) for name, part in tier.devices.items() for kind in tier.on(part).builds]
    assert len(builds) == 3
    assert sum(name in ARRAYS for name, _ in builds) == 2
    assert "serial" in tier.devices


def test_one_array_alone_runs_in_the_public_ci_only() -> None:
    assert set(TIERS["public_ci"].devices) - set(TIERS["pr"].devices) == {PUBLIC}


def test_some_arrays_run_in_the_night_only() -> None:
    assert set(ARRAYS) - {PUBLIC} - set(TIERS["pr"].devices) == NIGHTLY


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != PUBLIC])
def test_every_array_runs_in_pr_and_all_tests_of_the_night_on_it(name: str) -> None:
    pr, nightly = TIERS["pr"], TIERS["nightly"]
    if name not in ("redmule", *NIGHTLY):
        assert list(pr.on(pr.devices[name]).builds) == ["fast"]
        assert pr.devices[name].tests
    assert not nightly.devices[name].tests
    assert "xrand" in nightly.on(nightly.devices[name]).builds


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_every_small_set_has_the_speed_and_finds_its_tests(tier: Tier) -> None:
    tests = testlist.select(ENTRIES, tier.name, "")
    for part in tier.devices.values():
        for pattern in filter(None, part.tests.split(",")):
            assert any(testlist.matches(entry, pattern) for entry in tests), pattern
        chosen = {entry.name for entry in tests if testlist.matches(entry, part.tests)}
        assert {"speed_table", "baseline"} <= chosen


TOO_LONG = {
    ("edges_long_copies", "serial"),
    ("edges_long_copies_more", "serial"),
    ("shortest_ways", "serial"),
    ("shortest_stages", "serial"),
}
"""Tests and devices that would take minutes for each job."""
NOT_PROMISED = {("queued_speed", "serial")}
"""Tests of what a device does not promise."""
TWO_CONTEXTS = {
    (name, FOUR) for name in ("reg_states", "reg_lock_and_queue", "reg_soft_clear", "reg_coincidences")
}
"""Directed tests whose steps count on two contexts, and a device with another number."""
TWO_MODES = {
    (name, device)
    for name in ("gemm_ops_modes", "gemm_ops_modes_cut")
    for device in DEVICES.keys() - {TOLERANT, FULL}
}
"""Tests of a fault-tolerant mode, and the devices without."""


@pytest.mark.parametrize("device", DEVICES)
def test_every_test_of_a_tier_can_be_planned_on_its_devices(device: str) -> None:
    """Sizes named after the instance differ by device, and a test's knobs must hold for all of them."""
    for name, entry in ENTRIES.items():
        sequence = resolve(entry.sequence)
        if not suits(entry, DEVICES[device]):
            continue
        try:
            lacks = sequence.not_applicable(entry, DEVICES[device])
        except DeviceLacks:
            assert (name, device) in TWO_MODES
            continue
        if lacks:
            assert (name, device) in TOO_LONG | NOT_PROMISED | TWO_CONTEXTS
            continue
        if issubclass(sequence, ProgramSequence):
            run = sequence(name, 1, entry.knobs, DEVICES[device]).stream.run(0)
            assert run.jobs > 0 or run.scenario is None or not run.on_accelerator
        elif issubclass(sequence, GemmOpSequence):
            made = sequence(name, 1, entry.knobs, DEVICES[device])
            assert made.stream.scenario(0).jobs
        else:
            # A directed test plans jobs, or none and then makes register accesses only: its class says so.
            assert sequence.planned(DEVICES[device]) > 0 or sequence.jobs == 0
