# SPDX-License-Identifier: Apache-2.0
"""Tables as Parquet files, a folder for each run, made at the first question about it."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from glob import escape
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from msgspec import json

from regressions.query.columns import TABLES, Row, types
from regressions.query.reading import rows
from regressions.query.sql import sql_list, sql_text
from regressions.rundir import RESULTS

PORTION = 200_000
"""Rows of a Parquet file, which are on the disk as JSON while it is made: a hundred megabytes."""

_TABLES = {struct: name for name, struct in TABLES.items()}


def kept(folder: Path, run: str, path: Path, connection: Any) -> Path:
    """Return the folder of the tables of a run, made now unless its results are those of last time.

    Args:
        folder: Folder of all tables.
        run: Name of the run.
        path: Folder of the run.
        connection: Connection to DuckDB.

    Raises:
        SchemaError: The run is damaged.
        OSError: Something cannot be read or written.
    """
    ready = folder / f"{run}-{_digest(path)}"
    if ready.exists():
        return ready
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    try:
        with _Writer(fresh, connection) as writer:
            for row in rows(path, run):
                writer.take(row)
        for old in folder.glob(f"{escape(run)}-{'[0-9a-f]' * 12}"):
            shutil.rmtree(old, ignore_errors=True)
        try:
            fresh.rename(ready)
        except OSError:
            if not ready.exists():  # another command was faster
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return ready


def views(folders: Sequence[Path], connection: Any) -> None:
    """Make a view of each table over the tables of some runs."""
    for table in TABLES:
        files = [str(path) for folder in folders for path in sorted(folder.glob(f"{table}-*.parquet"))]
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet({sql_list(files)})")


def _digest(path: Path) -> str:
    """Key of what was read: the run's place and account, and the columns."""
    state = (path / RESULTS).stat()
    what = (str(path.resolve()), state.st_mtime_ns, state.st_size, [types(table) for table in TABLES])
    return hashlib.sha256(repr(what).encode()).hexdigest()[:12]


class _Writer:
    """Writes rows of all tables: as JSON into a file of each, and that as Parquet when it is full."""

    def __init__(self, folder: Path, connection: Any) -> None:
        self._folder, self._connection = folder, connection
        self._files: dict[str, IO[bytes]] = {}
        self._rows = dict.fromkeys(TABLES, 0)
        self._numbers = {table: count() for table in TABLES}
        self._encode = json.Encoder().encode

    def __enter__(self) -> "_Writer":
        """Begin a first portion of each table, so that each has a file, if without rows."""
        for table in TABLES:
            self._begin(table)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left, unless something went wrong."""
        for table in TABLES:
            if kind is None:
                self._write(table)
            self._files[table].close()

    def take(self, row: Row) -> None:
        """Take in a row."""
        table = _TABLES[type(row)]
        self._files[table].write(self._encode(row) + b"\n")
        self._rows[table] += 1
        if self._rows[table] == PORTION:
            self._write(table)
            self._begin(table)

    def _begin(self, table: str) -> None:
        self._files[table] = (self._folder / f"{table}.json").open("wb")
        self._rows[table] = 0

    def _write(self, table: str) -> None:
        """Make the Parquet file of a portion; the one of a run without rows has columns alone.

        A number that no column can hold is NULL.
        """
        self._files[table].close()
        source = self._folder / f"{table}.json"
        target = self._folder / f"{table}-{next(self._numbers[table]):05}.parquet"
        self._connection.execute(
            f"COPY (FROM read_json({sql_text(str(source))}, format = 'newline_delimited', "
            f"ignore_errors = true, columns = {_columns(types(table))})) "
            f"TO {sql_text(str(target))} (FORMAT parquet)"
        )
        source.unlink()


def _columns(named: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{sql_text(name)}: {sql_text(kind)}" for name, kind in named.items()) + "}"
