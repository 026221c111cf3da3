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

    Attributes:
        base: cycles of a job without outputs
        per_output: cycles for each element of Z
        per_step: cycles for each step of each element of Z
        stall_factor: cycles for each cycle of waiting for a grant
    """

    base: Cycles | None = None
    per_output: Cycles | None = None
    per_step: Cycles | None = None
    stall_factor: Cycles | None = None

    def over(self, others: Coefficients) -> list[float]:
        """Returns the coefficients in their order, those of others where there are none."""
        pairs = ((getattr(self, name), getattr(others, name)) for name in NAMES)
        return [other if own is None else own for own, other in pairs]


NAMES = Coefficients.__struct_fields__


class Bound(Coefficients, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The cycle bound of a device.

    Attributes:
        kind: `"section8"`: the contract's formula (A8.3, A8.6); `"linear"`: the coefficients below
        operations: coefficients of an operation that differ from the common ones: `GEMM = {per_step = 12}`
    """

    kind: Literal["section8", "linear"]
    operations: dict[str, Coefficients] | None = None

    def __post_init__(self) -> None:
        for name in (*NAMES, "operations"):
            given = getattr(self, name) is not None
            if given and self.kind == "section8":
                raise Where(name).error(
                    'has no meaning for kind = "section8"; remove it or use kind = "linear"'
                )
            if not given and self.kind == "linear" and name in NAMES:
                raise ValueError(f"key '{name}' is missing for kind = \"linear\"; add it")
        for name in self.operations or {}:
            choice(name, Op.__members__, "operation", Where(f"operations.{name}"))

    def cycles(self, instance: Instance, job: Job, stalls: int) -> int:
        """Returns the most cycles `job` may take with `stalls` waiting cycles."""
        if self.kind == "section8":
            # The general bound, or the row of the contract's table where a size has one.
            general = bound(instance, job.op, job.m, job.n, job.k, job.fmt, stalls)
            fmt, size = job.formats[0], (job.m, job.n, job.k)
            own = None if job.mixed else published.at_most(instance, job.op, fmt, *size)
            return general if own is None else min(general, own + 125 * stalls // 100)
        own_of = (self.operations or {}).get(job.op.name, self)
        base, per_output, per_step, stall_factor = own_of.over(self)
        return math.floor(base + per_output * job.m * job.k + per_step * job.macs + stall_factor * stalls)
