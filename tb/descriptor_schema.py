# SPDX-License-Identifier: Apache-2.0
"""Schema of a device descriptor; `docs/descriptor.md` holds the same table, and a test compares them."""

from __future__ import annotations

from tb import bounds, known
from tb.exchange.names import MAX_CORES, parse_format, parse_op
from tb.kinds import kinds
from tb.schema import Field, Raw, Where

MAX_CAUSES = 16
"""Causes that the bench has room for (kCauseCount in bench.h)."""

MAX_EVENTS = 64
"""Internal events that the bench has room for (kCoverEvents in bench.h)."""


def _parameter(value: Raw, where: Where) -> int | str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise where.error("a parameter is an integer or a string")
    return value


def _paths(doc: str, required: bool = False) -> Field:
    return Field(
        doc, list, required=required, lo=1 if required else 0, default=[], items=Field("a path", str)
    )


INSTANCE = {
    "h": Field("compute elements in a row, unless parameter H says it", int, lo=1),
    "l": Field("rows of compute elements, unless parameter L says it", int, lo=1),
    "p": Field("pipeline registers of a compute element, unless parameter P says it", int, lo=0),
    "dw": Field("payload bits of the memory port, unless parameter DW says it", int, lo=32),
}

_PROBE = {
    "path": Field("hierarchical path below the top module", str, required=True),
    "causes": Field(
        "names of its causes, the lowest slots first",
        list,
        required=True,
        lo=1,
        hi=MAX_CAUSES,
        items=Field("a name", str),
    ),
}

_COVER = {
    "path": Field("hierarchical path below the top module", str, required=True),
    "events": Field(
        "names of its events, that of bit 0 first",
        list,
        required=True,
        lo=1,
        hi=MAX_EVENTS,
        items=Field("a name", str),
    ),
}

_FIELDS: dict[str, Field] = {
    "schema": Field("version of this schema: 1", int, required=True, lo=1, hi=1),
    "base": Field("path of a descriptor that this one changes in some keys", str, default=""),
    "name": Field("name in reports and run lines", str, required=True),
    "description": Field("one line for people", str, default=""),
    "top": Field("name of the top module", str, required=True),
    "sources": _paths("SystemVerilog files and globs, in the order of compilation", required=True),
    "includes": _paths("include directories"),
    "waivers": _paths("Verilator configuration files (.vlt): lint waivers, module hints"),
    "parameters": Field(
        "parameters of the top module: integers or strings",
        dict,
        default={},
        items=Field("a parameter", object, parse=_parameter),
    ),
    "instance": Field(
        "shape of the array (contract A3.1), as far as parameters do not say it",
        dict,
        default={},
        fields=INSTANCE,
    ),
    "n_cores": Field(
        "event targets, unless parameter N_CORES says it", int, default=MAX_CORES, lo=1, hi=MAX_CORES
    ),
    "operations": Field(
        "operations the device has, by name",
        list,
        required=True,
        lo=1,
        items=Field("an operation", str, parse=parse_op),
    ),
    "formats": Field(
        "formats the device has, by name",
        list,
        required=True,
        lo=1,
        items=Field("a format", str, parse=parse_format),
    ),
    "mixed_formats": Field(
        "X, W and Y/Z can have different formats, by the extension of MACFG (contract A5.16)",
        bool,
        default=False,
    ),
    "bound": Field("the cycle bound", dict, required=True, parse=bounds.parse_bound),
    "known_differences": Field(
        "deviations by design",
        list,
        default=[],
        items=Field("a difference", dict, parse=known.parse_known),
    ),
    "known_issues": Field(
        "defects that are expected to show",
        list,
        default=[],
        items=Field("an issue", dict, parse=known.parse_known),
    ),
    "binds": _paths("SystemVerilog files that bind checkers or probes into the device"),
    "probe": Field("counters that tell where the time of a job goes", dict, default={}, fields=_PROBE),
    "cover": Field("signals that tell internal events for coverage", dict, default={}, fields=_COVER),
    "backdoor": Field(
        "register name to hierarchical path below the top module",
        dict,
        default={},
        items=Field("a hierarchical path", str),
    ),
}


def fields() -> dict[str, Field]:
    """Return the schema of a descriptor by key, with the tables of all kinds of devices."""
    tables = {kind.name: kind for kind in kinds() if kind.table is not None}
    return _FIELDS | {
        name: Field(kind.doc, dict, default={}, fields=kind.table) for name, kind in tables.items()
    }
