# SPDX-License-Identifier: Apache-2.0
"""Tests of the bench itself: every checker must fire, and only when it should."""
