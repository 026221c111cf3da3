# SPDX-License-Identifier: Apache-2.0
"""Results of a simulation: the lines of `results.jsonl`, one struct each."""

import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field, structs

from tb.exchange.status import Status

HANG = "watchdog"
"""Checker of jobs that do not end."""


KNOWN = "known: "
"""Beginning of the detail of a job that showed a known issue."""


class Finding(Struct, frozen=True, gc=False):
    """One thing that is wrong.

    Attributes:
        status: Kind of failure.
        checker: Name of the check that fired.
        detail: One line for people: what, where.
        job: Position of the job in its scenario; None when no single job is to blame.
    """

    status: Status
    checker: str
    detail: str
    job: int | None = None

    @property
    def line(self) -> str:
        """The checker, the job and what is wrong."""
        place = "" if self.job is None else f"job {self.job}: "
        return f"{self.checker}: {place}{self.detail}"


if TYPE_CHECKING:
    Numbers = array[int]
    FindingField = Finding
else:
    Numbers = array
    FindingField = Finding | str  # earlier results have "checker: detail"


@lru_cache(maxsize=4096)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first of equal tuples."""
    return names


class Causes:
    """Slots of a job by cause (docs/accelerator.md): a cycle of a job is H x L slots, one a compute element.

    Compact, since a nightly run keeps a million of these, with few different sets of names. Causes without
    any slot are absent.
    """

    __slots__ = ("names", "slots")

    def __init__(self, table: dict[str, int]) -> None:
        self.names = tuple(table)
        self.slots = array("Q", table.values())

    @classmethod
    def counted(cls, names: Sequence[str], slots: Sequence[int]) -> "Causes":
        """Makes them of the slots of all causes, in the order of their names; more slots are left out."""
        return cls({name: count for name, count in zip(names, slots, strict=False) if count})

    def share_names(self) -> None:
        """Lets the names be those of other jobs with the same."""
        self.names = _shared(tuple(map(sys.intern, self.names)))

    def items(self) -> Iterator[tuple[str, int]]:
        """Returns names and slots."""
        return zip(self.names, self.slots, strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Causes) and (self.names, self.slots) == (other.names, other.slots)

    def __hash__(self) -> int:
        return hash((self.names, bytes(self.slots)))


class JobResult(Struct, kw_only=True, tag="job", tag_field="type", gc=False):
    """Outcome of one job.

    Attributes:
        scenario: Index of the scenario in its stream.
        job: Position in the scenario.
        format: Format of all operands, or of X, W and Y/Z as in `E4M3/FP16/FP16`.
        m: Rows of X and Z.
        n: Columns of X.
        k: Columns of W and Z.
        core: Core that programmed it.
        queued: It waited for an earlier job.
        cycles: Cycles from the grant of its trigger, or from the previous event if it was queued, to its
            event; None if it never ended, or was cut short.
        bound: Most cycles it may take with the stalls it met; None when the device has no bound.
        stalled: Cycles with a request and no grant.
        utilization: Useful steps per step of the array; 0 for a job without steps.
        beats_read: Granted reads.
        beats_written: Granted writes.
        causes: Where its time went, by the device's probe; None without one, or if the job was cut short.
        detail: Description of the problem; empty if there is none.
    """

    test: str = ""
    scenario: int
    job: int
    op: str
    format: str
    m: int = field(name="M")
    n: int = field(name="N")
    k: int = field(name="K")
    stall: str = "none"
    core: int = 0
    queued: bool = False
    cycles: int | None = None
    bound: int | None = None
    stalled: int = 0
    utilization: float = 0.0
    beats_read: int = 0
    beats_written: int = 0
    causes: Causes | None = None
    status: Status
    detail: str = ""

    @property
    def slots(self) -> dict[str, int]:
        """Slots by cause; empty where none were measured."""
        return dict(self.causes.items()) if self.causes else {}

    def share_names(self) -> None:
        """Lets equal names be one object: a nightly run has a million jobs, and their names are few."""
        for name in ("test", "op", "format", "stall"):
            setattr(self, name, sys.intern(getattr(self, name)))
        if self.causes is not None:
            self.causes.share_names()


class TestBegin(Struct, frozen=True, tag="test_begin", tag_field="type"):
    """Begin of a segment."""

    __test__ = False  # not a pytest class

    test: str
    seed: int
    begin: int
    end: int


class Failure(Struct, frozen=True, tag="failure", tag_field="type"):
    """A failed scenario.

    Attributes:
        scenario: Index of the scenario in its stream.
        status: Gravest status of its findings.
        detail: The first gravest finding, for one line.
        findings: Twenty findings, the first of each bucket among them.
        record: Path of its record, relative to the simulation's folder.
    """

    test: str
    scenario: int
    status: Status
    detail: str = ""
    findings: tuple[FindingField, ...] = ()
    record: str = ""

    def __post_init__(self) -> None:
        if any(isinstance(finding, str) for finding in self.findings):
            parted = (str(finding).partition(": ") for finding in self.findings)
            findings = tuple(Finding(self.status, checker, detail) for checker, _, detail in parted)
            structs.force_setattr(self, "findings", findings)


class CoverageHits(Struct, frozen=True, tag="coverage", tag_field="type"):
    """Functional coverage of a segment.

    Attributes:
        definition: Hash of the covergroups: what the numbers of bins mean.
        items: Numbers of the bins that were hit, and how often, by item; compact, since a long run keeps
            thousands of them.
        events: Hits of internal events by name.
    """

    definition: str
    items: dict[str, tuple[Numbers, Numbers]]
    events: dict[str, int]


STOPPED_EARLY = "the test stopped early"
"""Detail of a test that something outside of Python ended: the runner, which has the log, says why."""


class TestEnd(Struct, frozen=True, tag="test_end", tag_field="type", kw_only=True):
    """End of a segment.

    Attributes:
        jobs: Jobs that were checked.
        held: Jobs that did not run, since they stood behind a hang that is known.
        stopped: Jobs of scenarios that a known hang left nothing to compare of, by the id of the known issue.
        without: Planned jobs that did not run, since the device cannot.
        compared_bytes: Bytes of memory that were compared.
        register_reads: Reads that the reference model of the registers compared; that in C++ counts none.
        checks: Checks that a directed test made itself.
        proven: Proofs of a user's checkers on which these fired.
        status: Gravest status.
        detail: Description of the first problem.
        cycles: Simulated cycles.
        seconds: Wall time.
        rejected: Candidates that the random draw rejected, by reason.
        left_out: Scenarios that were drawn and not run, since the device cannot, by reason.
        concerned: Scenarios with a job that a known issue or difference of the device concerns, by its id.
        known: Those in which it showed.
        silent: Scenarios with a job that it concerns and that passed without it.
        processor: Processor time in seconds by purpose: simulator, checks, prediction, drawing, ...
    """

    __test__ = False  # not a pytest class

    test: str
    jobs: int = 0
    held: int = 0
    stopped: dict[str, int] = field(default_factory=dict)
    without: int = 0
    compared_bytes: int = 0
    register_reads: int = 0
    checks: int = 0
    proven: tuple[str, ...] = ()
    status: Status
    detail: str = ""
    cycles: int = 0
    seconds: float = 0.0
    rejected: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    concerned: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    silent: dict[str, int] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)


class SimulationEnd(Struct, frozen=True, tag="sim_end", tag_field="type"):
    """End of a simulation.

    Attributes:
        cycles: Simulated cycles.
        seconds: Wall time.
        start: Processor time in seconds before the first segment, and between segments.
    """

    cycles: int
    seconds: float
    start: float = 0.0


Line = TestBegin | JobResult | Failure | CoverageHits | TestEnd | SimulationEnd


def _encoded(value: Any) -> Any:
    if isinstance(value, Causes):
        return dict(value.items())
    if isinstance(value, array):
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} is no part of a result")


def _decoded(kind: type, value: Any) -> Any:
    if kind is Causes:
        return Causes(msgspec.convert(value, dict[str, int]))
    if kind is array:
        return array("Q", msgspec.convert(value, list[int]))
    raise NotImplementedError(f"{kind.__name__} is no part of a result")


_ENCODER = msgspec.json.Encoder(enc_hook=_encoded)
_DECODER = msgspec.json.Decoder(Line, dec_hook=_decoded)


def encode(line: Line) -> bytes:
    """Returns a line of `results.jsonl`, with its end."""
    try:
        return _ENCODER.encode(line) + b"\n"
    except UnicodeEncodeError:
        return _ENCODER.encode(_mended(msgspec.to_builtins(line, enc_hook=_encoded))) + b"\n"


def _mended(value: Any) -> Any:
    """A value in whose texts parts of characters, which no file may hold, are written out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    return [_mended(each) for each in value] if isinstance(value, list | tuple) else value


def decode(text: bytes) -> Line:
    """Reads a line; raises `msgspec.MsgspecError` if it is none."""
    try:
        line: Line = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from None
    if isinstance(line, JobResult):
        line.share_names()
    return line
