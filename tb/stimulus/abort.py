# SPDX-License-Identifier: Apache-2.0
"""Cutting a job short: soft clear or reset in mid-job (contract A7.7 to A7.12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tb.schema import Field, Where, check

KINDS = ("none", "clear", "reset")

RESET_CYCLES = 3
"""Clock cycles that a reset of any bench lasts."""


@dataclass(frozen=True, slots=True)
class Abort:
    """The first job of a scenario is cut short; the second is programmed right behind.

    Attributes:
        kind: clear: a write of SOFT_CLEAR. reset: the reset input.
        after: cycles between the trigger and the request of the clear, or the reset; about, for a reset.
        value: written to SOFT_CLEAR.
        core: that clears.
    """

    kind: str
    after: int
    value: int = 0
    core: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS[1:]:
            raise ValueError(f"abort kind {self.kind!r} is unknown; use clear or reset")
        if self.after < 0:
            raise ValueError(f"a job cannot be cut {self.after} cycles after its trigger; use 0 or more")

    def to_json(self) -> dict[str, Any]:
        """The abort as a dictionary of JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any, where: Where) -> Abort | None:
        """Reads what `to_json` wrote, or null; raises `SchemaError` naming `where`."""
        if data is None:
            return None
        try:
            return cls(**check(data, _FIELDS, where))
        except ValueError as error:
            raise where.error(str(error)) from None


_FIELDS: Mapping[str, Field] = {
    "kind": Field("clear or reset", str, required=True),
    "after": Field("cycles after the trigger", int, required=True, lo=0),
    "value": Field("written to SOFT_CLEAR", int, default=0, lo=0, hi=2**32 - 1),
    "core": Field("core that clears", int, default=0, lo=0, hi=7),
}
