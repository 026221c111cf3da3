# SPDX-License-Identifier: Apache-2.0
"""The cluster as a kind of devices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from models.timing import Instance
from tb.cluster.config import ClusterConfig, ClusterTable, cluster_of
from tb.cluster.rules import RULES
from tb.errors import UserError
from tb.exchange.plan import ProgramBuild
from tb.kinds import DeviceKind

if TYPE_CHECKING:
    from tb.cluster.coverage import ClusterCoverage
    from tb.cluster.elf import Program
    from tb.cluster.segment import ClusterSegmentTest
    from tb.coverage.collector import Worker
    from tb.coverage.definition import Definition
    from tb.exchange.device import Descriptor


class Cluster(DeviceKind):
    """Cores, memories and a DMA around an accelerator, in the bench `cluster_tb`."""

    # Descriptors are read without the libraries of a simulation, so methods import what they need.

    name = "cluster"
    doc = "the cluster around the device, with `n_cores` cores; without it the device is alone"
    table = ClusterTable
    targets = ("cluster", "cluster_fpu")
    rules = RULES

    @property
    def sequences(self) -> Mapping[str, str]:
        """Streams of programs, each of which registers itself in its definition."""
        from tb.cluster.streams import REGISTERED

        return {name: f"{stream.__module__}:{stream.__name__}" for name, stream in REGISTERED.items()}

    def sequence_of(self, named: Any) -> Any:
        """Return the sequence of a stream of programs."""
        from tb.cluster.streams import ProgramStream

        if not (isinstance(named, type) and issubclass(named, ProgramStream)):
            return named
        from tb.cluster.sequences import ProgramSequence
        from tb.sequences.base import sequence_of

        return sequence_of(named, ProgramSequence)

    def configure(self, table: ClusterTable, n_cores: int, instance: Instance) -> ClusterConfig:
        """Return the cluster's sizes."""
        return ClusterConfig(**structs.asdict(table), cores=n_cores, instance=instance)

    def suits(self, device: Descriptor, target: str) -> bool:
        """Tell whether a cluster has the cores that a test needs, with or without floating point."""
        return target == "cluster" or (target == "cluster_fpu" and cluster_of(device).fpu)

    def definition(self, further: tuple[Path, ...] = ()) -> Definition:
        """Read `tb/cluster/coverage.toml`; further files use the points of the accelerator."""
        from tb.coverage.covergroups import load_definition

        del further
        return load_definition(first=Path(__file__).with_name("coverage.toml"))

    def coverage(
        self, definition: Definition, device: Descriptor, worker: Worker, share: int
    ) -> ClusterCoverage:
        """Open the counts of programs."""
        from tb.cluster.coverage import ClusterCoverage

        del worker, share
        return ClusterCoverage(definition, device.n_cores)

    def segment_test(self) -> type[ClusterSegmentTest]:
        """Return the test that has programs run."""
        from tb.cluster.segment import ClusterSegmentTest

        return ClusterSegmentTest

    def resources(self, device: Descriptor, programs: Mapping[str, ProgramBuild]) -> dict[str, Any]:
        """Return session and programs; one that cannot be read fails its tests alone."""
        from tb.cluster.agent import SessionHandle

        fpu = cluster_of(device).fpu
        read = {name: _program(given, fpu=fpu) for name, given in programs.items()}
        return {"session": SessionHandle(), "programs": read}


def _program(given: ProgramBuild, *, fpu: bool) -> Program | UserError:
    from tb.cluster.elf import check_instructions, read_program

    if given.error:
        return UserError(given.error)
    try:
        program = read_program(Path(given.path))
        check_instructions(program, fpu=fpu)
    except UserError as error:
        return error
    return program
