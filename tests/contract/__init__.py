# SPDX-License-Identifier: Apache-2.0
"""Tests that hold the contract, the code and the documents together."""
