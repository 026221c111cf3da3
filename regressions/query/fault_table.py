# SPDX-License-Identifier: Apache-2.0
"""Table of faults, a row for each that was injected: Parquet files, made at the first question."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from regressions.faults.injection import FaultMap
from regressions.faults.outcomes import FaultFlag, FaultOutcome
from regressions.faults.store import FaultSetting, load
from regressions.query.sql import sql_list, sql_text

FAULTS = "faults"
"""Name of the table."""

MAP = ".npz"
"""Ending of the file of a map."""

_WHOLE = f"all{MAP}"
_PORTION = 1_000_000  # faults that are converted at once
_VERSION = 1  # of the columns below
_COLUMNS = """
    m.device, m.job, m.kind, m.git, m.slice, r.module, r.instance, r.register, f.entry, f.bit, f.cycle,
    o.outcome, f.stray_write, f.stray_read, f.event, f.answer, f.cleared, f.reset,
    f.elements, f.bits, f.delay, f.error
"""


def maps_of(folder: Path) -> list[Path]:
    """Files of all maps of a folder; where one has all bits, slices of the same faults are left out."""
    found = []
    for one in sorted(path for path in folder.glob("*") if path.is_dir()):
        whole = one / _WHOLE
        found += [whole] if whole.exists() else sorted(one.glob(f"*{MAP}"))
    return found


def fault_view(maps: Sequence[Path], folder: Path, connection: Any) -> None:
    """Make a view of the table over some maps.

    Args:
        maps: Files that `regressions.faults.store` wrote.
        folder: Folder of all tables.
        connection: Connection to DuckDB.

    Raises:
        UserError: One is no map.
        OSError: Something cannot be read or written.
    """
    files = [str(part) for path in maps for part in _kept(path, folder, connection)]
    connection.execute(f"CREATE VIEW {FAULTS} AS FROM read_parquet({sql_list(files)})")


def _kept(path: Path, folder: Path, connection: Any) -> list[Path]:
    """Parquet files of a map, made now unless it is that of last time."""
    state = path.stat()
    what = (str(path.resolve()), state.st_mtime_ns, state.st_size, _VERSION)
    name = f"{FAULTS}-{hashlib.sha256(repr(what).encode()).hexdigest()[:12]}"
    done = folder / f"{name}.done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        setting, made = load(path)
        _convert(setting, made, path.stem, folder / name, connection)
        done.touch()
    return sorted(folder.glob(f"{name}-*.parquet"))


def _convert(setting: FaultSetting, made: FaultMap, part: str, target: Path, connection: Any) -> None:
    """Write the rows of a map, some cycles at a time."""
    variables = made.variables
    tables = {
        "m": {
            **{name: _texts([getattr(setting, name)]) for name in ("device", "job", "kind", "git")},
            "slice": _texts([part]),
        },
        "r": {
            "number": np.arange(len(variables)),
            "module": _texts([each.module for each in variables]),
            "instance": _texts([each.path for each in variables]),
            "register": _texts([each.name for each in variables]),
        },
        "o": {
            "code": np.array([int(each) for each in FaultOutcome]),
            "outcome": _texts([each.words for each in FaultOutcome]),
        },
    }
    for name, columns in tables.items():
        connection.register(name, columns)
    step = max(1, _PORTION // max(1, len(made.chosen)))
    for number, first in enumerate(range(0, len(made.table), step)):
        connection.register("f", _rows(made, first, made.table[first : first + step]))
        file = sql_text(f"{target}-{number:05}.parquet")
        connection.execute(
            f"COPY (SELECT {_COLUMNS} FROM f CROSS JOIN m JOIN r USING (number) JOIN o USING (code)) "
            f"TO {file} (FORMAT parquet)"
        )
    for name in (*tables, "f"):
        connection.unregister(name)


def _rows(made: FaultMap, first: int, table: Any) -> dict[str, Any]:
    """Columns of the faults of some cycles, of which the first is given."""
    number, entry, bit = (np.tile(column, len(table)) for column in made.bits[made.chosen].T)
    flat = table.reshape(-1)
    flags = {flag.name.lower(): (flat["flags"] & flag) != 0 for flag in FaultFlag if flag.name}
    measured = {name: np.ascontiguousarray(flat[name]) for name in ("elements", "bits", "delay", "error")}
    cycles = np.repeat(np.arange(first, first + len(table)), table.shape[1])
    code = np.ascontiguousarray(flat["outcome"]).astype(np.int64)
    return {"number": number, "entry": entry, "bit": bit, "cycle": cycles, "code": code, **flags, **measured}


def _texts(values: Sequence[str]) -> Any:
    return np.array(values, dtype=object)
