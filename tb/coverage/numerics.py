# SPDX-License-Identifier: Apache-2.0
"""Numerical events of every step of a job, vectorised (contract A1 and A2)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models.formats import Format, per_operand, widen
from models.gemm import accumulators
from models.ops import Op
from tb.coverage.block import StepBlock
from tb.coverage.coverpoint import FORMATS, MIXED, OPERATIONS, Coverpoint
from tb.coverage.events import choice_events, fma_events, narrow_events, product_events, sum_events
from tb.coverage.numbers import CLASSES, Flags, classes

Event = tuple[str, tuple[str, ...]]
"""Kind of samples, and the names of the bins, in the order of the kind's points."""

_FMAS = (Op.MATMUL, Op.GEMM)
_ADDS = (Op.ADDMAX, Op.ADDMIN)
_MULS = (Op.MULMAX, Op.MULMIN)
_ORDERS = (Op.MAXMIN, Op.MINMAX)
_NO = np.zeros(0, np.uint16)  # of no operand, functions of events have the names of their bins


def _points(kind: str, ops: Iterable[Op], doc: str, flags: Mapping[str, Flags]) -> tuple[Coverpoint, ...]:
    """Coverpoints of a kind of samples: operation, format and event."""
    return (
        Coverpoint(f"{kind}_op", kind, "Operation", tuple(op.name for op in ops), "operation"),
        Coverpoint(f"{kind}_format", kind, _FORMAT, (*FORMATS, MIXED), "format"),
        Coverpoint(f"{kind}_event", kind, doc, tuple(flags)),
    )


_FORMAT = "Format of all operands, or that they differ"
_STORED = tuple(name for name in FORMATS if name != Format.FP16.name)
POINTS = (
    Coverpoint("step_op", "step", "Operation", OPERATIONS, "operation"),
    Coverpoint("step_format", "step", _FORMAT, (*FORMATS, MIXED), "format"),
    Coverpoint("x_value", "step", "Class of the element of X, in its own format", CLASSES),
    Coverpoint("w_value", "step", "Class of the element of W, in its own format", CLASSES),
    Coverpoint("acc_value", "step", "Class of the accumulator before the step, in FP16", CLASSES),
    *_points("fma", _FMAS, "Event of a fused multiply-add", fma_events(_NO, _NO, _NO, _NO)),
    *_points("add", _ADDS, "Event of a sum", sum_events(_NO, _NO, _NO)),
    *_points("mul", _MULS, "Event of a product", product_events(_NO, _NO, _NO)),
    *_points(
        "select",
        (*_ADDS, *_MULS, *_ORDERS),
        "Choice of the minimum or maximum with the accumulator",
        choice_events(_NO, _NO, _NO),
    ),
    *_points("order", _ORDERS, "Choice of the minimum or maximum of x and w", choice_events(_NO, _NO, _NO)),
    Coverpoint("narrow_format", "narrow", "Format of Z", _STORED, "format"),
    Coverpoint(
        "narrow_event",
        "narrow",
        "Event of a result on its way to memory",
        tuple(narrow_events(_NO, Format.E5M2)),
    ),
)
"""Coverpoints whose samples are counted as bins, by `count`."""

KINDS = tuple(dict.fromkeys(point.sample for point in POINTS))
"""Their kinds of samples."""


def count(block: StepBlock) -> Counter[Event]:
    """Counts the events of every step, and of the narrowing of the results: hits by kind and names of bins.

    The block has at least one row, column and step.
    """
    x_fmt, w_fmt, z_fmt = per_operand(block.fmt)
    name = MIXED if isinstance(block.fmt, tuple) else block.fmt.name
    x, w = widen(block.x, x_fmt), widen(block.w, w_fmt)
    shape = (x.shape[1], x.shape[0], w.shape[1])
    start = np.zeros(shape[1:], np.uint16) if block.y is None else widen(block.y, z_fmt)
    wide_x = np.broadcast_to(x.T[:, :, None], shape).reshape(shape[0], -1)
    wide_w = np.broadcast_to(w[:, None, :], shape).reshape(shape[0], -1)
    events: Counter[Event] = Counter()
    op = block.op.name
    sums = accumulators(block.op, wide_x, wide_w, start.reshape(-1))
    acc, result = sums[:-1], sums[1:]
    if block.op in _FMAS:
        _add(events, "fma", (op, name), fma_events(wide_x, wide_w, acc, result))
    else:
        candidate, kind, first = _candidates(block.op, wide_x, wide_w)
        _add(events, kind, (op, name), first)
        _add(events, "select", (op, name), choice_events(candidate, acc, result))
    values = (
        np.broadcast_to(classes(block.x, x_fmt).T[:, :, None], shape).reshape(shape[0], -1),
        np.broadcast_to(classes(block.w, w_fmt)[:, None, :], shape).reshape(shape[0], -1),
        classes(acc, Format.FP16),
    )
    for places, hits in _met(values):
        events["step", (op, name, *places)] += hits
    if z_fmt is not Format.FP16:
        _add(events, "narrow", (z_fmt.name,), narrow_events(result[-1], z_fmt))
    return events


def _add(events: Counter[Event], kind: str, names: tuple[str, ...], flags: Mapping[str, Flags]) -> None:
    for name, each in flags.items():
        hits = int(np.count_nonzero(each))
        if hits:
            events[kind, (*names, name)] += hits


def _met(values: tuple[NDArray[np.uint8], ...]) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Classes of x, w and accumulator that met, and how often."""
    width = len(CLASSES)
    x, w, acc = values
    places = (x.astype(np.intp) * width + w) * width + acc
    hits = np.bincount(places.reshape(-1), minlength=width**3)
    for place in np.flatnonzero(hits).tolist():
        yield (
            (CLASSES[place // width**2], CLASSES[place // width % width], CLASSES[place % width]),
            int(hits[place]),
        )


def _candidates(op: Op, x: fp16.Fp16, w: fp16.Fp16) -> tuple[fp16.Fp16, str, dict[str, Flags]]:
    """Results of the first operation of those with two, the kind of its events, and these."""
    if op in _ADDS:
        result = fp16.add(x, w)
        return result, "add", sum_events(x, w, result)
    if op in _MULS:
        result = fp16.mul(x, w)
        return result, "mul", product_events(x, w, result)
    result = (fp16.maximum if op is Op.MAXMIN else fp16.minimum)(x, w)
    return result, "order", choice_events(w, x, result)
