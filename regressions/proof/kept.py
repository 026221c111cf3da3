# SPDX-License-Identifier: Apache-2.0
"""Kept fates of the deliberate defects (`defects.json`), of which no later run may know less."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import to_builtins

from regressions.json_file import write_json
from regressions.paths import relative
from regressions.proof.defects import DefectFate
from regressions.proof.figures import DefectRow
from tb.exchange.reading import convert
from tb.schema import Where

FILE = Path(__file__).with_name("defects.json")

_RANK = {
    DefectFate.UNDECIDED.value: 0,
    DefectFate.DIFFERS.value: 1,
    DefectFate.EQUIVALENT.value: 2,
    DefectFate.REFUTED.value: 2,
}


def read_fates(path: Path = FILE) -> dict[str, DefectRow]:
    """The kept fates by module and id; empty if there are none.

    Raises:
        SchemaError: The file is malformed.
    """
    if not path.exists():
        return {}
    rows = convert(json.loads(path.read_text()), list[DefectRow], Where(relative(path)))
    return {row.key: row for row in rows}


def write_fates(fates: Mapping[str, DefectRow], path: Path = FILE) -> None:
    """Write fates, ordered by module and id."""
    rows = sorted(fates.values(), key=lambda row: row.key)
    write_json(path, to_builtins(rows))


def worse(rows: Iterable[DefectRow], before: Mapping[str, DefectRow]) -> Iterator[str]:
    """Complaints about defects of which less is known than was kept, or something else."""
    for row in rows:
        old = before.get(row.key)
        if old is None or (_RANK[row.fate], row.fate) == (_RANK[old.fate], old.fate):
            continue
        if _RANK[row.fate] <= _RANK[old.fate]:
            yield f"{row.id} was {old.fate} ({old.by}), now it is {row.fate}; keep it with DEFECTS=1 KEEP=1"
