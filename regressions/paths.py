# SPDX-License-Identifier: Apache-2.0
"""Folders of the project and of its outputs."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def relative(path: Path) -> str:
    """The path as people and files should see it: relative to the project where it lies inside."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the report symlinks
    return str(absolute.relative_to(ROOT)) if absolute.is_relative_to(ROOT) else str(absolute)


def quoted(path: Path) -> str:
    """The path as a command line for people has it: in quotes where a shell needs them."""
    return shlex.quote(relative(path))


@dataclass(frozen=True, slots=True)
class BuildTree:
    """Folders of all outputs, below one root (default ``build/``)."""

    root: Path = ROOT / "build"

    @property
    def runs(self) -> Path:
        """One folder for each run, named by its id."""
        return self.root / "runs"

    @property
    def replays(self) -> Path:
        """One folder for each replay."""
        return self.root / "replays"

    @property
    def reports(self) -> Path:
        """Symbolic links to the last complete run of each tier."""
        return self.root / "reports"

    @property
    def paces(self) -> Path:
        """Paces of tests in earlier runs, by which long simulations start first."""
        return self.reports / "paces.json"

    @property
    def bench(self) -> Path:
        """Figures of the last `make bench`."""
        return self.reports / "bench.json"

    @property
    def learning(self) -> Path:
        """Loss curves of the last `make workload NAME=learning`."""
        return self.reports / "learning.json"

    @property
    def synthesis(self) -> Path:
        """Figures of the last `make synth`."""
        return self.reports / "synthesis.json"

    @property
    def activity(self) -> Path:
        """Figures of the last `make activity`."""
        return self.reports / "activity.json"

    @property
    def proof(self) -> Path:
        """Results of the last `make prove`."""
        return self.reports / "proof.json"

    @property
    def faults(self) -> Path:
        """Figures of the last `make faults`."""
        return self.reports / "faults.json"

    @property
    def history(self) -> Path:
        """Findings of runs, one after the other (`regressions.history`)."""
        return self.reports / "history.jsonl"

    @property
    def tables(self) -> Path:
        """Tables of runs, as `make query` keeps them; made again where they are missing."""
        return self.root / "tables"

    @property
    def logs(self) -> Path:
        """Logs of builds and lint runs."""
        return self.root / "logs"
