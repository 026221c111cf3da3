# SPDX-License-Identifier: Apache-2.0
"""Deliberate defects in the hardware, each of which the bench has to find (docs/mutants.md)."""
