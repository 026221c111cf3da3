# SPDX-License-Identifier: Apache-2.0
"""The end of a run on the console."""

from pathlib import Path

from rich.console import Console

from regressions.paths import relative
from regressions.processor import in_words
from regressions.report.verdict import grouped, verdict
from regressions.summary import Summary

MAX_SHOWN = 5


def print_verdict(console: Console, summary: Summary, shown: Path) -> None:
    """Print failures with their rerun lines, further problems, the verdict and the place of the report.

    Args:
        console: Where to.
        summary: The run.
        shown: Folder of the reports.
    """
    for key, rows in grouped(summary.failures).items():
        console.print(f"\n{len(rows)} x {key}", style="bold red", markup=False, soft_wrap=True)
        for row in rows[:MAX_SHOWN]:
            console.print(
                f"  {row.test} on {row.device}, {row.where}: {row.detail}", markup=False, soft_wrap=True
            )
            for line in filter(None, (row.replay, row.rerun)):
                console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)
        if len(rows) > MAX_SHOWN:
            console.print(f"  and {len(rows) - MAX_SHOWN} more in the report")
    for fault in summary.faults:
        console.print(fault, style="bold red", markup=False, highlight=False, soft_wrap=True)
    for note in summary.notes:
        console.print(note, style="bold yellow", markup=False, highlight=False, soft_wrap=True)
    style = "bold green" if summary.passed else "bold red"
    console.print(f"\n{verdict(summary)}", style=style, markup=False, highlight=False, soft_wrap=True)
    if summary.processor:
        console.print(in_words(summary.processor), markup=False, highlight=False, soft_wrap=True)
    console.print(f"report: {relative(shown / 'report.html')}", markup=False, highlight=False, soft_wrap=True)
