# SPDX-License-Identifier: Apache-2.0
"""Processor time of a run by what it went for: what counts, since regressions keep all processors busy."""

import resource
import time
from collections import Counter
from collections.abc import Mapping

RUNNER, OTHERS = "runner", "other processes"


def of_run(simulations: Counter[str]) -> Counter[str]:
    """Add what the runner and its other processes took, in seconds, to what simulations say of themselves.

    Other processes are compilers, and simulations between their last segment and their end, or without one.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    others = children.ru_utime + children.ru_stime - simulations.total()
    spent = simulations + Counter({RUNNER: time.process_time(), OTHERS: max(0.0, others)})
    return Counter({name: round(seconds, 3) for name, seconds in spent.items()})


def in_words(spent: Mapping[str, float]) -> str:
    """Make one line of processor times: the whole, and the shares, the largest first."""
    whole = sum(spent.values())
    ranked = sorted(spent.items(), key=lambda each: -each[1])
    shares = ", ".join(f"{purpose} {seconds / whole:.1%}" for purpose, seconds in ranked if seconds)
    return f"processor time {whole:.1f} s: {shares}"
