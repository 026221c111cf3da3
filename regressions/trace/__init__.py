# SPDX-License-Identifier: Apache-2.0
"""A job's timeline: what port, buffers and array did in each cycle, as picture and trace (docs/trace.md)."""

import json
from pathlib import Path

from markupsafe import Markup

from regressions.trace.derived import derive
from regressions.trace.job import observe
from regressions.trace.pages import JobPage, page
from regressions.trace.perfetto import perfetto
from tb.exchange.device import Descriptor
from tb.exchange.logs import ScenarioLogs

PAGE = "trace.html"
"""Name of the page that `make trace` writes."""


def job_pages(logs: ScenarioLogs, device: Descriptor) -> list[JobPage]:
    """Return what is known of each job of a scenario that was triggered."""
    return [JobPage(seen, derive(seen, device), device) for seen in observe(logs, device)]


def picture(logs: ScenarioLogs, device: Descriptor, job: int = 0) -> Markup:
    """Return the picture of a job as inline SVG in the page's text colour, for pages of others.

    Args:
        logs: Logs of its scenario (`tb.exchange.logs.read_logs`).
        device: The device that it ran on.
        job: Its place in the scenario.

    Raises:
        IndexError: The job was not triggered.
    """
    shown = job_pages(logs, device)[job]
    return shown.svg(shown.picture)


def write(
    logs: ScenarioLogs, device: Descriptor, path: Path, heading: str, about: str, job: int = 0
) -> list[JobPage]:
    """Write page and trace of a scenario; returns what they show of each job.

    Args:
        logs: Logs of the scenario.
        device: The device that it ran on.
        path: Path of the page; the trace is beside it, with the suffix of its format.
        heading: Scenario and device, for people.
        about: Findings, and the command that draws it again.
        job: Place of the job that is unfolded.
    """
    jobs, stall = job_pages(logs, device), logs.scenario.stall
    if stall.kind != "none":
        heading = f"{heading}, stalls {stall.kind} {stall.rate:.0%}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(jobs, heading, about, job), encoding="utf-8")
    text = json.dumps(perfetto(jobs, heading), separators=(",", ":"))
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return jobs
