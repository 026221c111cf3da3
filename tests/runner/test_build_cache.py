# SPDX-License-Identifier: Apache-2.0
"""The cache of builds is bounded: the builds used longest ago go, those in use or in the making stay."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regressions.paths import ROOT
from regressions.simulators import cache
from regressions.simulators.cache import build_once, prune

SIZE = 1000
# Another process: makes or finds builds, says so, and lives until its input ends.
USER = """
import sys
from pathlib import Path
from regressions.simulators.cache import build_once
for name in sys.argv[2:]:
    build_once(Path(sys.argv[1]), name, "key", lambda folder: (folder / "program").write_bytes(bytes(1000)))
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def using(root: Path, *names: str) -> Iterator[None]:
    """Builds that another process has asked for, in that order, and that it uses inside."""
    command = [sys.executable, "-c", USER, str(root), *names]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout.readline() == b"ready\n"
        yield
        user.stdin.close()
        assert user.wait() == 0


def used(root: Path, **times: int) -> None:
    """Says when builds were used last."""
    for name, seconds in times.items():
        os.utime(root / f"{name}-key.lock", (seconds, seconds))


def kept(root: Path) -> set[str]:
    """Names of the builds that are there, whole or not."""
    return {path.name.removesuffix("-key") for path in root.iterdir() if path.is_dir()}


def test_what_was_used_longest_ago_goes_until_the_rest_fits(tmp_path: Path) -> None:
    with using(tmp_path, "a", "b", "c", "d"):
        pass
    used(tmp_path, a=400, b=100, c=300, d=200)
    assert prune(tmp_path, 5 * SIZE) == []
    assert [path.name for path in prune(tmp_path, 3 * SIZE)] == ["b-key", "d-key"]
    assert kept(tmp_path) == {"a", "c"}


def test_finding_a_build_counts_as_its_use(tmp_path: Path) -> None:
    with using(tmp_path, "a", "b"):
        pass
    used(tmp_path, a=100, b=200)
    with using(tmp_path, "a"):
        pass
    prune(tmp_path, 2 * SIZE)
    assert kept(tmp_path) == {"a"}


def test_a_build_in_use_stays_and_goes_once_its_user_has_ended(tmp_path: Path) -> None:
    with using(tmp_path, "a", "b"), using(tmp_path, "a"):
        used(tmp_path, a=100, b=200)
        assert prune(tmp_path, 0) == []
    with using(tmp_path, "a"):
        assert [path.name for path in prune(tmp_path, 0)] == ["b-key"]
        assert (tmp_path / "a-key" / "program").stat().st_size == SIZE
    assert [path.name for path in prune(tmp_path, 0)] == ["a-key"]
    assert kept(tmp_path) == set()


def test_a_build_that_was_made_anew_stays_too(tmp_path: Path) -> None:
    """As after `make clean` in the middle of a run: the process looks it up again."""

    def make(folder: Path) -> None:
        (folder / "program").touch()

    build_once(tmp_path, "a", "key", make)
    (tmp_path / "a-key" / ".complete").unlink()
    assert build_once(tmp_path, "a", "key", make)[1] is False
    assert prune(tmp_path, 0) == []
    assert build_once(tmp_path, "a", "key", make)[1] is True


def test_a_damaged_build_is_made_again(tmp_path: Path) -> None:
    def whole(folder: Path) -> bool:
        return (folder / "program").stat().st_size == SIZE

    def made() -> bool:
        return not build_once(tmp_path, "a", "key", lambda folder: put(folder / "program"), whole)[1]

    assert made()
    assert not made()
    (tmp_path / "a-key" / "program").write_bytes(b"")
    (tmp_path / "a-key" / "other").touch()
    assert made()
    assert not (tmp_path / "a-key" / "other").exists()


def test_a_build_that_is_made_or_looked_up_stays(tmp_path: Path) -> None:
    with using(tmp_path, "a"):
        pass
    (tmp_path / "b-key").mkdir()
    (tmp_path / "b-key" / "half.o").write_bytes(bytes(SIZE))
    with (tmp_path / "a-key.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert prune(tmp_path, 0) == []
    assert (tmp_path / "b-key" / "half.o").exists(), "its compiler is still at work"
    assert [path.name for path in prune(tmp_path, 0)] == ["a-key"]


def test_a_dropped_build_is_made_again(tmp_path: Path) -> None:
    with using(tmp_path, "a"):
        pass
    prune(tmp_path, 0)
    with using(tmp_path, "a"):
        assert (tmp_path / "a-key" / "program").stat().st_size == SIZE


def test_a_new_build_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with using(tmp_path, "a", "b"):
        pass
    used(tmp_path, a=100, b=200)
    monkeypatch.setattr(cache, "LIMIT", 2 * SIZE + 100)
    _, cached = build_once(tmp_path, "c", "key", lambda folder: put(folder / "program"))
    assert not cached
    assert kept(tmp_path) == {"b", "c"}


def put(file: Path) -> None:
    """Writes the program of a build."""
    file.write_bytes(bytes(SIZE))
