# SPDX-License-Identifier: Apache-2.0
"""Faults: what becomes of an upset in each register of a device in each cycle of a job (docs/faults.md)."""
