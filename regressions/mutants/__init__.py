# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: deliberate defects in the hardware, each of which has to be found."""

from regressions.mutants.command import mutants

__all__ = ["mutants"]
