# SPDX-License-Identifier: Apache-2.0
"""What a run is about."""

from dataclasses import dataclass, field, fields
from typing import Any

from models.timing import Instance


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is about.

    Attributes:
        run_id: Name of its folder.
        tier: Tier, or ``run`` and ``rerun`` for single tests and repeated failures.
        seed: Seed of all random streams.
        git: Commit, with ``-dirty`` if files were changed; empty outside of a repository.
        tools: Versions.
        dut: Device; the main one where there are several.
        parameters: Its parameters.
        options: What ``make run`` must be given for a device besides test and seed, such as ``DUT=x``.
        devices: Parameters of all devices, by name, the main one first.
        known_issues: Known issues of the devices, as their descriptors list them.
        shard: Which part of the tier it is, such as ``1/3``; empty for all of it.
        complete: Whether it is all that the tier stands for, or a part of that: no choice of tests, no soak.
    """

    run_id: str
    tier: str
    seed: int
    git: str
    tools: dict[str, str]
    dut: str
    parameters: dict[str, Any]
    options: dict[str, str] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    known_issues: tuple[str, ...] = ()
    shard: str = ""
    complete: bool = False

    @property
    def instance(self) -> Instance | None:
        """The main device's array; None if its parameters are not those of contract A3.1."""
        sizes = [size for name in ("H", "L", "P", "DW") if isinstance(size := self.parameters.get(name), int)]
        return Instance(*sizes) if len(sizes) == len(fields(Instance)) else None

    def rerun_options(self, device: str) -> str:
        """The options of a device as they follow in a command line, with the blank before them."""
        options = self.options.get(device, "")
        return f" {options}" if options else ""
