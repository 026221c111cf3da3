# SPDX-License-Identifier: Apache-2.0
"""Tests of what runner and simulation tell each other."""
