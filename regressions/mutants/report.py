# SPDX-License-Identifier: Apache-2.0
"""The report of a campaign: ``mutants.json`` and ``mutants.md``."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regressions.json_file import write_json
from regressions.mutants.outcome import DefectResult, Fate
from regressions.pages import templates


@dataclass(frozen=True, slots=True)
class Report:
    """Content of a campaign's report."""

    device: str  # name of the device
    git: str  # revision, empty if unknown
    tools: dict[str, str]  # versions of the tools
    amount: int  # length of the tests that run against each defect, in `counted`
    results: Sequence[DefectResult]  # by defect
    graded: bool = False  # True if all tests ran with each defect
    counted: str = "jobs"  # unit that the campaign counts: ``jobs`` or ``cycles``

    @property
    def complaints(self) -> list[DefectResult]:
        """Problems that make the run fail."""
        return [result for result in self.results if result.complaint]

    def count(self, fate: Fate) -> int:
        """Number of defects with that fate."""
        return sum(result.fate is fate for result in self.results)

    @property
    def seconds(self) -> float:
        """Time of all simulations together, those of an interrupted part included."""
        return sum(result.seconds for result in self.results)

    @property
    def verdict(self) -> str:
        """One line."""
        explained = sum(result.fate is Fate.SURVIVED and not result.complaint for result in self.results)
        text = f"{self.count(Fate.KILLED)} of {len(self.results)} defects killed, {explained} explained"
        return f"{text}, {len(self.complaints)} to look at" if self.complaints else text


def write(report: Report, folder: Path) -> None:
    """Writes both files into a folder.

    Raises:
        OSError: One cannot be written.
    """
    write_json(folder / "mutants.json", to_json(report))
    (folder / "mutants.md").write_text(to_markdown(report))


def to_json(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "schema": 1,
        "dut": report.device,
        "git": report.git,
        "tools": report.tools,
        "graded": report.graded,
        report.counted: report.amount,
        "seconds": round(report.seconds, 1),
        "totals": {
            "defects": len(report.results),
            **{fate.value: report.count(fate) for fate in Fate},
            "to_look_at": len(report.complaints),
        },
        "checkers": {
            name: {"found": found, "alone": alone} for name, found, alone in _checkers(report.results)
        },
        "modules": {name: dict(counts) for name, counts in _modules(report.results).items()},
        "defects": [_defect(result, report.counted) for result in report.results],
    }


def _defect(result: DefectResult, counted: str) -> dict[str, Any]:
    defect = result.defect
    return {
        "id": defect.id,
        "number": result.number,
        "module": defect.module,
        "about": defect.about,
        "operator": defect.operator,
        "line": defect.line,
        "replacement": defect.replacement,
        "fate": result.fate.value,
        "checkers": list(result.checkers),
        "seen_by": list(defect.seen_by),
        "test": result.test,
        "tests": list(result.tests),
        counted: result.after,
        "detail": result.detail,
        "equivalent": defect.equivalent,
        "unreachable": defect.unreachable,
        "complaint": result.complaint,
        "seconds": result.seconds,
    }


def _checkers(results: Iterable[DefectResult]) -> list[tuple[str, int, int]]:
    """Name of each checker, how many defects it found, and how many of them no other did."""
    killed = [result for result in results if result.fate is Fate.KILLED]
    found = Counter(name for result in killed for name in result.checkers)
    alone = Counter(result.checkers[0] for result in killed if len(result.checkers) == 1)
    return [(name, count, alone[name]) for name, count in found.most_common()]


def _modules(results: Iterable[DefectResult]) -> dict[str, Counter[str]]:
    modules: dict[str, Counter[str]] = {}
    for result in results:
        modules.setdefault(result.defect.module, Counter())[result.fate.value] += 1
    return dict(sorted(modules.items()))


def to_markdown(report: Report) -> str:
    """Verdict, open problems, statistics, all defects."""
    template = templates(Path(__file__).parent, cell=_cell, code=_code).get_template("mutants.md.j2")
    text = template.render(
        report=report,
        needed=[result.after for result in report.results if result.fate is Fate.KILLED],
        median=statistics.median,
        checkers=_checkers(report.results),
        modules=_modules(report.results),
        fates=list(Fate),
    )
    return f"{text}\n"


def _cell(text: str) -> str:
    """Text that stays inside its cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    """Code that stays inside its backquotes."""
    return text.replace("`", "'") or "(dropped)"
