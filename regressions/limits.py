# SPDX-License-Identifier: Apache-2.0
"""Processors and memory that this process may use: what the machine has and its control groups leave."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")


def processors() -> int:
    """Count the processors that this process may keep busy: by affinity and quota, at least one."""
    counts = [float(len(os.sched_getaffinity(0)))]
    for folder in _groups("cpu"):
        # Version 2 of control groups has both in one file.
        quota = _numbers(folder, "cpu.max") or _numbers(folder, "cpu.cfs_quota_us")
        period = _numbers(folder, "cpu.max")[1:] or _numbers(folder, "cpu.cfs_period_us")
        if quota and period:
            counts.append(quota[0] / period[0])
    return max(1, int(min(counts)))


def free_memory() -> int | None:
    """Return how many bytes of memory this process may still take; None if the system does not tell."""
    rooms = [1024 * kilobytes for kilobytes in _entry(PROC / "meminfo", "MemAvailable")]
    for folder in _groups("memory"):
        limit = _numbers(folder, "memory.max") or _numbers(folder, "memory.limit_in_bytes")
        used = _numbers(folder, "memory.current") or _numbers(folder, "memory.usage_in_bytes")
        if limit and used:
            # What files have of it is given back when it is needed.
            cached = _entry(folder / "memory.stat", "(?:total_)?inactive_file")
            rooms.append(limit[0] - used[0] + max(cached, default=0))
    return max(0, min(rooms)) if rooms else None


def _groups(controller: str) -> Iterator[Path]:
    """Folders of the control groups of this process, with those above them."""
    for line in _text(PROC / "self" / "cgroup").splitlines():
        number, controllers, place = line.split(":", 2)
        if number != "0" and controller not in controllers.split(","):
            continue
        root = GROUPS if number == "0" else GROUPS / controllers
        group = Path(place.lstrip("/"))
        # A container may see its own group as the root, under the name that it has outside.
        yield from (root / above for above in (group, *group.parents))


def _numbers(folder: Path, name: str) -> tuple[int, ...]:
    """Numbers of a file; none if it says that there is no limit, or is not there."""
    words = _text(folder / name).split()
    return tuple(map(int, words)) if words and all(word.isdigit() for word in words) else ()


def _entry(file: Path, name: str) -> list[int]:
    return [int(found) for found in re.findall(rf"^{name}:? +(\d+)", _text(file), re.MULTILINE)]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
