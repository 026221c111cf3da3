# SPDX-License-Identifier: Apache-2.0
"""Reports of a run: JSON, JUnit XML, Markdown, one HTML page, and the verdict on the console."""

from pathlib import Path

from regressions.report.console import print_verdict
from regressions.report.html import render_html
from regressions.report.junit import render_junit
from regressions.report.markdown import render_markdown
from regressions.summary import Summary, write_json

__all__ = ["print_verdict", "write_reports"]


def write_reports(run: Path, summary: Summary, bench: Path | None = None) -> None:
    """Writes all reports into a run's folder.

    Args:
        run: The folder.
        summary: The run.
        bench: What `make bench` wrote last, if there is such a file.

    Raises:
        OSError: One cannot be written.
    """
    write_json(run / "summary.json", summary.to_json())
    (run / "junit.xml").write_bytes(render_junit(summary))
    (run / "summary.md").write_text(render_markdown(summary))
    write_json(run / "grading.json", {"schema": 1, "tests": [row.to_json() for row in summary.grades]})
    (run / "report.html").write_text(render_html(summary, bench))
