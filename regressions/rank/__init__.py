# SPDX-License-Identifier: Apache-2.0
"""Ranking of tests by what they add per second, and the tier that fits into a time."""
