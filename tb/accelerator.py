# SPDX-License-Identifier: Apache-2.0
"""The accelerator alone as a kind of devices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tb.coverage import CLOSING
from tb.kinds import DeviceKind

if TYPE_CHECKING:
    from tb.coverage.collector import Collector, Worker
    from tb.coverage.definition import Definition
    from tb.exchange.device import Descriptor
    from tb.uvm_tests.segment import SegmentTest


class Accelerator(DeviceKind):
    """A device behind the contract's ports, in the bench `tb_top`."""

    # Descriptors are read without the libraries of a simulation, so methods import what they need.

    name = "accelerator"
    targets = ("accelerator",)
    tells_events = True

    @property
    def sequences(self) -> Mapping[str, str]:
        """Sequences of jobs."""
        return {
            "gemm_op": "tb.stimulus.stream:ScenarioStream",
            CLOSING: "tb.coverage.closing:ClosingStream",
            "format_encodings": "tb.sequences.encodings:EncodingStream",
        }

    def sequence_of(self, named: Any) -> Any:
        """Return the sequence of a stream of scenarios, or the test of a sequence of register accesses."""
        from tb.stimulus.stream import ScenarioStream

        if isinstance(named, type) and issubclass(named, ScenarioStream):
            from tb.sequences.base import GemmOpSequence, sequence_of

            return sequence_of(named, GemmOpSequence)
        if not isinstance(named, type) or hasattr(named, "runs_on"):
            return named  # it is none of these, without their imports
        from tb.uvm_tests.register_check import RegisterCheckSequence
        from tb.uvm_tests.registers import register_test

        return register_test(named) if issubclass(named, RegisterCheckSequence) else named

    def definition(self, further: tuple[Path, ...] = ()) -> Definition:
        """Read `tb/coverage/covergroups.toml` and further files."""
        from tb.coverage.covergroups import load_definition

        return load_definition(further)

    def coverage(self, definition: Definition, device: Descriptor, worker: Worker, share: int) -> Collector:
        """Open a collector, which sorts in the background."""
        from tb.coverage.collector import Collector

        return Collector(definition, device, worker, share)

    def segment_test(self) -> type[SegmentTest]:
        """Return the test that has scenarios programmed over the register port."""
        from tb.uvm_tests.segment import SegmentTest

        return SegmentTest
