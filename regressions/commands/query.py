# SPDX-License-Identifier: Apache-2.0
"""``make query``: results of any number of runs as tables, by SQL."""

import importlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from regressions.display import busy
from regressions.errors import UserError
from regressions.limits import processors
from regressions.order import Order
from regressions.paths import relative
from regressions.query.choice import choose
from regressions.query.columns import TABLES
from regressions.query.fault_table import FAULTS, MAP, fault_view, maps_of
from regressions.query.store import kept, views
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.tables import Column, print_table
from tb.schema import SchemaError

SHOWN = 1000
"""Rows that are printed at most."""

_MEMORY = "1GB"
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".json": "json"}


def query(order: Order, services: Services, console: Console) -> int:
    """Answer the order's question about its runs, or those of the build folder; Ctrl-C ends it.

    Raises:
        UserError: There is no run, the question cannot be answered, or DuckDB is not installed.
        OSError: Something cannot be read or written.
    """
    del services
    if not order.sql.strip():
        raise UserError(f"SQL: ask something, such as SQL='FROM runs'; {_TABLES}")
    if order.out is not None and order.out.suffix not in _FORMATS:
        raise UserError(f"OUT: {order.out.name} has to end with {', '.join(_FORMATS)}")
    try:
        return _query(order, console)
    except RuntimeError as error:
        if str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from None
        raise


_INTERRUPTED = "Query interrupted"
"""Error of DuckDB where a signal ends a question, whatever the signal's handler raises."""


def _query(order: Order, console: Console) -> int:
    """Read the runs, and answer the question."""
    duckdb = _duckdb()
    with duckdb.connect(config=_settings(order)) as connection:
        faults = [path for path in order.runs if path.suffix == MAP]
        named = set(re.findall(r"\w+", order.sql.lower()))
        if FAULTS in named:
            _read_faults(faults, order, console, connection)
        if FAULTS not in named or named & TABLES.keys():
            runs = [path for path in order.runs if path not in faults]
            _read_runs(runs, order, console, connection, duckdb.Error)
        try:
            _answer(connection, order, console)
        except duckdb.Error as error:
            raise UserError(f"SQL: {_in_words(str(error))}; {_TABLES}") from None
    return EXIT_PASSED


def _read_faults(named: Sequence[Path], order: Order, console: Console, connection: Any) -> None:
    """Make the table of faults, of the maps named or of all."""
    folder = order.tree.root / "faults"
    maps = named or maps_of(folder)
    if not maps:
        raise UserError(
            f"no faults in {relative(folder)}: make faults injects some, or name its files by RUNS="
        )
    with busy(console, "reading faults"):
        fault_view(maps, order.tree.tables, connection)


def _read_runs(
    named: Sequence[Path], order: Order, console: Console, connection: Any, damage: type[Exception]
) -> None:
    """Make the tables of runs, of those named or of all; those that cannot be read are left out."""
    choice = choose(named, order.tree)
    _say(console, choice.notes)
    folders = []
    with busy(console, "reading runs"):
        for name, path in choice.folders.items():
            try:
                folders.append(kept(order.tree.tables, name, path, connection))
            except (SchemaError, OSError, damage) as error:
                _say(console, [f"{relative(path)} is left out: {error}"])
    if not folders:
        raise UserError("none of these runs can be read; the lines above say why")
    views(folders, connection)
    for path, lines in connection.sql("SELECT path, unreadable FROM runs WHERE unreadable > 0").fetchall():
        _say(console, [f"{path}: {lines} lines of its results cannot be read and are left out"])


def _duckdb() -> Any:
    """DuckDB, which is installed for this command alone."""
    try:
        return importlib.import_module("duckdb")
    except ModuleNotFoundError:
        raise UserError(
            "make query needs DuckDB, an extra that is not in this environment: make env SQL=1 installs it"
        ) from None


_TABLES = (
    f"tables are {', '.join(TABLES)} and {FAULTS}, and SQL='DESCRIBE jobs' shows the columns of one "
    "(docs/query.md)"
)


def _settings(order: Order) -> dict[str, str]:
    """Settings of DuckDB: no more than this machine may give, and nothing from a network."""
    return {
        "memory_limit": _MEMORY,
        "threads": str(processors()),
        "temp_directory": str(order.tree.tables / ".duckdb"),
        "autoinstall_known_extensions": "false",
    }


def _answer(connection: Any, order: Order, console: Console) -> None:
    """Print the answer, or write it into the order's file."""
    found = connection.sql(order.sql)
    if order.out is not None:
        _write(connection, found, order.out)
        console.print(f"written: {relative(order.out)}")
        return
    rows = found.limit(SHOWN + 1).fetchall()
    numeric = [
        all(isinstance(row[place], int | float | None) for row in rows) for place in range(len(found.columns))
    ]
    columns = [Column(name, right=right) for name, right in zip(found.columns, numeric, strict=True)]
    print_table(console, columns, (tuple(map(_shown, row)) for row in rows[:SHOWN]))
    if len(rows) > SHOWN:
        _say(console, [f"these are the first {SHOWN} rows; OUT=answer.csv writes all"])


def _write(connection: Any, found: Any, path: Path) -> None:
    """Write an answer in the format that the name of a file asks for, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}")
    found.create_view("answer", replace=True)
    quoted = str(fresh).replace("'", "''")
    connection.execute(f"COPY answer TO '{quoted}' (FORMAT {_FORMATS[path.suffix]})")
    fresh.replace(path)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)


def _in_words(message: str) -> str:
    """The message of DuckDB without the line that shows the place in the question."""
    return " ".join(message.partition("\n\nLINE ")[0].split())


def _say(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
