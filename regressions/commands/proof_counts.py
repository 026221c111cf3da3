# SPDX-License-Identifier: Apache-2.0
"""``make prove COUNT=1``: arithmetic counted out, case by case, in parts that are kept."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from regressions.errors import UserError
from regressions.order import Order
from regressions.paths import relative
from regressions.proof.counting.cases import COUNTS, Count
from regressions.proof.counting.count import Libraries, compile_libraries, first_difference
from regressions.proof.counting.progress import (
    CHUNK,
    KEPT,
    KeptCount,
    Progress,
    cases_of,
    chunks,
    read_kept,
    read_progress,
    write_kept,
    write_progress,
)
from regressions.provenance import git_revision
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.simulators import get_simulator

_BY_NAME = {count.name: count for count in COUNTS}


def count_out(order: Order, console: Console) -> int:
    """Count the cases of all counts, or of those asked for by name; of each, this machine has its shard.

    Returns:
        1 if not all agree in some case, else 0.

    Raises:
        UserError: No count has such a name, or a unit cannot be compiled.
    """
    wanted = order.tests.split(",") if order.tests else ["*"]
    chosen = [count for count in COUNTS if any(fnmatchcase(count.name, one) for one in wanted)]
    if not chosen:
        raise UserError(f"TESTS={order.tests}: no count of this name; there are {', '.join(_BY_NAME)}")
    folder = order.tree.root / "proof" / "counts"
    libraries = compile_libraries(get_simulator(), folder)
    kept, wrong = read_kept(), 0
    for count in chosen:
        mine = order.shard.take(range(chunks(count)), lambda _: 1)
        file = folder / f"{count.name}-{order.shard.number}-{order.shard.count}.json"
        progress = _count(count, mine, libraries, file, order.processes)
        cases = cases_of(count, progress.done)
        wrong += bool(progress.difference)
        said = progress.difference or "unit, exact integers and model agree in all of them"
        console.print(
            f"{count.name}: {count.about}: {cases} of {count.cases} cases in {progress.seconds:.0f} s of "
            f"processor time: {said}",
            style="bold red" if progress.difference else "",
            highlight=False,
        )
        if order.keep and not progress.difference:
            before = kept.get(count.name)
            if before is None or before.cases <= cases:
                kept[count.name] = KeptCount(cases, count.cases, git_revision(), round(progress.seconds))
    if order.keep:
        write_kept(kept)
        console.print(f"kept: {relative(KEPT)}; review its changes and commit them", highlight=False)
    return EXIT_FAILED if wrong else EXIT_PASSED


def _count(count: Count, mine: Sequence[int], libraries: Libraries, file: Path, processes: int) -> Progress:
    """Count the chunks that are not done, and note each."""
    progress = read_progress(file, libraries.digest)
    if progress.difference:
        progress = Progress(libraries.digest, [])
    left = [number for number in mine if number not in set(progress.done)]
    for number, seconds, difference in _results(count, left, libraries, processes):
        progress.seconds = round(progress.seconds + seconds, 2)
        progress.difference = progress.difference or difference
        if not difference:
            progress.done.append(number)
        write_progress(file, progress)
        if difference:
            break
    return progress


def _results(
    count: Count, left: Sequence[int], libraries: Libraries, processes: int
) -> Iterator[tuple[int, float, str]]:
    if processes == 1 or len(left) < 2:
        yield from (_chunk(count.name, number, libraries) for number in left)
        return
    # Not forked: a process of threads and loaded models would go on in a half of them.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_chunk, count.name, number, libraries) for number in left]
        try:
            for each in as_completed(waiting):
                yield each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _chunk(name: str, number: int, libraries: Libraries) -> tuple[int, float, str]:
    """Count a chunk: its number, seconds of processor time, and the first difference, in words."""
    start, count = time.process_time(), _BY_NAME[name]
    end = min((number + 1) * CHUNK, count.cases)
    found = first_difference(count, number * CHUNK, end, libraries)
    return number, time.process_time() - start, str(found) if found else ""
