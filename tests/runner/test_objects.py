# SPDX-License-Identifier: Apache-2.0
"""Objects are compiled once, and again where something that goes into them has changed."""

import os
from pathlib import Path

import pytest

from regressions.simulators import objects
from regressions.simulators.base import BuildError
from regressions.simulators.objects import Compilers, TranslationUnit


class Bench:
    """A C++ file with a header, and a folder of objects."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.headers = folder / "headers"
        self.headers.mkdir()
        (folder / "a.cpp").write_text('#include <cstddef>\n#include "a.h"\nint a() { return A; }\n')
        (self.headers / "a.h").write_text('#pragma once\n#include "b.h"\n#include "of_a_tool.h"\n')
        (self.headers / "b.h").write_text("#pragma once\nconstexpr int A = 1;\n")
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "of_a_tool.h").touch()

    def compiled(self, *flags: str) -> bool:
        """Makes the object; says whether a compiler had to."""
        built, log = self.folder / "built", self.folder / "log"
        built.mkdir(exist_ok=True)
        (built / "a.o").unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        unit = TranslationUnit(self.folder / "a.cpp", flags, (self.headers,), (self.tools,))
        assert Compilers(self.cache, 1).objects([unit], built, log) == [built / "a.o"]
        return log.exists()


def test_an_object_is_made_once_for_each_content_of_what_it_includes(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.compiled()
    assert not bench.compiled()
    assert bench.compiled("-O1")
    (bench.headers / "b.h").write_text("#pragma once\nconstexpr int A = 2;\n")
    assert bench.compiled()
    (bench.headers / "b.h").write_text("#pragma once\nconstexpr int A = 1;\n")
    (bench.headers / "not_included.h").touch()
    assert not bench.compiled()


def test_an_error_is_a_line_and_leaves_no_object(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    (bench.headers / "b.h").write_text("#error no such thing\n")
    with pytest.raises(BuildError, match=r"C\+\+ build of a\.cpp failed: .*no such thing"):
        bench.compiled()
    assert not list(bench.cache.glob("*.o"))


def test_a_damaged_object_is_made_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.compiled()
    (kept,) = bench.cache.glob("*.o")
    whole = kept.read_bytes()
    kept.unlink()
    kept.write_bytes(whole[:-1])
    assert bench.compiled()
    assert kept.read_bytes() == whole
    assert not bench.compiled()


def test_objects_used_longest_ago_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    for flag in ("-DA1", "-DA2", "-DA3"):
        assert bench.compiled(flag)
        for age, path in enumerate(sorted(bench.cache.glob("*.o"), key=lambda path: -path.stat().st_mtime)):
            os.utime(path, (1000 - age, 1000 - age))
    monkeypatch.setattr(objects, "LIMIT", 5 * next(bench.cache.glob("*.o")).stat().st_size // 2)
    assert not bench.compiled("-DA1")
    assert not bench.compiled("-DA3")
    assert bench.compiled("-DA2")
