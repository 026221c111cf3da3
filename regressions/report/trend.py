# SPDX-License-Identifier: Apache-2.0
"""A run beside those before it: what is new, since when something fails, and how figures have moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from regressions.history import KEPT_FINDERS, KEPT_KINDS, Entry, RunHistory, TestEffort, before, place
from regressions.pictures import Axis, Plot, lines_of
from regressions.report.devices import device_views
from regressions.run import Run
from regressions.summary import Summary

SHOWN = 60
"""Runs that pictures show at most."""

Reading = Callable[[Entry], float | None]
"""A figure of a run; None for a run without."""


@dataclass(frozen=True)
class Trend:
    """A run, and the whole runs of its label before it."""

    now: Entry
    earlier: list[Entry]  # the last one last
    history: RunHistory = field(default_factory=RunHistory)  # all runs before it, of other labels too

    @property
    def last(self) -> Entry | None:
        """The run before; None for the first one."""
        return self.earlier[-1] if self.earlier else None

    @property
    def runs(self) -> list[Entry]:
        """The runs that pictures show, this one last."""
        return [*self.earlier, self.now][-SHOWN:]

    def is_new(self, device: str, bucket: str) -> bool:
        """Tell whether the last run had no such failure; one with more kinds than it kept may have had it."""
        last = self.last
        return (
            last is not None and len(last.failing) < KEPT_KINDS and place(device, bucket) not in last.failing
        )

    def since(self, device: str, bucket: str) -> str:
        """Tell since when a kind of failures is there, and how often it was; empty where nobody knows."""
        key = place(device, bucket)
        with_it = [key in entry.failing for entry in self.earlier]
        if self.is_new(device, bucket):
            often = f"; in {sum(with_it)} of {len(with_it)} earlier ones" if any(with_it) else ""
            return f"new since the last run{often}"
        if not (with_it and with_it[-1]):
            return ""
        first = next((i + 1 for i in reversed(range(len(with_it))) if not with_it[i]), 0)
        begin = self.earlier[first]
        return f"since {when(begin.run)}{commit(begin)}: {len(with_it) - first + 1} runs in a row"

    @property
    def gone(self) -> list[str]:
        """Kinds of failures that the last run had and this one has not."""
        return [key for key in self.last.failing if key not in self.now.failing] if self.last else []

    @property
    def streak(self) -> int:
        """Number of runs in a row that passed, this one included."""
        runs = [*self.earlier, self.now]
        return next((i for i, entry in enumerate(reversed(runs)) if not entry.passed), len(runs))

    @cached_property
    def pictures(self) -> list[Plot]:
        """Figures over runs; empty without earlier runs."""
        if not self.earlier:
            return []
        runs = self.runs
        whole = Axis("%", 0, 102)
        return [
            _plot(
                "Tests passed",
                runs,
                {"tests passed": lambda e: 100 * e.tests_passed / max(e.tests, 1)},
                whole,
            ),
            _plot("Functional coverage", runs, {"bins hit": lambda e: e.coverage}, whole),
            _plot("Change of utilization", runs, _changes(runs), unit="points, against the first run shown"),
            _plot(
                "Cycles", runs, {"simulated": lambda e: e.cycles / 1e6}, unit="million cycles of all devices"
            ),
            _plot("Speed of the bench", runs, {"bench": _speed}, unit="thousand cycles/s"),
            _plot(
                "Time",
                runs,
                {"simulations": lambda e: e.seconds, "builds made": lambda e: e.build_seconds},
                unit="s",
            ),
        ]


def _speed(entry: Entry) -> float:
    return entry.cycles / entry.seconds / 1000 if entry.seconds else 0.0


def _changes(runs: list[Entry]) -> dict[str, Reading]:
    """Utilization of each device, less that of the first of some runs that has it."""
    first: dict[str, float] = {}
    for entry in runs:
        first = entry.utilization | first

    def change(name: str) -> Reading:
        return lambda e: 100 * (e.utilization[name] - first[name]) if name in e.utilization else None

    return {name: change(name) for name in first}


def _plot(
    title: str, runs: list[Entry], lines: dict[str, Reading], up: Axis | None = None, unit: str = ""
) -> Plot:
    """Figures over runs."""
    points = {
        name: [(i, value) for i, entry in enumerate(runs, 1) if (value := line(entry)) is not None]
        for name, line in lines.items()
    }
    values = [0.0, *(y for line in points.values() for _, y in line)]
    room = (max(values) - min(values)) / 12 or 1.0
    up = up or Axis(unit, min(values) - (room if min(values) < 0 else 0), max(values) + room)
    ends = ", ".join(f"{name} {line[-1][1]:.4g}" for name, line in points.items() if line)
    across = Axis(f"runs, from {when(runs[0].run)} to {when(runs[-1].run)}", 0.5, len(runs) + 0.5)
    return Plot(title, across, up, lines_of(points), bottom=170, text=f"Now: {ends} ({up.label}).")


def trend(summary: Summary) -> Trend:
    """Put a run beside those that the history has."""
    run = summary.run
    history = before(run.order.tree.history, run.folder.name)
    return Trend(entry_of(summary), history.whole(_label(run)), history)


def entry_of(summary: Summary) -> Entry:
    """Make the entry of a run in the history."""
    run, totals, failing = summary.run, summary.totals, dict[str, int]()
    finders: dict[str, dict[str, None]] = {}
    for row in summary.failures:
        key = place(row.device, row.bucket)
        failing[key] = failing.get(key, 0) + 1
        finders.setdefault(key, {})[row.test] = None
    most = sorted(failing, key=lambda key: -failing[key])[:KEPT_KINDS]
    return Entry(
        run=run.folder.name,
        label=_label(run),
        whole=run.undivided and not summary.interrupted,
        git=run.git,
        seed=run.seed,
        passed=summary.passed,
        tests=totals["tests"],
        tests_passed=totals["passed"],
        jobs=totals["jobs"],
        cycles=summary.cycles,
        seconds=round(summary.seconds, 3),
        build_seconds=round(sum(summary.builds.values()), 3),
        coverage=summary.percentages["functional"],
        utilization={
            view.name: round(view.speed.utilization, 6) for view in device_views(summary) if view.speed
        },
        failing={key: failing[key] for key in most},
        finders={key: tuple(finders[key])[:KEPT_FINDERS] for key in most},
        efforts=_efforts(summary),
    )


def _efforts(summary: Summary) -> dict[str, TestEffort]:
    """Time, jobs and what nobody else covered of each test."""
    alone = {
        row.test: row.bins.alone + row.points.alone + (row.kills.alone if row.kills else 0)
        for row in summary.grades
    }
    found: dict[str, TestEffort] = {}
    for test in summary.tests:
        so_far = found.get(test.name, TestEffort(0.0, 0, alone.get(test.name, 0)))
        seconds = round(so_far.seconds + test.seconds, 3)
        found[test.name] = TestEffort(seconds, so_far.jobs + test.jobs, so_far.alone)
    return found


def _label(run: Run) -> str:
    """The name of runs that are alike: that under which their reports are published."""
    return run.label + run.portion.suffix


def when(run: str) -> str:
    """Tell the time of a run by the name of its folder, which stands for itself if it has none."""
    day, _, rest = run.partition("-")
    clock = rest.partition("-")[0]
    if not (len(day) == 8 and len(clock) == 6 and (day + clock).isdecimal()):
        return run
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}"


def commit(entry: Entry) -> str:
    """Name the commit of an entry, behind what stands before; empty without one."""
    return f" at {entry.git[:9]}" if entry.git else ""
