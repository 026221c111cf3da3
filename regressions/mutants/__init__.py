# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: finds out whether the bench finds deliberate defects in the hardware."""

from regressions.mutants.command import mutants

__all__ = ["mutants"]
