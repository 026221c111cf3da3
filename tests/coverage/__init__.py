# SPDX-License-Identifier: Apache-2.0
"""Functional coverage: definition, sorting, numbers, merging, closing."""
