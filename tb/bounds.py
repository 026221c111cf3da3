# SPDX-License-Identifier: Apache-2.0
"""Cycle bounds a descriptor can choose from: the contract's formula, or a linear one for simpler devices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from models import published
from models.ops import Op
from models.timing import Instance
from models.timing import bound as section8
from tb.exchange.job import Job
from tb.schema import Field, Raw, Where, check, choice


@dataclass(frozen=True, slots=True)
class Section8Bound:
    """The bound of contract A8.3 and A8.6: the general one, or its table's row where a size has one."""

    def cycles(self, instance: Instance, job: Job, stalls: int) -> int:
        """Returns the most cycles `job` may take with `stalls` waiting cycles."""
        general = section8(instance, job.op, job.m, job.n, job.k, job.fmt, stalls)
        own = None if job.mixed else published.at_most(instance, job.op, job.formats[0], job.m, job.n, job.k)
        return general if own is None else min(general, own + 125 * stalls // 100)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Cycles for a job, for each output, for each step of each output, and for each waiting cycle."""

    base: float
    per_output: float
    per_step: float
    stall_factor: float


@dataclass(frozen=True, slots=True)
class LinearBound:
    """``base + per_output * M*K + per_step * M*N*K + stall_factor * stalls``, rounded down.

    Attributes:
        common: for operations without their own.
        by_op: replaces `common` for an operation.
    """

    common: Coefficients
    by_op: Mapping[Op, Coefficients]

    def cycles(self, _instance: Instance, job: Job, stalls: int) -> int:
        """Returns the most cycles `job` may take with `stalls` waiting cycles."""
        c = self.by_op.get(job.op, self.common)
        return math.floor(
            c.base + c.per_output * job.m * job.k + c.per_step * job.macs + c.stall_factor * stalls
        )


_COEFFICIENT = {
    "base": "cycles of a job without outputs",
    "per_output": "cycles for each element of Z",
    "per_step": "cycles for each step of each element of Z",
    "stall_factor": "cycles for each cycle of waiting for a grant",
}
_OVERRIDE: dict[str, Field] = {key: Field(doc, float, lo=0.0) for key, doc in _COEFFICIENT.items()}
FIELDS: dict[str, Field] = {
    "kind": Field(
        '`"section8"`: the contract\'s formula; `"linear"`: the coefficients below',
        str,
        required=True,
        choices=("section8", "linear"),
    ),
    **_OVERRIDE,
    "operations": Field(
        "coefficients of an operation that differ from the common ones: `GEMM = {per_step = 12}`",
        dict,
        items=Field("coefficients", dict, fields=_OVERRIDE),
    ),
}


def parse_bound(data: Raw, where: Where) -> Section8Bound | LinearBound:
    """Makes a bound from the descriptor's table `bound`; raises `SchemaError`."""
    table = check(data, FIELDS, where)
    given = {key: table[key] for key in _COEFFICIENT if table[key] is not None}
    if table["kind"] == "section8":
        for key in (*given, *(("operations",) if table["operations"] is not None else ())):
            raise where.key(key).error(
                'has no meaning for kind = "section8"; remove it or use kind = "linear"'
            )
        return Section8Bound()
    for key, doc in _COEFFICIENT.items():
        if key not in given:
            raise where.error(f"key '{key}' is missing for kind = \"linear\"; add it: {doc}")
    by_op: dict[Op, Coefficients] = {}
    for name, override in (table["operations"] or {}).items():
        place = where.key("operations").key(name)
        changed = {key: value for key, value in override.items() if value is not None}
        by_op[Op[choice(name, Op.__members__, "operation", place)]] = Coefficients(**(given | changed))
    return LinearBound(Coefficients(**given), by_op)
