# SPDX-License-Identifier: Apache-2.0
"""Bytes that are right although the model has others: what a device's traits leave open."""

import numpy as np
import numpy.typing as npt

from models.formats import Bits, Format, widen
from models.fp16 import is_nan
from models.layout import load
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.stimulus.image import initial_image, predict, undefined

Mask = npt.NDArray[np.bool_]
Image = npt.NDArray[np.uint8]


def open_bytes(scenario: Scenario, actual: Image, traits: Traits = CONTRACT) -> Mask | None:
    """Mark the bytes of a window that nothing is said of, or that are right in their own way.

    Args:
        scenario: Scenario that ran.
        actual: Memory of the device after the last event; uint8, shape (window.size,).
        traits: Deviations of the device.

    Returns:
        Boolean array of the shape of `actual`; None if every byte has to be the model's.
    """
    loose = undefined(scenario, traits)
    if traits.nan == "canonical" and traits.minmax_zeros == "ordered":
        return loose
    free = _FreeValues(scenario, traits).accepted(actual)
    return free if loose is None else free | loose


class _FreeValues:
    """Results of which more than one value is right, followed through the jobs of a scenario."""

    def __init__(self, scenario: Scenario, traits: Traits) -> None:
        self._jobs, self._base, self._traits = scenario.jobs, scenario.window.base, traits
        self._owner = np.zeros(
            scenario.window.size, np.int32
        )  # 1 + the job that wrote a byte of such a result
        self._tainted = np.zeros(scenario.window.size, np.bool_)
        self._state = initial_image(scenario)
        for position, job in enumerate(scenario.jobs):
            if not job.empty:
                self._run(position, job)

    def accepted(self, actual: Image) -> Mask:
        """Mark the bytes that depend on such a result, and those of each one that has a right value."""
        mask = self._tainted.copy()
        for position, job in enumerate(self._jobs):
            if job.empty:
                continue
            expected, got = (self._elements(image, job) for image in (self._state, actual))
            right = (_nans(expected, job.z_fmt) & _nans(got, job.z_fmt)) | (_zeros(expected) & _zeros(got))
            places = self._places(job)[right.reshape(-1)]
            mask[places[self._owner[places] == 1 + position]] = True
        return mask

    def _run(self, position: int, job: Job) -> None:
        tainted = any(self._uncertain(*each, job) for each in zip("xwy", job.formats, strict=True))
        self._state = predict(self._state, (job,), self._base, traits=self._traits)
        z, places = self._elements(self._state, job), self._places(job)
        free = np.zeros(z.shape, np.bool_)
        if self._traits.nan == "any":
            free |= _nans(z, job.z_fmt)
        if self._traits.minmax_zeros == "any" and not job.op.is_fma:
            free |= _zeros(z)
        self._owner[places] = np.where(free.reshape(-1, 1), 1 + position, 0)
        self._tainted[places] = tainted

    def _uncertain(self, name: str, fmt: Format, job: Job) -> bool:
        """Tell whether an operand has an element that is not known: all but a whole NaN of its format."""
        first, length = getattr(job, f"{name}_range")
        if not length or (name == "y" and not job.op.reads_y):
            return False
        start = first - self._base
        owners = self._owner[start : start + length : job.spread(fmt)]
        if self._tainted[start : start + length : job.spread(fmt)].any():
            return True
        for owner in np.unique(owners[owners > 0]).tolist():
            writer = self._jobs[owner - 1]
            same_grid = (first - writer.z_addr) % writer.element_bytes(writer.z_fmt) == 0
            places = start + np.flatnonzero(owners == owner) * job.spread(fmt)
            written = self._elements(self._state, writer)
            nan = np.repeat(_nans(written, fmt).reshape(-1), fmt.itemsize) if fmt is writer.z_fmt else None
            if (
                not same_grid
                or nan is None
                or not nan[np.isin(self._places(writer).reshape(-1), places)].all()
            ):
                return True
        return False

    def _elements(self, image: Image, job: Job) -> Bits:
        return load(image, job.z_addr - self._base, job.m, job.k, job.z_fmt, job.spread(job.z_fmt))

    def _places(self, job: Job) -> npt.NDArray[np.int64]:
        """Indices of the bytes of Z's elements; shape (elements, bytes of one)."""
        size = job.z_fmt.itemsize
        firsts = job.z_addr - self._base + np.arange(job.m * job.k) * job.element_bytes(job.z_fmt)
        return firsts[:, None] + np.arange(size)


def _nans(bits: Bits, fmt: Format) -> Mask:
    return is_nan(widen(bits, fmt))


def _zeros(bits: Bits) -> Mask:
    zero: Mask = (bits << 1).astype(bits.dtype) == 0
    return zero
