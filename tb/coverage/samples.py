# SPDX-License-Identifier: Apache-2.0
"""Samples that functions of coverpoints are given."""

from dataclasses import dataclass

from models.timing import Instance
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario


@dataclass(frozen=True, slots=True)
class JobSample:
    """A job that passed.

    Attributes:
        scenario: the one it belongs to.
        position: its place there.
    """

    job: Job
    scenario: Scenario
    position: int
    instance: Instance


@dataclass(frozen=True, slots=True)
class CutSample:
    """A job that was cut short, as the contract wants it.

    Attributes:
        scenario: the one it belongs to.
        reads: loads granted before the cut.
        writes: stores granted before the cut.
        waiting: a request was out and not granted.
        ended: its event came before the cut.
    """

    job: Job
    scenario: Scenario
    reads: int
    writes: int
    waiting: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class AccessSample:
    """A granted access of the register port.

    Attributes:
        offset: decoded address, bits [7:2].
        id: access id as driven.
        queued: jobs queued or running then.
        holder: access id that held the lock then; None for nobody.
    """

    offset: int
    write: bool
    be: int
    id: int
    queued: int
    holder: int | None
