# SPDX-License-Identifier: Apache-2.0
"""The cluster as a kind of devices, for the runner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from regressions.kinds import Defects, RunnerKind, Section, SpeedPart
from regressions.paths import ROOT
from tb.errors import UserError
from tb.exchange.plan import ProgramBuild
from tb.kinds import late

if TYPE_CHECKING:
    from regressions.simulators.model import Model
    from regressions.summary import Summary
    from tb.cluster.streams import ProgramStream
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

# Cost of a program besides its jobs: its own cycles, its memories, and the Python around it.
_PROGRAM_OVERHEAD = 15_000


class ClusterRunner(RunnerKind):
    """Builds, plans and measures clusters."""

    # Methods import what they need: most commands, and the runner's own tests, need none of it.

    name = "cluster"
    unshrinkable = "programs are not shrunk"
    untraced = "the logs of its accelerator are not kept; waves show its programs (WAVES=1)"
    plural = "clusters"
    bench = staticmethod(late("regressions.cluster.build:bench_model"))
    bare = staticmethod(late("regressions.cluster.build:bare_model"))

    def lint(self) -> dict[str, Callable[[], Model]]:
        """Return the small cluster in the bench, the contract's and the smallest one in the loop."""
        from regressions.cluster.build import bench_model, lint_model, loop_model
        from regressions.cluster.sizes import SMALL
        from tb.cluster.config import ClusterConfig
        from tb.descriptor import load

        def loop(config: ClusterConfig) -> Model:
            return lint_model(loop_model(config))

        configs = (ClusterConfig(), ClusterConfig(cores=1, fpu=False))
        return {
            SMALL: lambda: lint_model(bench_model(load(SMALL))),
            **{config.name: partial(loop, config) for config in configs},
        }

    def size(self, stream: ProgramStream, device: Descriptor, index: int) -> tuple[int, int]:
        """Count the jobs of a program and estimate its cycles."""
        run = stream.run(index)
        jobs = () if run.scenario is None else run.scenario.jobs
        return run.jobs, _PROGRAM_OVERHEAD + sum(device.bound(job) for job in jobs)

    def programs(self, tests: Sequence[TestEntry], device: Descriptor, logs: Path) -> dict[str, ProgramBuild]:
        """Compile the programs; one that cannot be fails its tests alone."""
        from tb.sequences import resolve

        streams = (resolve(entry.sequence)(entry.name, 0, entry.knobs, device).stream for entry in tests)
        return {name: _program(name, logs) for name in sorted({stream.program for stream in streams})}

    def speed(self) -> SpeedPart:
        """Return random traffic of programs, on the contract's cluster where none is named."""
        from regressions.cluster.sizes import CONTRACT
        from regressions.cluster.speed import measure

        others = ("cluster", "cluster_figures")
        return SpeedPart("cluster_simulation", CONTRACT, "random traffic", measure, others)

    def defects(self) -> Defects:
        """Return the defects of the cluster's own modules, found by unit benches and programs."""
        sourced = late("regressions.cluster.mutants.target:sources")
        target = late("regressions.cluster.mutants.target:ClusterTarget")
        return Defects(self.name, "mutants-cluster", sourced, target)

    def section(self, bench: Path, summary: Summary) -> Section:
        """Return the programs of a run, and the figures of programs, which `make cluster` measures."""
        from regressions.cluster.report import FOLDER, cluster_section, programs

        own = [device.name for device in summary.run.devices if device.kind == self.name]
        content = replace(cluster_section(bench), devices=own, programs=programs(summary.tests, own))
        place = (FOLDER, "cluster_section.html.j2", "programs", "Clusters")
        return Section(*place, content, content.software_products)


def _program(name: str, logs: Path) -> ProgramBuild:
    from regressions.cluster.firmware import PROGRAMS, build_program

    path = (ROOT / name).resolve()
    if path.suffix == ".elf":
        return ProgramBuild(str(path))
    stem, folder = (path.stem, path.parent) if path.suffix == ".c" else (name, PROGRAMS)
    try:
        return ProgramBuild(str(build_program(stem, logs / f"sw-{stem}.log", folder).path))
    except UserError as error:
        return ProgramBuild(error=str(error))
