# SPDX-License-Identifier: Apache-2.0
"""Tests of `make bench`: what it measures is the same work, and what it writes; never how fast it was."""
