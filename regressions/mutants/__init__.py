# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: deliberate defects in a device's source, each of which the bench has to find."""

from regressions.mutants.command import mutants

__all__ = ["mutants"]
