# SPDX-License-Identifier: Apache-2.0
"""Ratchets that hold the serial device, under the name of the faulty one, to changed cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from regressions.baseline import record
from regressions.baseline.jobs import scenarios
from regressions.baseline.ratchet import Ratchet

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor

CHANGED = "left_n"


class AsSerial(Ratchet):
    """Held to the baseline of the serial device; causes are named as by the faulty device's probe."""

    more = 0

    def kept(self, device: Descriptor) -> record.Device:
        """Kept cycles of the device, made up."""
        serial = record.read()["serial"]
        names = set(scenarios(device))
        jobs = [
            replace(job, cycles=job.cycles + (self.more if job.scenario == CHANGED else 0))
            for job in serial.jobs
            if job.scenario in names
        ]
        return replace(serial, jobs=jobs)


class Slower(AsSerial):
    """The job took a cycle less before."""

    more = -1


class Faster(AsSerial):
    """The job took a cycle more before."""

    more = 1


class OtherInstance(AsSerial):
    """The device was another instance before."""

    def kept(self, device: Descriptor) -> record.Device:
        """Kept cycles of the device, made up."""
        return replace(super().kept(device), instance="4x12x3 DW256")
