# SPDX-License-Identifier: Apache-2.0
"""Jobs and scenarios for tests of the scoreboard's checks on hand-made logs."""

from msgspec.structs import replace

from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario, Window

BASE = 0x2000
X, W, Z = BASE + 0x101, BASE + 0x200, BASE + 0x302
JOB = Job(Op.GEMM, 2, 3, 4, X, W, Z, core=2)
OTHER = Job(Op.MATMUL, 2, 2, 2, BASE + 0x800, BASE + 0x900, BASE + 0xA00, core=5)
EMPTY = replace(OTHER, m=0)


def scenario(*jobs: Job) -> Scenario:
    """A scenario of these jobs."""
    return Scenario(0, jobs, Window(BASE, 0x1000))


def names(findings: list[Finding]) -> list[str]:
    """The checkers that fired."""
    return [finding.checker for finding in findings]
