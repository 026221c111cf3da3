# SPDX-License-Identifier: Apache-2.0
"""Tests of the cluster: its parts alone, its software, and programs on it."""
