# SPDX-License-Identifier: Apache-2.0
"""Tests of everything: `make test` runs them."""
