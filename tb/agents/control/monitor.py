# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the register port."""

from __future__ import annotations

from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.dpi.bindings import BenchHandle


class ControlMonitor(uvm_monitor):
    """Publishes the answered accesses of a scenario as one array."""

    def __init__(self, name: str, parent: uvm_component, handle: BenchHandle) -> None:
        super().__init__(name, parent)
        self._handle = handle

    def build_phase(self) -> None:
        """Make the analysis port."""
        self.access_port = uvm_analysis_port("access_port", self)

    def collect(self) -> None:
        """Publish what was logged; the array is a view that lives until the logs are cleared."""
        self.access_port.write(self._handle.periph_log())
