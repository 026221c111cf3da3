# SPDX-License-Identifier: Apache-2.0
"""Tests that hold the contract and what stands for it together."""
