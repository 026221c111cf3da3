# SPDX-License-Identifier: Apache-2.0
"""Compiled kernels: the same bits as numpy's model, and what happens where there are none."""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from models import chains, gemm, kernel
from models.kernel import SOURCE, Kernel, library
from models.ops import Op
from tests.models import cases
from tests.models.kernel_comparison import differences

_STEPS = 3_000_000

# Expressions of the kernels' source, and what they become.
_DEFECTS = {
    "ties to odd": ("power(kShift + 1) - 2", "power(kShift + 1) - 1"),
    "ties away from zero": ("(size >> kShift & 1)", "Ints{} + 1"),
    "zeros without sign": (
        "reinterpret_cast<Ints>(rounded) | sign",
        "reinterpret_cast<Ints>(rounded) | (rounded == 0 ? Ints{} : sign)",
    ),
    "bits below the least ulp": ("power(-14) * kSumScale", "power(-15) * kSumScale"),
    "sums never infinite": ("65528 * kSumScale", "65504 * kSumScale"),
    "two roundings": (
        "sum + x * w",
        "reinterpret_cast<Reals>(reinterpret_cast<Ints>(sum + x * w) & ~0x1FFFFFFF)",
    ),
    "subnormal results": ("power(kFraction - 24)", "power(kFraction - 23)"),
    "subnormal operands": ("reinterpret_cast<Reals>(fields + bits(-14)) - power(-14)", "Reals{}"),
    "infinite from 32768": ("power(16)", "power(15)"),
    "payload of a NaN": ("values == values ? number | sign : Ints{} + kNan", "number | sign"),
    "NaN before numbers": (
        "values == values ? bits ^ (bits >> 31 & kMagnitude) : Ints{} + kLast",
        "bits ^ (bits >> 31 & kMagnitude)",
    ),
    "NaN after two operations": ("keys == kLastOfTwo ? Ints{} + kLast : keys", "keys"),
    "zeros without order": (
        "codes ^ (codes >> 15 & INT16_MAX)",
        "codes >= 0 ? codes : -(codes & INT16_MAX)",
    ),
    "NaN as a number": ("(codes & INT16_MAX) > kInfinity ? Ints{} + kLastOfTwo : keys", "keys"),
    "one row of X for all": ("x + (row + r) * n", "x + row * n"),
    "one panel of W for all": ("panel += n", "panel += 0"),
    "last column of W": ("load(w + i * k + col, k - col)", "load(w + i * k + col, k - col - 1)"),
    "one step of W for all": ("load(w + i, count)", "load(w + first, count)"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Kernel]:
    """Gives kernels with the defect of a number, from one library; 0 for none."""
    text = SOURCE.read_text()
    for number, (right, wrong) in enumerate(_DEFECTS.values(), 1):
        assert text.count(right) == 1, right
        text = text.replace(right, f"(defect == {number} ? ({wrong}) : ({right}))")
    folder = tmp_path_factory.mktemp("broken")
    source = folder / "kernel.cpp"
    source.write_text(f'extern "C" {{\nint defect = 0;\n}}\n{text}')
    path = library("plain", source, folder, ["-O1"])

    def choose(number: int) -> Kernel:
        ctypes.c_int.in_dll(ctypes.CDLL(str(path)), "defect").value = number
        return Kernel(path)

    return choose


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Has the kernels chosen anew, from an empty cache, which is returned."""
    monkeypatch.setattr(kernel, "CACHE", tmp_path / "cache")
    kernel._kernel.cache_clear()
    yield tmp_path / "cache"
    kernel._kernel.cache_clear()


def test_the_bits_are_those_of_numpy() -> None:
    """For the vectors of this processor, and for those that all have."""
    done, found = differences({level: Kernel(library(level)) for level in kernel.levels()}, _STEPS)
    assert found == []
    assert done >= _STEPS


def test_a_comparison_with_a_right_kernel_finds_nothing(broken: Callable[[int], Kernel]) -> None:
    assert differences({"right": broken(0)}, 1)[1] == []


@pytest.mark.parametrize("defect", _DEFECTS)
def test_the_comparison_finds(broken: Callable[[int], Kernel], defect: str) -> None:
    _, found = differences({defect: broken(1 + list(_DEFECTS).index(defect))}, 1)
    assert found


@pytest.mark.parametrize(
    ("m", "n", "k"), [(1, 1, 1), (13, 300, 1), (1, 5, 70), (64, 33, 65), (7, 0, 3), (0, 3, 4)]
)
@pytest.mark.parametrize("op", Op)
def test_shapes(op: Op, m: int, n: int, k: int) -> None:
    """Whole vectors and what is left over, in all dimensions; strides, and arrays that may not be written."""
    rng = np.random.default_rng([op, m, n, k])
    x, w, y = (cases.matrix("special", shape, rng) for shape in ((m, n), (n, k), (m, k)))
    expected = chains.matrix(op, x, w, y)
    for arrays in ((x, w, y), tuple(np.asfortranarray(each) for each in (x, w, y))):
        for each in arrays:
            each.setflags(write=False)
        assert np.array_equal(_compiled().matrix(op, *arrays), expected)
    columns = np.asfortranarray(w), np.asfortranarray(w[:, ::-1]), w[0] if n else np.zeros(k, np.uint16)
    assert np.array_equal(_compiled().accumulators(op, *columns), chains.accumulators(op, *columns))


def test_threads_may_call_at_the_same_time() -> None:
    x, w, y = cases.matrix("normal", (3, 60, 60), np.random.default_rng(1))
    expected, results = gemm.gemm_op(Op.GEMM, x, w, y), []

    def work() -> None:
        results.extend(np.array_equal(gemm.gemm_op(Op.GEMM, x, w, y), expected) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 200


def _compiled() -> Kernel:
    found = kernel.kernel()
    assert found is not None
    return found


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
    line = _numpy_serves(capsys)
    assert line.count("\n") == 1
    assert line.endswith("many times slower: there is neither g++ nor clang++\n")
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
    """Also when several ask at the same time; another source, option or compiler makes another one."""
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
    source.write_text("// other\n")
    paths.add(made("plain"))
    (tmp_path / "version").write_text("fake 2")
    paths.add(made("plain"))
    assert len(paths) == 5
    assert len(log.read_text().splitlines()) == 5
    assert sorted(path.name for path in folder.glob("*.so")) == sorted(path.name for path in paths)


def _fake_compiler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a g++ into the path that takes a moment for a file of no use; returns its log."""
    log = folder / "log"
    (folder / "version").write_text("fake 1")
    program = folder / "g++"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec cat {folder}/version\n'
        f'sleep 0.2\necho made >> {log}\nfor last; do :; done\necho none > "$last"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return log
