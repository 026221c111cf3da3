# SPDX-License-Identifier: Apache-2.0
"""Processors and memory that are left to a process by its control groups, of both versions."""

import os
from pathlib import Path

import pytest

from regressions import limits
from regressions.limits import free_memory, processors
from regressions.order import Order

MEGABYTE = 1 << 20
ONE = {"self/cgroup": "5:cpu,cpuacct:/job\n4:memory:/box/job\n0::/\n"}
TWO = {"self/cgroup": "0::/box/job\n"}
FREE = {"meminfo": f"MemTotal: 9999999 kB\nMemAvailable:    {8 * 1024} kB\n"}


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder in whose `proc` and `groups` the system says what there is; eight processors."""
    monkeypatch.setattr(limits, "PROC", tmp_path / "proc")
    monkeypatch.setattr(limits, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(limits.os, "sched_getaffinity", lambda _: range(8))
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("proc", "groups", "expected"),
    [
        ({}, {}, 8),
        (TWO, {"box/job/cpu.max": "max 100000\n"}, 8),
        (TWO, {"box/job/cpu.max": "250000 100000\n"}, 2),
        (TWO, {"box/cpu.max": "300000 100000\n", "box/job/cpu.max": "max 100000\n"}, 3),
        (TWO, {"cpu.max": "50000 100000\n"}, 1),
        (TWO, {"cpu.max": "1600000 100000\n"}, 8),
        (
            ONE,
            {"cpu,cpuacct/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            4,
        ),
        (ONE, {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}, 8),
    ],
)
def test_processors_are_those_of_affinity_and_quota(
    system: Path, proc: dict[str, str], groups: dict[str, str], expected: int
) -> None:
    write(system / "proc", proc)
    write(system / "groups", groups)
    assert processors() == expected
    assert Order().processes == expected


@pytest.mark.parametrize(
    ("proc", "groups", "expected"),
    [
        ({}, {}, None),
        (FREE, {}, 8),
        (FREE | TWO, {"box/job/memory.max": "max\n", "box/job/memory.current": "4096\n"}, 8),
        (
            FREE | TWO,
            {
                "box/memory.max": f"{6 * MEGABYTE}\n",
                "box/memory.current": f"{5 * MEGABYTE}\n",
                "box/memory.stat": f"anon 7\ninactive_file {2 * MEGABYTE}\n",
            },
            3,
        ),
        (
            FREE | ONE,
            {
                "memory/memory.limit_in_bytes": f"{6 * MEGABYTE}\n",
                "memory/memory.usage_in_bytes": f"{5 * MEGABYTE}\n",
                "memory/memory.stat": f"inactive_file 0\ntotal_inactive_file {MEGABYTE}\n",
            },
            2,
        ),
    ],
)
def test_memory_is_what_machine_and_groups_leave(
    system: Path, proc: dict[str, str], groups: dict[str, str], expected: int | None
) -> None:
    write(system / "proc", proc)
    write(system / "groups", groups)
    assert free_memory() == (None if expected is None else expected * MEGABYTE)


def test_this_machine_has_both() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)
    assert free_memory()
