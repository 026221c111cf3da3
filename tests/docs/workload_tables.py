# SPDX-License-Identifier: Apache-2.0
"""Tables of docs/workloads.md, and the jobs of the workloads that they are about."""

import re
from collections.abc import Iterator
from functools import cache

from models.engine import ARRAY, EngineJob
from regressions import testlist
from regressions.paths import ROOT
from regressions.testlist import LISTS
from regressions.tiers import load_tiers
from tb.sequences import without_bench

TEXT = (ROOT / "docs" / "workloads.md").read_text()
ENTRIES = testlist.load([LISTS], load_tiers())


def tables(text: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yields the tables of a Markdown text: headings, and the cells of each row."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, _, *rows = (
            [cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()
        )
        yield head, rows


@cache
def account(name: str) -> tuple[EngineJob, ...]:
    return tuple(without_bench(ENTRIES[name].sequence).account(ARRAY))


def percent(share: float) -> str:
    """Returns a share as documents have it."""
    return f"{share:.1%}".replace("%", " %")
