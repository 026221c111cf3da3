# SPDX-License-Identifier: Apache-2.0
"""``make mutants`` on defects and a job list of a test's own."""

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from regressions.commands.mutants import mutants
from regressions.order import Order
from regressions.paths import BuildTree
from regressions.services import real_services


def campaign(
    folder: Path,
    device: str,
    defects: str,
    jobs: Sequence[str] = (),
    tests: str = "",
    lists: tuple[Path, ...] = (),
    graded: bool = False,
) -> tuple[int, str, Path]:
    """Run a campaign; return its exit code, its output, and its folder of results.

    `defects` is the text of the file of defects, `own.toml`; `tests` are patterns of those to try. Without
    `jobs` the device's own list runs; `graded` runs all tests with each defect.
    """
    data, list_file = folder / "own.toml", folder / "jobs.toml"
    data.write_text(defects)
    list_file.write_text(f"schema = 1\nseed = 1\njobs = {list(jobs)}\n")
    tree = BuildTree(folder / "build")
    order = Order(
        processes=2,
        dut=device,
        tests=tests,
        lists=lists,
        tree=tree,
        graded=graded,
        data=data,
        job_list=list_file if jobs else None,
    )
    output = io.StringIO()
    console = Console(file=output, width=200, highlight=False)
    code = mutants(order, real_services(1), console)
    return code, output.getvalue(), folder / "build"
