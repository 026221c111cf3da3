# SPDX-License-Identifier: Apache-2.0
"""The page of a scenario's jobs, one file that needs nothing else, and the picture of one job."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from models.timing import utilization
from regressions.pages import templates
from regressions.trace.derived import Derived
from regressions.trace.drawing import LEFT, PAINTS, RIGHT, TOP, WIDTH, Picture
from regressions.trace.job import MOST_CYCLES, ObservedJob
from regressions.trace.lanes import lanes
from regressions.trace.losses import MEANINGS, Loss, losses
from tb.exchange.device import Descriptor

_HERE = Path(__file__).parent
_LOSSES = 12


@dataclass(frozen=True, slots=True)
class JobPage:
    """Job as a page shows it."""

    seen: ObservedJob
    derived: Derived | None
    device: Descriptor

    @property
    def title(self) -> str:
        """The job in a line."""
        job = self.seen.job
        return f"job {self.seen.position}: {job.op.name} {job.format_name} M={job.m} N={job.n} K={job.k}"

    @property
    def observed(self) -> str:
        """Observations in a line."""
        seen = self.seen
        end = {"event": "to its event"}.get(seen.ended, f"so far: {seen.ended}")
        drawn = f"; the first {MOST_CYCLES} are drawn" if seen.cycles == MOST_CYCLES else ""
        counts = f"{seen.reads} reads, {seen.writes} writes, {seen.stalled} cycles without a grant"
        used = ""
        if seen.whole and seen.job.macs:
            job = seen.job
            share = utilization(self.device.instance, job.m, job.n, job.k, seen.cycles)
            used = f", utilization {share:.1%}"
        edges = f"edges {seen.start + 1} to {seen.start + seen.cycles} of tb_top.cycle_q"
        full = seen.known < seen.cycles and (seen.events or seen.levels)
        inside = f"; what the device tells of itself is known up to cycle {seen.known}" if full else ""
        return f"{seen.cycles} cycles {end}{used} ({edges}); {counts}{drawn}{inside}"

    @property
    def verdict(self) -> str:
        """Verdict of the model in a line."""
        if self.derived is None:
            return f"nothing: {self.device.name} has no schedule model, so tiles and causes are not known"
        return self.derived.verdict

    @property
    def agrees(self) -> bool:
        """True unless log or probe contradict the model."""
        return self.derived is None or self.derived.agrees

    @property
    def left(self) -> int:
        """Cycle behind the last one in which the model agrees."""
        return 1 + (self.derived.steps.size if self.derived else 0)

    @property
    def slots(self) -> list[tuple[str, str, int, float]]:
        """Colour, cause, slots and their share, as the device's probe counted them; the largest first."""
        slots = self.seen.slots or {}
        total = sum(slots.values())
        ranked = sorted(slots.items(), key=lambda each: -each[1])
        return [(PAINTS.get(name, PAINTS["other"]), name, count, count / total) for name, count in ranked]

    def meaning(self, cause: str) -> str:
        """Words on a cause."""
        return MEANINGS.get(cause, "")

    @property
    def losses(self) -> list[Loss]:
        """The longest stretches without a step."""
        return losses(self.seen, self.derived, _LOSSES)

    @property
    def picture(self) -> Picture:
        """The lanes at their places."""
        return Picture.of(lanes(self.seen, self.derived, self.device.instance), self.seen.cycles)

    def svg(self, picture: Picture) -> Markup:
        """The picture as it is without a script: all cycles."""
        template = templates(_HERE).get_template("timeline.svg.j2")
        title = f"{self.title} on {self.device.name}: {self.observed}"
        measures = {"width": WIDTH, "left": LEFT, "right": RIGHT, "top": TOP}
        return Markup(template.render(picture=picture, title=title, **measures))


def page(jobs: Sequence[JobPage], heading: str, about: str, shown: int) -> str:
    """Return the page of the jobs of a scenario.

    Args:
        jobs: Its jobs.
        heading: Scenario and device, for people.
        about: Findings, and the command that draws it again.
        shown: Number of the job that is unfolded.
    """
    parts = [
        (each, picture, each.svg(picture), _script_data(picture))
        for each in jobs
        for picture in [each.picture]
    ]
    template = templates(_HERE).get_template("trace.html.j2")
    return template.render(
        parts=parts, heading=heading, about=about, shown=shown, paints=_json(PAINTS), left=LEFT, right=RIGHT
    )


def _script_data(picture: Picture) -> Markup:
    return _json(picture.data)


def _json(value: object) -> Markup:
    """JSON within a script of a page."""
    return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c"))
