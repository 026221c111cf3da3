# SPDX-License-Identifier: Apache-2.0
"""The memory window of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tb.schema import Field, Raw, Where, check
from tb.stimulus.job_fields import ADDRESS_SPACE

Range = tuple[int, int]
"""First byte address and number of bytes."""


@dataclass(frozen=True, slots=True)
class Window:
    """The memory of a scenario: `size` bytes from address `base`; it ends at 2**32 at the latest."""

    base: int
    size: int

    def __post_init__(self) -> None:
        if self.base < 0 or self.base % 4 or self.size <= 0 or self.size % 4:
            raise ValueError(
                f"window base {self.base:#x} and size {self.size:#x} must be multiples of 4, the size not 0"
            )
        if self.base + self.size > ADDRESS_SPACE:
            raise ValueError(f"window {self.base:#x} + {self.size:#x} passes the end of the address space")

    @property
    def end(self) -> int:
        """The address after the last byte, up to 2**32."""
        return self.base + self.size

    def contains(self, span: Range) -> bool:
        """Whether all bytes of `span` (address, length) lie in the window; true for no bytes."""
        return span[1] == 0 or (self.base <= span[0] and span[0] + span[1] <= self.end)

    def to_json(self) -> dict[str, int]:
        """The window as a dictionary of JSON values."""
        return {"base": self.base, "size": self.size}

    @classmethod
    def from_json(cls, data: Raw, where: Where) -> Window:
        """Reads what `to_json` wrote; raises `SchemaError` naming `where` if it is no window."""
        table = check(data, _WINDOW_FIELDS, where)
        try:
            return cls(**table)
        except ValueError as error:
            raise where.error(str(error)) from None


_WINDOW_FIELDS: Mapping[str, Field] = {
    "base": Field("first address", int, required=True),
    "size": Field("number of bytes", int, required=True),
}
