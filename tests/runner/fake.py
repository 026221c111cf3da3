# SPDX-License-Identifier: Apache-2.0
"""A simulator, a device and scenarios that need no simulation, and the command line over them."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from regressions import cli, order
from regressions.planner import Sizes
from regressions.services import Services
from regressions.simulators.base import Build, BuildError
from regressions.streams import steady_streams
from regressions.terminal import settle_texts
from tb.descriptor import available
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.known import KnownItem
from tb.exchange.plan import Plan
from tb.schema import SchemaError, nearest
from tests.stimulus import devices

SCRIPT = Path(__file__).with_name("fake_simulation.py")


def fake_device(
    name: str = "redmule",
    parameters: Mapping[str, int] | None = None,
    known_issues: tuple[KnownItem, ...] = (KnownItem("odd", "tracker 17", "bound"),),
) -> Descriptor:
    """A device, as far as the runner reads it; there is no file of one whose name is not of `tb/duts`."""
    return replace(
        devices.device(),
        name=name,
        path=Path(f"tb/duts/{name}.toml"),
        top="redmule_top",
        parameters={"H": 1} if parameters is None else parameters,
        known_issues=known_issues,
    )


class FakeSimulator:
    """Runs `fake_simulation.py`; a build of the kind `broken` fails."""

    name = "fake"
    kinds = ("fast", "waves", "xrand", "broken")
    jobs = 1

    def version(self) -> str:
        """Name and version."""
        return "fake 1.0"

    def build(self, descriptor: Descriptor, kind: str, log: Path, training: Plan | None = None) -> Build:
        """Pretends to build."""
        del training
        log.write_text("building\n")
        if kind == "broken":
            raise BuildError(f"Verilator on {descriptor.name} failed: no such module (log: {log.name})")
        return Build(descriptor, kind, log.parent, SCRIPT, cached=False)

    def stop(self) -> None:
        """No build takes time."""

    def command(
        self, build: Build, plan_dir: Path, *, waves: bool = False, state: int = 0
    ) -> tuple[list[str], dict[str, str]]:
        """Command and environment of the fake simulation."""
        del waves, state
        return [sys.executable, "-S", str(build.executable), str(plan_dir)], dict(os.environ)


def fake_sizes(cycles: int) -> Sizes:
    """Scenarios of two jobs each, and cycles that differ from one to the other."""
    return lambda index: (2, cycles + index % 7)


def open_sizes(entry: TestEntry, seed: int, descriptor: Descriptor) -> Sizes:
    """Opens a test without looking at its sequence."""
    del seed, descriptor
    return fake_sizes(entry.knobs.get("cycles", 1000))


def device(name: str) -> Descriptor:
    """A device by name or path."""
    known = available(kind=None)
    short = name.removeprefix("tb/duts/").removesuffix(".toml")
    if short not in known:
        raise SchemaError(f"unknown device '{name}'; {nearest(name, known)}Known: {', '.join(known)}")
    return fake_device(short)


def services() -> Services:
    """Everything the runner needs."""
    simulator = FakeSimulator()
    return Services(
        lambda _: simulator,
        device,
        open_sizes,
        lambda entry, _: entry.knobs.get("lacks", ""),
        lambda entry, _: [("fmt", entry.knobs["narrowed"])] if "narrowed" in entry.knobs else [],
    )


if __name__ == "__main__":
    settle_texts()
    steady_streams()
    with tempfile.TemporaryDirectory() as empty:
        order.LISTS = Path(empty)  # the fake simulator cannot run the project's own tests
        sys.exit(cli.main(sys.argv[1:], services()))
