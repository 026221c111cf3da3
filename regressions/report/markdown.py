# SPDX-License-Identifier: Apache-2.0
"""A short report in Markdown, for pull requests and job summaries."""

from regressions.report.verdict import grouped, verdict
from regressions.summary import Summary
from tb.exchange.status import Status

MAX_ROWS = 10


def _cell(text: str) -> str:
    """Text that stays inside its cell."""
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= 200 else line[:197] + "..."


def render_markdown(summary: Summary) -> str:
    """Verdict, tests, and failures with their rerun lines."""
    lines = [f"## {verdict(summary)}", ""]
    lines += [f"- **{_cell(fault)}**" for fault in summary.faults]
    lines += [f"- {_cell(note)}" for note in summary.notes]
    lines += [""] * bool(summary.faults or summary.notes)
    if summary.failures:
        lines += ["### Failures", ""]
        for key, rows in grouped(summary.failures).items():
            lines += [f"**{len(rows)} x {_cell(key)}**", ""]
            for row in rows[:MAX_ROWS]:
                lines += [f"- {row.test} on {row.device}, {row.where}: {_cell(row.detail)}"]
                lines += [f"  - `{command}`" for command in (row.replay, row.rerun) if command]
            if len(rows) > MAX_ROWS:
                lines += [f"- and {len(rows) - MAX_ROWS} more in the report"]
            lines += [""]
    lines += ["| test | device | status | jobs | rerun |", "|---|---|---|---|---|"]
    for test in summary.tests:
        status = test.status.value if test.status is Status.PASSED else f"**{test.status.value}**"
        jobs = f"{test.jobs} of {test.jobs_planned}"
        lines += [f"| {test.name} | {test.device} | {status} | {jobs} | `{_cell(test.rerun)}` |"]
    tools = ", ".join(f"{name} {value}" for name, value in summary.run.tools.items())
    lines += ["", f"Commit {summary.run.git or 'unknown'}; {tools}.", ""]
    return "\n".join(lines)
