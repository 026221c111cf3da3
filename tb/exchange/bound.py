# SPDX-License-Identifier: Apache-2.0
"""Cycle bounds a descriptor can choose from: the contract's formula, or a linear one for simpler devices."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from msgspec import Meta, Struct

from models import published
from models.ops import Op
from models.timing import Instance, bound
from tb.exchange.job import Job
from tb.schema import Where, choice

Cycles = Annotated[float, Meta(ge=0.0)]


class Coefficients(Struct, frozen=True, forbid_unknown_fields=True):
    """``base + per_output * M*K + per_step * M*N*K + stall_factor * stalls``, rounded down.

    Or ``factor * formula + constant``, of the contract's formula.

    Attributes:
        base: cycles of a job without outputs
        per_output: cycles for each element of Z
        per_step: cycles for each step of each element of Z
        stall_factor: cycles for each cycle of waiting for a grant
        factor: of the contract's formula, 1 by default
        constant: cycles beside the contract's formula, 0 by default
    """

    base: Cycles | None = None
    per_output: Cycles | None = None
    per_step: Cycles | None = None
    stall_factor: Cycles | None = None
    factor: Cycles | None = None
    constant: Cycles | None = None

    def check(self, kind: str, table: str = "") -> None:
        """Raises `SchemaError` for a coefficient of the other kind; `table` is the prefix of its key."""
        for other in NAMES.keys() - {kind}:
            for name in NAMES[other]:
                if getattr(self, name) is not None:
                    text = f'has no meaning for kind = "{kind}"; remove it or use kind = "{other}"'
                    raise Where(f"{table}{name}").error(text)

    def over(self, others: Coefficients, kind: str) -> list[float]:
        """Returns the coefficients of a kind in their order: own ones, those of others, or the contract's."""
        found: list[float] = []
        for name in NAMES[kind]:
            value: float | None = getattr(self, name)
            if value is None:
                value = getattr(others, name)
            found.append(getattr(CONTRACT, name) if value is None else value)
        return found


NAMES = {
    "linear": ("base", "per_output", "per_step", "stall_factor"),
    "section8": ("factor", "constant"),
}
"""Coefficients of each kind of bound."""

CONTRACT = Coefficients(factor=1.0, constant=0.0)


class Bound(Coefficients, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The cycle bound of a device.

    Attributes:
        kind: `"section8"`: the contract's formula (A8.3, A8.6), times `factor`, and `constant`; `"linear"`:
            the other coefficients
        operations: coefficients of an operation that differ from the common ones: `GEMM = {per_step = 12}`
    """

    kind: Literal["section8", "linear"]
    operations: dict[str, Coefficients] | None = None

    def __post_init__(self) -> None:
        self.check(self.kind)
        for name in NAMES["linear"] if self.kind == "linear" else ():
            if getattr(self, name) is None:
                raise ValueError(f"key '{name}' is missing for kind = \"linear\"; add it")
        for name, own in (self.operations or {}).items():
            choice(name, Op.__members__, "operation", Where(f"operations.{name}"))
            own.check(self.kind, f"operations.{name}.")

    def cycles(self, instance: Instance, job: Job, stalls: int) -> int:
        """Returns the most cycles `job` may take with `stalls` waiting cycles."""
        own_of = (self.operations or {}).get(job.op.name, self)
        if self.kind == "section8":
            # The general bound, or the row of the contract's table where a size has one.
            general = bound(instance, job.op, job.m, job.n, job.k, job.fmt, stalls)
            fmt, size = job.formats[0], (job.m, job.n, job.k)
            row = None if job.mixed else published.at_most(instance, job.op, fmt, *size)
            formula = general if row is None else min(general, row + 125 * stalls // 100)
            factor, constant = own_of.over(self, self.kind)
            return math.floor(factor * formula + constant)
        base, per_output, per_step, stall_factor = own_of.over(self, self.kind)
        return math.floor(base + per_output * job.m * job.k + per_step * job.macs + stall_factor * stalls)
