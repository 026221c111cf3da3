# SPDX-License-Identifier: Apache-2.0
"""Memory map of the cluster, as programs and the bench use it; the same numbers as in `cluster_pkg.sv`."""

from __future__ import annotations

from tb.descriptor import ROOT

TCDM = 0x1000_0000
TCDM_TAS = 0x1010_0000
PERIPHERALS = 0x1020_0000
EVENT_UNIT_PRIVATE = 0x1020_4000
CODE = 0x1A00_0000
L2 = 0x1C00_0000

BOOT = CODE + 0x80
"""First instruction of every program, behind the trap vectors."""

FIRMWARE_BYTES = 12 * 1024
"""Start of the TCDM that belongs to the program; operands come behind it."""

REGISTERS = {
    "control_unit": (PERIPHERALS, ROOT / "rtl" / "cluster" / "control_unit.rdl"),
    "timer": (PERIPHERALS + 0x400, ROOT / "rtl" / "cluster" / "timer.rdl"),
    "event_unit": (PERIPHERALS + 0x800, ROOT / "rtl" / "cluster" / "event_unit.rdl"),
    "redmule": (PERIPHERALS + 0x1000, ROOT / "rtl" / "redmule.rdl"),
    "dma": (PERIPHERALS + 0x1800, ROOT / "rtl" / "cluster" / "dma.rdl"),
}
"""Address and register description of each peripheral."""
