# SPDX-License-Identifier: Apache-2.0
"""The plan of a simulation process: `plan.json`, which the runner writes and the simulation reads."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from tb.exchange.entry import TestEntry
from tb.exchange.reading import convert, read_json
from tb.schema import Where

SCHEMA: Literal[2] = 2
FILE = "plan.json"

SHARE = 32
"""One job in this many is examined step by step for coverage, unless the plan says otherwise."""


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """Scenarios ``begin .. end-1`` of a test, run in one go between two resets."""

    entry: TestEntry
    seed: int
    begin: int  # first scenario (run, for a directed test)
    end: int  # the one after the last
    jobs: int = 0  # jobs that the scenarios hold
    cycles: int = 0  # estimated cycles
    kind: str = "fast"  # build kind to run on
    device: str = ""  # name of the device to run on

    @property
    def key(self) -> tuple[str, int, int]:
        """Test, first scenario and the one after the last: unique for a device in a run."""
        return self.entry.name, self.begin, self.end

    @property
    def selector(self) -> str:
        """The segment as ``make run TEST=`` takes it."""
        return f"{self.entry.name}:{self.begin}:{self.end}"


Mode = Literal["alone", "prefix", "shrink", "needed"]


class Replay(Struct, frozen=True, forbid_unknown_fields=True):
    """A failure record that takes the place of a segment's draws."""

    record: str  # path of the record
    # alone: the failing scenario. prefix: after those before it. shrink: many times, reduced. needed: so too,
    # but the failing job stays as it is.
    mode: Mode
    seconds: float = 0.0  # wall time after which a search stops
    candidates: int = 0  # candidates after which it stops, the same anywhere; 0 for no limit
    ignored: tuple[str, ...] = ()  # known issues and differences of the device that explain nothing here


class CoverageOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the collection of functional coverage."""

    share: int = SHARE  # one job in this many is examined step by step
    files: tuple[str, ...] = ()  # paths of definitions besides the project's own


class ProgramBuild(Struct, frozen=True, forbid_unknown_fields=True):
    """A program of a cluster: the path of its ELF file, or why there is none."""

    path: str = ""
    error: str = ""


class Plan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Plan of one simulation process."""

    schema: Literal[2] = SCHEMA
    descriptor: str  # path of the device's descriptor
    tests: tuple[Segment, ...]  # segments, in order
    state: int = 0  # seed of the random state that the simulation starts from; 0 for none
    replay: Replay | None = None  # replay that takes the place of the only segment's scenarios
    opinions_share: int = 0  # one job in this many gets second opinions on all outputs; 0 for none
    coverage: CoverageOptions = CoverageOptions()  # settings of the collection of coverage
    programs: dict[str, ProgramBuild] = field(default_factory=dict)  # programs of a cluster by name
    checkers: tuple[str, ...] = ()  # files of a user's checkers
    logs: bool = False  # logs of each scenario are kept (`tb/exchange/logs.py`), not of failing ones alone

    @property
    def encoded(self) -> bytes:
        """Content of `plan.json`."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    def write(self, folder: Path) -> None:
        """Writes `plan.json` into the folder of the simulation."""
        (folder / FILE).write_bytes(self.encoded)


def read_plan(path: Path) -> Plan:
    """Reads `plan.json`.

    Raises:
        SchemaError: It is missing, damaged, or of another version.
    """
    data = read_json(path, "plan", "the runner writes it; start with 'make run'")
    if isinstance(data, dict) and data.get("schema") != SCHEMA:
        where = Where(str(path))
        raise where.error(
            f"the plan has schema {data.get('schema')}, this bench reads schema {SCHEMA}; "
            "run the tests again instead of the old simulation"
        )
    return convert(data, Plan, Where(str(path)))
