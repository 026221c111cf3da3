# SPDX-License-Identifier: Apache-2.0
"""``make cluster``: random tests of clusters of several sizes, and the figures of programs on the largest."""

import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from regressions.commands import Options
from regressions.errors import UserError, unknown
from regressions.machine import check_tools
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.simulators.cluster import build_cluster
from regressions.summary import write_json
from tb.cluster.config import ClusterConfig
from tb.cluster.random_tasks import PROGRAM, SOFTWARE, draw_software, draw_task

CONFIGS = {
    "1": ClusterConfig(cores=1, fpu=False),
    "2": ClusterConfig(cores=2, fpu=False, l2_bytes=1024 * 1024),
    "8": ClusterConfig(),
}
"""Clusters by their name on the command line. Those of two and of eight cores are also those of the tests."""

TESTS = {
    "smoke": {"2": 6},
    "pr": {"2": 30, "8": 8},
    "nightly": {"1": 40, "2": 400, "8": 200},
}
"""How many random tests of which cluster a tier runs."""


def cluster(options: Options, services: Services, console: Console) -> int:
    """Runs random tests; with ``SCALING=1`` measures the figures too.

    Every test runs, also after one has failed, which prints what was wrong and the command that repeats it.
    """
    del services
    check_tools()
    seed = options.chosen_seed
    console.print(f"random tests of the cluster, SEED={seed}")
    results: list[dict[str, object]] = []
    for name, numbers in _chosen(options).items():
        results += _run(options, name, numbers, seed, console)
    failed = [result for result in results if result["problems"]]
    options.tree.reports.mkdir(parents=True, exist_ok=True)
    path = options.tree.reports / "cluster.json"
    write_json(path, {"seed": seed, "tier": options.tier.name, "tests": results})
    console.print(f"{len(results) - len(failed)} of {len(results)} passed: {relative(path)}")
    if options.scaling:
        from regressions.cluster.figures import keep, measure

        measured = measure(CONFIGS["8"], options.tree.root / "cluster", console)
        console.print(f"figures: {relative(keep(measured, git_revision(), options.tree.bench))}")
    return EXIT_FAILED if failed else EXIT_PASSED


def _chosen(options: Options) -> dict[str, Iterator[int]]:
    """Numbers of the tests to run, by cluster: one, all of a tier, or as many as a time allows."""
    if options.test:
        name, _, number = options.test.partition(":")
        if name not in CONFIGS:
            raise unknown("cluster", name, CONFIGS, "TEST=")
        if not number.isdecimal():
            raise UserError(f"TEST={options.test}: name a cluster and a test, such as TEST=8:17")
        return {name: iter([int(number)])}
    counts = TESTS[options.tier.name]
    if options.soak_seconds is None:
        return {name: iter(range(count)) for name, count in counts.items()}
    share = options.soak_seconds / len(counts)
    return {name: _until(time.monotonic() + share * (i + 1)) for i, name in enumerate(counts)}


def _until(end: float) -> Iterator[int]:
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


def _run(
    options: Options, name: str, numbers: Iterator[int], seed: int, console: Console
) -> Iterator[dict[str, object]]:
    config = CONFIGS[name]
    logs: Path = options.tree.logs
    executable = build_cluster(config, logs / f"{config.name}.log")
    program = build_program(PROGRAM, logs / f"sw-{PROGRAM}.log")
    software = build_program(SOFTWARE, logs / f"sw-{SOFTWARE}.log") if config.fpu else None
    for number in numbers:
        if software is not None and number % 2:
            drawn = draw_software(seed, number, config, software)
        else:
            drawn = draw_task(seed, number, config, program)
        outcome = run_task(executable, config, drawn.task, options.tree.root / "cluster" / f"{name}-{number}")
        problems = drawn.problems(outcome)
        if problems:
            console.print(f"failed: make cluster SEED={seed} TEST={name}:{number}", style="bold red")
            for problem in problems:
                console.print(f"  {problem}", markup=False)
        yield {
            "cluster": config.name,
            "program": drawn.task.program.path.stem,
            "number": number,
            "harts": drawn.task.cores,
            "jobs": len(drawn.scenario.jobs),
            "arbitration": [drawn.task.arbitration.numerator, drawn.task.arbitration.denominator],
            "wide_first": drawn.task.arbitration.wide_first,
            "cycles": outcome.log["cycles"],
            "wide_waits": outcome.log["wide_waits"],
            "problems": problems,
        }
