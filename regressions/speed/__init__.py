# SPDX-License-Identifier: Apache-2.0
"""``make bench``: speed of the model, of the simulation and of the accelerator."""

from regressions.speed.command import bench

__all__ = ["bench"]
