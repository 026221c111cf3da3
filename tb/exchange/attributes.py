# SPDX-License-Identifier: Apache-2.0
"""Attributes of jobs: what conditions may ask of a job, of its scenario, and of what came before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import ABORT_KINDS, STALL_KINDS, Scenario

Value = int | float | str | bool


@dataclass(frozen=True, slots=True)
class History:
    """Jobs that a device ran before a job."""

    since_reset: int = 0  # jobs triggered since the last reset
    since_clear: int = 0  # jobs triggered since the last soft clear or reset

    def behind(self, jobs: int) -> History:
        """Return the history behind some more jobs."""
        return History(self.since_reset + jobs, self.since_clear + jobs)


FRESH = History()
"""History behind a reset."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A job where it stands."""

    scenario: Scenario
    position: int  # its place in the scenario, from 0
    history: History = FRESH  # jobs that the device ran before it

    @property
    def job(self) -> Job:
        """The job."""
        return self.scenario.jobs[self.position]

    def overlap(self) -> bool:
        """Tell if the job reads bytes that the job before it in the scenario writes."""
        if self.position == 0:
            return False
        first, size = self.scenario.jobs[self.position - 1].z_range
        spans = (self.job.x_range, self.job.w_range, self.job.y_range, self.job.z_range)
        return any(begin < first + size and first < begin + length for begin, length in spans)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute, which a condition may ask for."""

    doc: str  # its meaning
    value: Callable[[Occasion], Value]  # takes it from an occasion
    words: tuple[str, ...] = ()  # all values, for one that is a word; empty for a number or a truth value
    truth: bool = False  # it is true or false

    @property
    def kind(self) -> str:
        """Kind of its values: ``number``, ``word`` or ``truth``."""
        return "word" if self.words else "truth" if self.truth else "number"


def _format(name: str, operand: str) -> Attribute:
    return Attribute(
        f"format of {operand}", lambda o: str(getattr(o.job, name).name), tuple(Format.__members__)
    )


def _class(index: int, operand: str) -> Attribute:
    return Attribute(f"class of the values of {operand}", lambda o: o.job.classes[index], OPERAND_CLASSES)


ATTRIBUTES: Mapping[str, Attribute] = {
    "m": Attribute("rows of X and Z", lambda o: o.job.m),
    "n": Attribute("columns of X, rows of W", lambda o: o.job.n),
    "k": Attribute("columns of W and Z", lambda o: o.job.k),
    "op": Attribute("operation", lambda o: str(o.job.op.name), tuple(Op.__members__)),
    "x_format": _format("x_fmt", "X"),
    "w_format": _format("w_fmt", "W"),
    "z_format": _format("z_fmt", "Y and Z"),
    "mixed": Attribute("X, W and Y/Z have different formats", lambda o: o.job.mixed, truth=True),
    "x_class": _class(0, "X"),
    "w_class": _class(1, "W"),
    "y_class": _class(2, "Y"),
    "x_addr": Attribute("byte address of X", lambda o: o.job.x_addr),
    "w_addr": Attribute("byte address of W", lambda o: o.job.w_addr),
    "z_addr": Attribute("byte address of Z", lambda o: o.job.z_addr),
    "y_addr": Attribute("byte address of Y", lambda o: o.job.y_place),
    "core": Attribute("core that programs the job", lambda o: o.job.core),
    "position": Attribute("place in its scenario: 0 for the first job", lambda o: o.position),
    "jobs": Attribute("jobs of its scenario", lambda o: len(o.scenario.jobs)),
    "overlaps": Attribute("reads what the job before it writes", Occasion.overlap, truth=True),
    "stall": Attribute("kind of stalls of the memory", lambda o: o.scenario.stall.kind, STALL_KINDS),
    "stall_rate": Attribute("share of cycles without a grant, 0 to 0.95", lambda o: o.scenario.stall.rate),
    "write_answers": Attribute(
        "answers of the memory to writes",
        lambda o: o.scenario.stall.write_r_valid,
        ("never", "always", "random"),
    ),
    "abort": Attribute(
        "how the jobs before the last of its scenario are cut short",
        lambda o: "none" if o.scenario.abort is None else o.scenario.abort.kind,
        ("none", *ABORT_KINDS),
    ),
    "since_reset": Attribute(
        "jobs triggered since the last reset, before it", lambda o: o.history.since_reset
    ),
    "since_clear": Attribute(
        "jobs triggered since the last soft clear or reset, before it", lambda o: o.history.since_clear
    ),
}
"""Attributes by name, in the order in which documents list them."""


def occasions(scenario: Scenario, history: History = FRESH) -> list[Occasion]:
    """Return the jobs of a scenario where they stand, behind those that the device ran before."""
    found: list[Occasion] = []
    for position in range(len(scenario.jobs)):
        if scenario.abort is not None and position + 1 == len(scenario.jobs):  # it cut the jobs before
            history = FRESH if scenario.abort.resets else replace(history, since_clear=0)
        found.append(Occasion(scenario, position, history))
        history = history.behind(1)
    return found


def history_behind(scenario: Scenario, history: History) -> History:
    """Return the history behind a scenario."""
    if scenario.abort is None:
        return history.behind(len(scenario.jobs))
    return occasions(scenario, history)[-1].history.behind(1)
