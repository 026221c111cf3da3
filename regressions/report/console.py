# SPDX-License-Identifier: Apache-2.0
"""The end of a run on the console."""

from functools import partial
from pathlib import Path

from rich.console import Console

from regressions.paths import relative
from regressions.processor import in_words
from regressions.report.verdict import grouped, verdict
from regressions.summary import Summary

MAX_SHOWN = 5
MAX_GROUPS = 20


def print_verdict(console: Console, summary: Summary, shown: Path) -> None:
    """Print failures with their rerun lines, further problems, the verdict and the folder of the reports."""
    say = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    groups = grouped(summary)
    for group in groups[:MAX_GROUPS]:
        say(f"\n{len(group.rows)} x {group.key}", style="bold red")
        for line in group.common:
            say(f"  {line}", style="bold")
        for line in (line for each in group.shrunk for line in each.lines):
            say(f"  {line}")
        for row in group.rows[:MAX_SHOWN]:
            say(f"  {row.test} on {row.device}, {row.where}: {row.detail}")
            for line in filter(None, (row.replay, row.rerun)):
                say(f"    {line}")
        if len(group.rows) > MAX_SHOWN:
            say(f"  and {len(group.rows) - MAX_SHOWN} more in the report")
    if len(groups) > MAX_GROUPS:
        say(f"\nand {len(groups) - MAX_GROUPS} more kinds of failures in the report", style="bold red")
    for fault in summary.faults:
        say(fault, style="bold red")
    for note in summary.notes:
        say(note, style="bold yellow")
    for line in (*summary.left_out, *summary.less_checked, *(row.line for row in summary.known)):
        say(line)
    say(f"\n{verdict(summary)}", style="bold green" if summary.passed else "bold red")
    if summary.processor:
        say(in_words(summary.processor))
    say(f"report: {relative(shown / 'report.html')}")
