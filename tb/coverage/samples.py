# SPDX-License-Identifier: Apache-2.0
"""Samples that functions of coverpoints are given."""

from dataclasses import dataclass

from models.timing import Instance
from tb.coverage.stages import Met
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario


@dataclass(frozen=True, slots=True)
class JobSample:
    """A job that passed."""

    job: Job
    scenario: Scenario  # the one it belongs to
    position: int  # its place there
    instance: Instance
    met: Met | None = None  # where the job before was; None where that is not known


@dataclass(frozen=True, slots=True)
class CutSample:
    """A job that was cut short, as the contract wants it."""

    job: Job
    scenario: Scenario  # the one it belongs to
    instance: Instance
    position: int  # its place there
    reads: int  # loads granted before the cut
    writes: int  # stores granted before the cut
    waiting: bool  # a request was out and not granted
    ended: bool  # its event came before the cut
    held: bool  # a request waited at a further cut
    pair: str | None = None  # its stage and that of the job behind it, if there is one and both are known


@dataclass(frozen=True, slots=True)
class AccessSample:
    """A granted access of the register port."""

    offset: int  # decoded address, bits [7:2]
    write: bool
    be: int
    id: int  # access id as driven
    queued: int  # jobs queued or running then
    holder: int | None  # access id that held the lock then; None for nobody


@dataclass(frozen=True, slots=True)
class MeetingSample:
    """An access of the register port near the end of a job, or another access near behind it."""

    act: str  # the access
    other: str  # what it meets: the job's last grant or event, or the other access
    distance: int  # cycles by which it comes behind the end, or the other access behind it
    state: str  # jobs there
