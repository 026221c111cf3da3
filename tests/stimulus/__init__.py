# SPDX-License-Identifier: Apache-2.0
"""Tests of the stimulus; a package so that they can share `devices`."""
