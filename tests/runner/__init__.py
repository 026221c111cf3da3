# SPDX-License-Identifier: Apache-2.0
"""Tests of the runner, against a simulation of a simulation."""
