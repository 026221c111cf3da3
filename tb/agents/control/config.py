# SPDX-License-Identifier: Apache-2.0
"""Configuration of the control agent."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tb.agents.control.bfm import DEFAULT_TIMEOUT

CONFIG_KEY = "control_config"
"""Key of a `ControlConfig` in the configuration database; without one the defaults hold."""


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """Settings of a control agent.

    Attributes:
        bus: Name of the port's signals in the bench top, before the underscore.
        timeout: Cycles a request may wait for its grant.
    """

    bus: str = "periph"
    timeout: int = DEFAULT_TIMEOUT


class ControlLog(Protocol):
    """Records of the register port and of the event lines (`tb.dpi.bindings.BenchHandle`)."""

    def periph_log(self) -> npt.NDArray[np.void]:
        """One record a granted access, by cycle of the grant.

        Fields: cycle, add, data, r_data, id, wen, be, answered.
        """

    def event_log(self) -> npt.NDArray[np.void]:
        """One record a change seen on the event lines, by cycle. Fields: cycle, core, line."""
