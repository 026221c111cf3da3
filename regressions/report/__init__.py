# SPDX-License-Identifier: Apache-2.0
"""Reports of a run: JSON, JUnit XML, Markdown, one HTML page, and the verdict on the console."""

from dataclasses import asdict
from pathlib import Path

from regressions.json_file import write_json
from regressions.report.console import print_verdict
from regressions.report.html import render_html
from regressions.report.junit import render_junit
from regressions.report.markdown import render_markdown
from regressions.summary import Summary

__all__ = ["print_verdict", "write_reports"]


def write_reports(summary: Summary) -> None:
    """Writes all reports into the run's folder.

    Raises:
        OSError: One cannot be written.
    """
    folder = summary.run.folder
    write_json(folder / "summary.json", summary.to_json())
    _write(folder / "junit.xml", render_junit(summary) + "\n")
    _write(folder / "summary.md", render_markdown(summary))
    write_json(folder / "grading.json", {"schema": 1, "tests": [asdict(row) for row in summary.grades]})
    _write(folder / "report.html", render_html(summary))


def _write(path: Path, text: str) -> None:
    """Write a text as UTF-8, whatever the locale; half a character in it costs no report."""
    path.write_text(text, encoding="utf-8", errors="replace")
