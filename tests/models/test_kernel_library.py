# SPDX-License-Identifier: Apache-2.0
"""The library of compiled kernels: made once, and what happens where there is none."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models import cxx, gemm, kernel, places
from models.kernel import library
from models.ops import Op


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Has the kernels chosen anew, from an empty cache, which is returned."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    kernel._kernel.cache_clear()
    yield tmp_path / "cache"
    kernel._kernel.cache_clear()


def _numpy_serves(capsys: pytest.CaptureFixture[str]) -> str:
    """The lines that are printed until results came from numpy twice."""
    one = np.full((2, 2), 0x3C00, np.uint16)
    for _ in range(2):
        assert gemm.gemm_op(Op.GEMM, one, one, one).tolist() == [[0x4200] * 2] * 2
        assert kernel.kernel() is None
    return capsys.readouterr().err


def test_numpy_on_request(
    afresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(kernel.VARIABLE, "numpy")
    assert _numpy_serves(capsys) == ""
    assert not afresh.exists()
    kernel._kernel.cache_clear()
    monkeypatch.setenv(kernel.VARIABLE, "fortran")
    with pytest.raises(ValueError, match="REDMULE_MODEL=fortran is no model: it may be numpy"):
        kernel.kernel()


def test_numpy_without_a_compiler(
    afresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(cxx, "find_spec", lambda _: None)
    line = _numpy_serves(capsys)
    assert line.count("\n") == 1
    assert ": there is neither g++ nor clang++, nor the Python package ziglang\n" in line
    assert not afresh.exists()


def test_numpy_without_a_folder(afresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    afresh.write_text("")
    line = _numpy_serves(capsys)
    assert line.count("\n") == 1
    assert str(afresh) in line


@pytest.mark.usefixtures("afresh")
def test_numpy_with_a_library_that_does_not_load(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _fake_compiler(tmp_path, monkeypatch)
    line = _numpy_serves(capsys)
    assert line.count("\n") == 1
    assert ".so" in line


def test_a_compiler_that_fails_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "kernel.cpp"
    source.write_text("int right;\nint wrong wrong;\n")
    with pytest.raises(OSError, match=r"kernel\.cpp:2:.*error"):
        library("plain", source, tmp_path)
    assert not list(tmp_path.glob("*.so"))


def test_each_library_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also when several ask at once; another source, header, option or compiler makes another one."""
    log = _fake_compiler(tmp_path, monkeypatch)
    source = tmp_path / "kernel.cpp"
    source.write_text("")
    folder = tmp_path / "deep" / "cache"

    def made(level: str, extra: tuple[str, ...] = ()) -> Path:
        return library(level, source, folder, extra)

    threads = [threading.Thread(target=made, args=["plain"]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.read_text().splitlines() == ["made"]
    paths = {made("plain"), made("plain"), made("avx2"), made("plain", ("-g",))}
    for file, text in ("kernel.cpp", '#include "deep.h"\n'), ("deep.h", "// one\n"), ("deep.h", "// other\n"):
        (tmp_path / file).write_text(text)
        paths.add(made("plain"))
    (tmp_path / "version").write_text("fake 2")
    paths.add(made("plain"))
    assert len(paths) == 7
    assert len(log.read_text().splitlines()) == 7
    assert sorted(path.name for path in folder.glob("*.so")) == sorted(path.name for path in paths)


def test_a_damaged_library_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = _fake_compiler(tmp_path, monkeypatch)
    source = tmp_path / "kernel.cpp"
    source.write_text("")
    path = library("plain", source, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert library("plain", source, tmp_path) == path
    assert path.read_bytes() == whole
    assert log.read_text().splitlines() == ["made", "made"]


def _fake_compiler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a g++ into the path that takes a moment for a file of no use; returns its log."""
    log = folder / "log"
    (folder / "version").write_text("fake 1")
    program = folder / "g++"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec cat {folder}/version\n'
        f'sleep 0.2\ncase "$*" in *-shared*) echo made >> {log};; esac\n'
        'while [ "$1" != -o ]; do shift; done\ncp /proc/self/exe "$2"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return log
