# SPDX-License-Identifier: Apache-2.0
"""Regressions: test lists, planning, simulation processes, records, replay and reports."""
