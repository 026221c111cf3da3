# SPDX-License-Identifier: Apache-2.0
"""Functional coverage: what jobs, accesses and steps have shown (docs/coverage.md). No cocotb, no pyuvm."""
