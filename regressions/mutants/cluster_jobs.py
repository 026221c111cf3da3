# SPDX-License-Identifier: Apache-2.0
"""What defects of the cluster have to get past: ``cluster_jobs.toml``, runs of benches and random tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from regressions.cluster.campaign import CONFIGS
from regressions.cluster.units import UNITS, Unit
from regressions.errors import unknown
from regressions.paths import relative
from tb.schema import Field, Where, check, read_toml

JOBS = Path(__file__).with_name("cluster_jobs.toml")

EXPECTED = {
    "registers": "",
    "sleepers": "",
    "nowhere": r"hart 0 accessed 0x20000000, where nothing is",
    "trap": r"hart 1 trapped at 0x1a00\w+ \(main\+0x\w+, instruction ffffffff.*\): illegal instruction",
    "far_off": r"hart 0 trapped at 0x1a01\w+ \(.*no code of the program\): illegal instruction",
    "runs_off": r"hart 0 trapped at 0x1a008000 \(.*no code of the program\): illegal instruction",
}
"""Programs of `sw/checks` with what has to be reported of each, as a pattern; empty if nothing has."""

_CHECK = "check-"
_PART = re.compile(r"([\w-]+):(\d+):(\d+)")
_FIELDS = {
    "schema": Field("version of this schema: 1", int, required=True, lo=1, hi=1),
    "seed": Field("seed of all random streams", int, required=True, lo=0),
    "jobs": Field(
        "parts of benches and of random tests, in the order in which they run",
        list,
        required=True,
        lo=1,
        items=Field("name:begin:end", str),
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A simulation of a bench or of the cluster.

    Attributes:
        name: The bench, a check, or the cluster of `make cluster`.
        number: What is drawn depends on it and on the seed.
    """

    name: str
    number: int

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
        """The cluster that runs it; the checks are for the one of the tests."""
        return "2" if self.check else self.name

    @property
    def label(self) -> str:
        """Its name in reports, without the number."""
        return self.name if self.unit or self.check else f"cluster-{self.name}"

    @property
    def text(self) -> str:
        """Names its folder."""
        return f"{self.label}-{self.number}"

    def has(self, file: str) -> bool:
        """Whether a source file is compiled for it; a cluster has them all."""
        return self.unit is None or Path(file).stem in self.unit.modules


@dataclass(frozen=True, slots=True)
class JobList:
    """All that a defect has to get past.

    Attributes:
        seed: Of all of them.
        parts: In the order in which they run.
    """

    seed: int
    parts: tuple[Part, ...]


def load(path: Path, seed: int | None = None) -> JobList:
    """Reads a list.

    Args:
        path: The list.
        seed: Takes the place of the list's seed.

    Raises:
        SchemaError: The list is malformed.
        UserError: A bench does not exist.
    """
    where = Where(relative(path))
    table = check(read_toml(path), _FIELDS, where)
    parts: list[Part] = []
    for index, text in enumerate(table["jobs"]):
        match = _PART.fullmatch(text)
        if match is None or int(match[2]) >= int(match[3]):
            raise where.key("jobs").item(index).error(f"'{text}' is no part; write name:begin:end")
        known = [*UNITS, *(_CHECK + name for name in EXPECTED), *CONFIGS]
        if match[1] not in known:
            raise unknown("bench, check or cluster", match[1], known, relative(path))
        parts += [Part(match[1], number) for number in range(int(match[2]), int(match[3]))]
    return JobList(table["seed"] if seed is None else seed, tuple(parts))
