# SPDX-License-Identifier: Apache-2.0
"""Defects of model and bench: what watches the hardware, watched by its own tests (docs/mutants.md)."""
