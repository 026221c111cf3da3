# SPDX-License-Identifier: Apache-2.0
"""Tests of the language between runner and simulation."""
