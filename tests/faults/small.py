# SPDX-License-Identifier: Apache-2.0
"""The small job of these tests, and a device in the loop with it."""

from functools import cache
from pathlib import Path

from models.ops import Op
from regressions.faults.injection import FaultLoop, FaultMap
from regressions.simulators import get_simulator
from tb.descriptor import load
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.stimulus.placement import DEFAULT_BASE

JOB = Job(
    op=Op.GEMM,
    m=2,
    n=3,
    k=2,
    x_addr=DEFAULT_BASE,
    w_addr=DEFAULT_BASE + 256,
    z_addr=DEFAULT_BASE + 512,
    data_seed=8,  # all registers are written in order
)
SCENARIO = Scenario(0, (JOB,), Window(DEFAULT_BASE, 4096), poison_seed=8)
FOLDER = Path(__file__).resolve().parents[2] / "build" / "tests" / "faults"


@cache
def small_loop() -> FaultLoop:
    """The serial device in the loop."""
    return FaultLoop(load("serial"), get_simulator(), SCENARIO, FOLDER)


@cache
def small_map() -> FaultMap:
    """All upsets of it."""
    return small_loop().exhaust(1)
