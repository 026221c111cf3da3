# SPDX-License-Identifier: Apache-2.0
"""Tests of the kept cycles: the file, the comparison, and that a device is held to it."""
