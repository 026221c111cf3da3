# SPDX-License-Identifier: Apache-2.0
"""Tests that the documents and the prose in the code are true to the tree."""
