# SPDX-License-Identifier: Apache-2.0
"""A short report in Markdown, for pull requests and job summaries."""

from pathlib import Path

from regressions.pages import templates
from regressions.report.verdict import grouped, verdict
from regressions.summary import Summary


def _cell(text: str, most: int = 200) -> str:
    """Text that stays inside its cell, with so many characters at most."""
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= most else line[: most - 3] + "..."


def render_markdown(summary: Summary) -> str:
    """Verdict, tests, and failures with their rerun lines."""
    template = templates(Path(__file__).parent, cell=_cell).get_template("summary.md.j2")
    groups = grouped(summary)
    return template.render(summary=summary, verdict=verdict(summary), groups=groups) + "\n"
