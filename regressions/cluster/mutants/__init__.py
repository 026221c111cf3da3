# SPDX-License-Identifier: Apache-2.0
"""Deliberate defects of the cluster (docs/mutants.md)."""
