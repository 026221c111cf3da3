# SPDX-License-Identifier: Apache-2.0
"""Test entries: one `[[test]]` of a test list."""

import re
from typing import Annotated, Any

from msgspec import Meta, Struct, field

DEFAULT_TIMEOUT = 300.0
ALONE = "accelerator"
"""Default of `runs_on`."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class TestEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One test of a list (docs/architecture.md, "Test entries")."""

    __test__ = False  # not a pytest class

    name: str  # unique name; also that of its random streams
    sequence: str  # a registered sequence, or ``path.py:Class``
    tiers: tuple[str, ...] = ()  # tiers the test belongs to
    # Share of the tier's cycle budget, relative to the other tests; None if count is given.
    weight: Annotated[float, Meta(ge=1e-6)] | None = None
    # Fixed number of scenarios (of runs, for a directed test); None if weight is given.
    count: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    # Seconds for one segment of the test, time of other work on the machine left out.
    timeout: Annotated[float, Meta(ge=1.0)] = DEFAULT_TIMEOUT
    testpoints: tuple[str, ...] = ()  # testpoints of the testplan that it serves
    # Restrictions of the random draw, checked by `tb.stimulus.knobs`.
    knobs: dict[str, Any] = field(default_factory=dict)
    runs_on: str = ALONE  # kind of device that it runs on, see `tb.kinds`
    description: str = ""  # one line for people
    source: str = ""  # list it stands in

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"'{self.name}' is no test name; use letters, digits and _, a letter first")


def upgraded(table: Any) -> Any:
    """Returns an entry as records of today have it: the key `runs_on` was `bench` once."""
    if not isinstance(table, dict) or "bench" not in table:
        return table
    return {("runs_on" if key == "bench" else key): value for key, value in table.items()}
