# SPDX-License-Identifier: Apache-2.0
"""Files that an object is compiled from."""

from pathlib import Path

from models.included import files


def test_a_header_comes_once_however_many_include_it(tmp_path: Path) -> None:
    (tmp_path / "a.cpp").write_text('#include "b.h"\n#include "c.h"\n#include "of_a_tool.h"\n')
    (tmp_path / "b.h").write_text('#include "c.h"\n')
    # With a guard, headers may include each other.
    (tmp_path / "c.h").write_text('#pragma once\n#include "b.h"\n')
    assert [file.name for file in files(tmp_path / "a.cpp")] == ["a.cpp", "b.h", "c.h"]
