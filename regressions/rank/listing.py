# SPDX-License-Identifier: Apache-2.0
"""A proposed tier as a test list."""

import json
from collections.abc import Mapping
from typing import Any

from tb.exchange.entry import DEFAULT_TIMEOUT, TestEntry

PREFIX = "best_"
"""Begins the names of tests of a proposed tier: a name belongs to one test, and decides its random jobs."""

_LEAST = {"tiers": (), "timeout": DEFAULT_TIMEOUT, "testpoints": (), "knobs": {}, "runs_on": "accelerator"}


def as_list(scenarios: Mapping[str, int], entries: Mapping[str, TestEntry], tier: str, about: str) -> str:
    """Write tests with numbers of their scenarios as a list for ``LISTS=``.

    Args:
        scenarios: Number of scenarios by test.
        entries: Their entries.
        tier: Tier that they belong to; empty for none.
        about: A line on the list.
    """
    lines = ["# SPDX-License-Identifier: Apache-2.0", f"# {about}"]
    for name, count in scenarios.items():
        entry = entries[name]
        values = {
            "name": PREFIX + name,
            "description": entry.description,
            "sequence": entry.sequence,
            "tiers": (tier,) if tier else (),
            "count": count,
        }
        values |= {
            key: getattr(entry, key)
            for key, default in _LEAST.items()
            if key != "tiers" and getattr(entry, key) != default
        }
        lines += ["", "[[test]]", *(f"{key} = {_toml(value)}" for key, value in values.items() if value)]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value on one line; its texts are those of JSON, which TOML reads alike."""
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{json.dumps(str(key))} = {_toml(each)}" for key, each in value.items()) + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=True)
