# SPDX-License-Identifier: Apache-2.0
"""The kept coverage, below which runs may not fall: ``coverage_baseline.json``."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from regressions.json_file import write_json
from regressions.paths import relative
from regressions.summary import Summary
from tb.exchange.reading import convert, read_json
from tb.kinds import ACCELERATOR, KINDS
from tb.schema import Where

FILE = Path(__file__).with_name("coverage_baseline.json")
TOLERANCE = 0.05
"""Percentage points that may be lost to a few jobs drawn differently."""

_OTHERS = tuple(name for name in KINDS if name != ACCELERATOR)
_KINDS = ("functional", "line", "branch", "toggle", *_OTHERS)
"""The kinds of coverage that are kept; a kind of devices stands for the functional coverage of all of
its devices in the run."""

Shares = dict[str, Annotated[float, Meta(ge=0, le=100)]]


class _KeptFile(Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    runs: dict[str, dict[str, Shares]]


def read() -> dict[str, dict[str, Shares]]:
    """Reads the kept percentages by label of a run and main device.

    Raises:
        SchemaError: The file is malformed.
    """
    if not FILE.exists():
        return {}
    content = read_json(FILE, "kept coverage", "keep some with KEEP=1")
    return convert(content, _KeptFile, Where(relative(FILE))).runs


def dropped(summary: Summary) -> list[str]:
    """Complaints about kinds of coverage below what is kept for the label and main device of a run.

    Raises:
        SchemaError: The file is malformed.
    """
    dut = summary.run.main.name
    kept = read().get(summary.run.label, {}).get(dut, {})
    now = _now(summary)
    return [
        f"{kind} coverage of {'the run' if kind in _OTHERS else dut} fell from {share:g} % to "
        f"{f'{now[kind]:g} %' if kind in now else 'none'} ({relative(FILE)}): find the test that is "
        "missing, or keep less on purpose with KEEP=1"
        for kind, share in kept.items()
        if kind not in now or now[kind] < share - TOLERANCE
    ]


def keep(summary: Summary) -> None:
    """Keep the coverage of a run in place of that kept for its label and main device.

    Raises:
        SchemaError: The file is malformed.
        OSError: It cannot be written.
    """
    runs = read()
    now = _now(summary)
    shares = {kind: now[kind] for kind in _KINDS if now.get(kind)}
    runs.setdefault(summary.run.label, {})[summary.run.main.name] = shares
    write_json(FILE, {"schema": 1, "runs": dict(sorted(runs.items()))})


def _now(summary: Summary) -> dict[str, float]:
    """Percentages that a run measured, by kind; kinds of devices without a run are absent."""
    coverage = dict(summary.percentages)
    others = {name: coverage.pop(name)["functional"] for name in _OTHERS if name in coverage}
    shares = {**coverage, **others}
    return {kind: shares[kind] for kind in _KINDS if shares.get(kind) is not None}
