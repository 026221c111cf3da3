# SPDX-License-Identifier: Apache-2.0
"""A run's own account: ``results.json``, from which ``make rerun-failed`` and ``make merge`` start."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from regressions.executor import Execution
from regressions.json_file import write_json
from regressions.paths import relative
from regressions.portion import WHOLE, RunPortion
from regressions.run import Run
from regressions.rundir import RESULTS
from tb.exchange.applicable import NotApplicable
from tb.exchange.status import Status
from tb.schema import SchemaError

SCHEMA: Literal[1] = 1


class Origin(Struct, frozen=True, kw_only=True):
    """The run, as it was asked for and as it started."""

    run_id: str  # name of its folder
    tier: str  # its label
    seed: int
    git: str  # its commit
    tools: dict[str, str]  # versions
    dut: str  # its main device
    parameters: dict[str, Any]  # parameters of that
    # Make variables besides TEST and SEED that repeat something, by device.
    options: dict[str, str] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]]  # parameters of all devices, the main one first
    lists: tuple[str, ...] = ()  # further test lists
    covergroups: tuple[str, ...] = ()  # further covergroups
    checkers: tuple[str, ...] = ()  # files of a user's checkers
    known_issues: tuple[str, ...] = ()  # known issues of the devices
    shard: str = ""  # the part of the label's run that it is; empty for all of it
    portion: RunPortion = WHOLE  # which portion of that it is
    complete: bool = False  # it is all that the label stands for, or a shard of that


class SegmentEntry(Struct, frozen=True):
    """A segment, its device by the path of the descriptor, and its outcome."""

    test: str
    seed: int
    begin: int
    end: int
    kind: str
    jobs: int
    descriptor: str
    status: Status
    detail: str
    folder: str


class Account(Struct, frozen=True, kw_only=True):
    """The content of ``results.json``."""

    schema: Literal[1] = SCHEMA
    interrupted: bool
    info: Origin
    cycles: int
    seconds: float
    rejected: dict[str, dict[str, int]]
    segments: list[SegmentEntry]
    processor: dict[str, float] = {}
    left_out: tuple[NotApplicable, ...] = ()
    stopped: bool = False  # interrupted for its failures (STOP=)
    faults: tuple[str, ...] = ()  # complaints besides failed tests
    builds: dict[str, float] = {}  # wall time of the builds that it made, by name


def write(run: Run, execution: Execution, faults: Sequence[str] = ()) -> None:
    """Writes the account of a run into its folder, with the complaints besides failed tests.

    Raises:
        OSError: It cannot be written.
    """
    descriptors = {device.name: relative(device.path) for device in run.devices}
    origin = Origin(
        run_id=run.folder.name,
        tier=run.label,
        seed=run.seed,
        git=run.git,
        tools=run.tools,
        dut=run.main.name,
        parameters=dict(run.main.parameters),
        options={device.name: run.order.rerun_options(device) for device in run.devices},
        devices={device.name: dict(device.parameters) for device in run.devices},
        lists=tuple(map(relative, run.order.lists)),
        covergroups=tuple(map(relative, run.order.covergroups)),
        checkers=tuple(map(relative, run.order.checkers)),
        known_issues=tuple(run.known_issues),
        shard=run.order.shard.text,
        complete=run.complete,
        portion=run.portion,
    )
    segments = [
        SegmentEntry(
            *(segment.entry.name, segment.seed, segment.begin, segment.end, segment.kind, segment.jobs),
            *(descriptors[segment.device], result.status, result.detail, result.folder),
        )
        for result in execution.results
        for segment in [result.segment]
    ]
    account = Account(
        interrupted=execution.interrupted,
        info=origin,
        cycles=execution.cycles,
        seconds=execution.seconds,
        rejected=execution.rejected,
        segments=segments,
        processor=dict(execution.processor),
        left_out=run.left_out,
        stopped=execution.stopped,
        faults=tuple(faults),
        builds=execution.builds,
    )
    write_json(run.folder / RESULTS, msgspec.to_builtins(account))


def read(folder: Path) -> Account:
    """Reads the account of a run from its folder.

    Raises:
        OSError: It cannot be read.
        SchemaError: It is damaged, or of another version.
    """
    path = folder / RESULTS
    try:
        table = json.loads(path.read_text())
        if isinstance(table, dict) and (schema := table.get("schema", SCHEMA)) != SCHEMA:
            raise SchemaError(
                f"{relative(path)}: has schema {schema!r}, this version reads {SCHEMA}; run it again"
            )
        return msgspec.convert(table, Account)
    except (json.JSONDecodeError, msgspec.ValidationError) as error:
        raise SchemaError(f"{relative(path)}: damaged ({error}); run it again") from None
