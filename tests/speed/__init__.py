# SPDX-License-Identifier: Apache-2.0
"""Tests of `make bench`: the measured work is the same, and the written file; never the speed itself."""
