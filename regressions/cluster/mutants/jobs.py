# SPDX-License-Identifier: Apache-2.0
"""Tests against defects of the cluster: ``jobs.toml``, runs of unit benches and random tests."""

from dataclasses import dataclass
from pathlib import Path

from regressions import job_list
from regressions.cluster.sizes import SMALL
from regressions.cluster.units import UNITS, Unit
from regressions.errors import unknown
from regressions.paths import relative
from tb.descriptor import available

JOBS = Path(__file__).with_name("jobs.toml")

EXPECTED = {
    "registers": "",
    "sleepers": "",
    "nowhere": r"hart 0 accessed 0x20000000, where nothing is\nhart 1 accessed 0x10203000, where nothing is",
    "trap": r"hart 1 trapped at 0x1a00\w+ \(main\+0x\w+, instruction ffffffff.*\): illegal instruction",
    "far_off": r"hart 0 trapped at 0x1a01\w+ \(.*no code of the program\): illegal instruction",
    "runs_off": r"hart 0 trapped at 0x1a008000 \(.*no code of the program\): illegal instruction",
}
"""Programs of `sw/checks` with the pattern of what must be reported of each; empty if nothing must."""

_CHECK = "check-"


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """A simulation of a bench or of the cluster."""

    name: str  # the bench, a check, or a cluster of `tb/duts`
    number: int  # number of the draw, which depends on it and on the seed

    @property
    def unit(self) -> Unit | None:
        """The bench of single modules; None for a whole cluster."""
        return UNITS.get(self.name)

    @property
    def check(self) -> str:
        """The program of `sw/checks` that runs; empty for a random test."""
        return self.name.removeprefix(_CHECK) if self.name.startswith(_CHECK) else ""

    @property
    def cluster(self) -> str:
        """The cluster that runs it; the checks are for the small one."""
        return SMALL if self.check else self.name

    @property
    def text(self) -> str:
        """Names its folder."""
        return f"{self.name}-{self.number}"

    def has(self, file: str) -> bool:
        """Return whether a source file is compiled for it; a cluster has them all."""
        return self.unit is None or Path(file).stem in self.unit.modules


def load(path: Path, seed: int | None = None) -> tuple[int, list[ClusterPart]]:
    """Reads a list: the seed of all simulations (`seed` instead of the list's), and these in their order.

    Raises:
        SchemaError: The list is malformed.
        UserError: A bench, check or cluster does not exist.
    """
    parts: list[ClusterPart] = []
    known = [*UNITS, *(_CHECK + name for name in EXPECTED), *available(kind="cluster")]
    listed, named = job_list.read(path, seed)
    for item in named:
        if item.name not in known:
            raise unknown("bench, check or cluster", item.name, known, relative(path))
        parts += [ClusterPart(item.name, number) for number in range(item.begin, item.end)]
    return listed, parts
