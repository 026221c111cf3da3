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
    """One test of a list (docs/architecture.md, "Test entries").

    Attributes:
        name: Unique name; also that of its random streams.
        sequence: A registered sequence, or ``path.py:Class``.
        tiers: Tiers the test belongs to.
        weight: Share of the tier's cycle budget, relative to the other tests; None if count is given.
        count: Fixed number of scenarios (of runs, for a directed test); None if weight is given.
        timeout: Seconds for one segment of the test, time of other work on the machine left out.
        testpoints: Testpoints of the testplan that it serves.
        knobs: Restrictions of the random draw, checked by `tb.stimulus.knobs`.
        runs_on: Kind of device that it runs on, see `tb.kinds`.
        description: One line for people.
        source: List it stands in.
    """

    __test__ = False  # not a pytest class

    name: str
    sequence: str
    tiers: tuple[str, ...] = ()
    weight: Annotated[float, Meta(ge=1e-6)] | None = None
    count: Annotated[int, Meta(ge=1)] | None = None
    timeout: Annotated[float, Meta(ge=1.0)] = DEFAULT_TIMEOUT
    testpoints: tuple[str, ...] = ()
    knobs: dict[str, Any] = field(default_factory=dict)
    runs_on: str = ALONE
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"'{self.name}' is no test name; use letters, digits and _, a letter first")


def upgraded(table: Any) -> Any:
    """Returns an entry as records of today have it: the key `runs_on` was `bench` once."""
    if not isinstance(table, dict) or "bench" not in table:
        return table
    return {("runs_on" if key == "bench" else key): value for key, value in table.items()}
