# SPDX-License-Identifier: Apache-2.0
"""The choice of a C++ compiler: CXX, the usual ones, then that of a Python package."""

import subprocess
from pathlib import Path

import pytest

from models import cxx
from models.cxx import compiler


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs, and no CXX."""
    monkeypatch.delenv("CXX", raising=False)
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin")
    monkeypatch.setattr(cxx, "_USUAL", ("usual++", "other++"))
    return folder


def _program(folder: Path, name: str, version: str = "1") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {name} {version}\necho Copyright of the Free Software Foundation\n")
    path.chmod(0o755)


def test_the_one_that_is_named_is_the_one_that_is_called(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(programs, "usual++")
    _program(programs, "mine++")
    monkeypatch.setenv("CXX", "mine++ -m32")
    assert compiler().command(programs) == ["mine++", "-m32"]
    assert compiler().version == "mine++ 1 (mine++ -m32)"
    assert compiler().makes_profiles
    monkeypatch.setenv("CXX", "gone++")
    with pytest.raises(OSError, match=r"^CXX=gone\+\+ is not an executable: correct or unset it$"):
        compiler()
    monkeypatch.setenv("CXX", "mine++ '")
    with pytest.raises(OSError, match="cannot be read as a command"):
        compiler()


def test_the_usual_ones_come_first_and_then_that_of_the_package(programs: Path) -> None:
    for name in ("other++", "usual++"):
        _program(programs, name)
        assert compiler().argv == (name,)
    assert compiler().version == "usual++ 1"
    for name in ("other++", "usual++"):
        (programs / name).unlink()
    assert compiler().zig
    assert not compiler().makes_profiles
    assert compiler().version.startswith("clang version ")
    assert compiler().version.endswith(" (zig c++ -fno-sanitize=all)")


@pytest.mark.usefixtures("programs")
def test_the_package_compiles_and_leaves_nothing_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "some.cpp").write_text("#include <vector>\nstd::vector<int> some() { return {1}; }\n")
    made, scratch = tmp_path / "some.o", tmp_path / "scratch"
    command = [*compiler().command(scratch), "-std=gnu++20", "-O3", "-march=native", "-c"]
    subprocess.run([*command, "-o", made, tmp_path / "some.cpp"], check=True)
    assert made.stat().st_size
    assert not (tmp_path / "home").exists()


@pytest.mark.usefixtures("programs")
def test_without_any_all_three_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxx, "find_spec", lambda _: None)
    with pytest.raises(OSError, match=r"neither usual\+\+ nor other\+\+, nor the Python package ziglang"):
        compiler()
