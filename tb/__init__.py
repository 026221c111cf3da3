# SPDX-License-Identifier: Apache-2.0
"""Testbench of the RedMulE matrix engine: stimulus, agents, register model, environment and tests."""
