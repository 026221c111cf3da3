# SPDX-License-Identifier: Apache-2.0
"""Closes functional coverage: a scenario made for each bin (docs/coverage.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tb.coverage.closing import ClosingStream
from tb.descriptor import Descriptor
from tb.sequences.base import GemmOpSequence


class CoverageClosing(GemmOpSequence):
    """Scenarios that hit the bins of their numbers."""

    def make_stream(
        self, name: str, seed: int, knobs: Mapping[str, Any], descriptor: Descriptor
    ) -> ClosingStream:
        """Make the stream of scenarios that close coverage."""
        return ClosingStream(name, seed, knobs, descriptor)
