# SPDX-License-Identifier: Apache-2.0
"""Functional coverage of jobs, accesses and steps (docs/coverage.md). No cocotb, no pyuvm."""

CLOSING = "coverage_closing"
"""The sequence that closes coverage, as test lists name it: it runs after all others of a run."""
