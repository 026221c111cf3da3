# SPDX-License-Identifier: Apache-2.0
"""Memory map of the cluster, from ``rtl/cluster/cluster.rdl``."""

from tb.paths import ROOT
from tb.registers.constants import constants

RDL = ROOT / "rtl" / "cluster" / "cluster.rdl"
"""The one source of addresses, registers and fields of a cluster."""

CONSTANTS = constants(RDL, sorted((ROOT / "rtl").rglob("*.rdl")))
"""Addresses, offsets and fields by the names that C and C++ use too (`tb.registers.constants`)."""

TCDM = CONSTANTS["TCDM_ADDRESS"]
PERIPHERALS = CONSTANTS["PERIPHERALS_ADDRESS"]
CODE = CONSTANTS["CODE_ADDRESS"]
L2 = CONSTANTS["L2_ADDRESS"]

BOOT = CODE + 0x80
"""First instruction of every program, behind the trap vectors."""

FIRMWARE_BYTES = 12 * 1024
"""Start of the TCDM that belongs to the program."""

OPERANDS = TCDM + FIRMWARE_BYTES
"""First byte of the TCDM that is not the program's own."""
