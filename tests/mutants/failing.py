# SPDX-License-Identifier: Apache-2.0
"""A directed test that any device fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tb.sequences.directed import DirectedTest

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv


class Fails(DirectedTest):
    """Fails for no reason."""

    jobs: ClassVar[int] = 0

    async def run(self, env: RedmuleEnv) -> None:
        """Report a failure."""
        env.recorder.check(False, "nothing is right")
