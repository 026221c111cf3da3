# SPDX-License-Identifier: Apache-2.0
"""Functional coverage of a run: merged, measured, reported, closed (docs/coverage.md)."""
