# SPDX-License-Identifier: Apache-2.0
"""``make sw``: all programs of the cluster, or those named; ``make cluster``: their figures."""

from fnmatch import fnmatch

from rich.console import Console

from regressions.cluster.firmware import build_program, programs, uses_fpu
from regressions.cluster.sizes import CONTRACT
from regressions.errors import unknown
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_PASSED
from regressions.services import Services


def sw(order: Order, services: Services, console: Console) -> int:
    """Builds programs."""
    del services
    names = [name for name in programs() if _chosen(name, order.tests)]
    if not names:
        raise unknown("program", order.tests, programs(), "TESTS")
    for name in names:
        program = build_program(name, order.tree.logs / f"sw-{name}.log")
        size = sum(len(data) for _, data in program.segments)
        cores = "cores with an FPU" if uses_fpu(name) else "all cores"
        console.print(f"{name:12} {size:6} bytes, for {cores:17}  {relative(program.path)}")
    return EXIT_PASSED


def cluster(order: Order, services: Services, console: Console) -> int:
    """Measures the programs beside each other on the contract's cluster."""
    # Imported here: the model loads numpy, for which other commands do not wait.
    from regressions.cluster.figures import keep, measure
    from tb.cluster.config import cluster_of
    from tb.descriptor import load

    del services
    check_tools()
    console.print(f"figures of programs on {CONTRACT}")
    measured = measure(cluster_of(load(CONTRACT)), order.tree.root / "cluster", console)
    console.print(f"figures: {relative(keep(measured, git_revision(), order.tree.bench))}")
    return EXIT_PASSED


def _chosen(name: str, patterns: str) -> bool:
    return not patterns or any(fnmatch(name, pattern.strip()) for pattern in patterns.split(","))
