# SPDX-License-Identifier: Apache-2.0
"""Units for the C++ compiler, of the files that Verilator generates and all else that becomes a program."""

import re
from collections.abc import Iterator
from pathlib import Path

import cocotb_tools.config

from regressions.simulators.model import Model
from regressions.simulators.objects import TranslationUnit
from regressions.simulators.tools import MACHINE

# What runs once, at the start, is not worth compiling well: of an array of 96 elements, one constructor took
# minutes that way.
_ONCE = "-O0"
_LIBRARY = "-O3"
# Generated files are compiled together up to so many bytes: the headers take longer than a small one itself.
_TOGETHER = 400_000


def units_of(model: Model, folder: Path) -> Iterator[TranslationUnit]:
    """All that Verilator generated, the library that it needs, and the model's own C++, the largest first."""
    makefile = (folder / f"{model.prefix}.mk").read_text()
    root = re.search(r"^VERILATOR_ROOT = (.*)$", makefile, re.MULTILINE)
    assert root is not None, makefile
    library = Path(root[1]) / "include"
    lists = (folder / f"{model.prefix}_classes.mk").read_text()
    trace = re.search(r"^VM_TRACE = (\d)$", lists, re.MULTILINE)
    assert trace is not None, lists
    flags = ["-std=gnu++20", MACHINE, *model.compile, "-DVERILATOR=1", f"-DVM_TRACE={trace[1]}"]
    folders, tools = (folder, *model.folders), (library, library / "vltstd")
    own = sorted(folder.glob(f"{model.prefix}*.cpp"))
    slow = [path for path in own if path.stem.endswith("__Slow")]
    for name, effort, paths in (
        ("fast", model.effort, [path for path in own if path not in slow]),
        ("slow", _ONCE, slow),
    ):
        for number, texts in enumerate(_together(paths)):
            source = folder / f"{name}{number}.cpp"
            source.write_text("".join(f'#include "{path.name}"\n' for path in texts))
            yield TranslationUnit(source, (effort, *flags), folders, tools, hot=effort != _ONCE)
    cpp = [*model.cpp]
    if model.python:
        cpp.append(cocotb_tools.config.share_dir / "lib" / "verilator" / "verilator.cpp")
    for path in cpp:
        yield TranslationUnit(path, (model.effort, *flags), folders, tools)
    for _, names in re.findall(r"^VM_GLOBAL_(FAST|SLOW) \+= \\\n((?:\t?.*\\\n)*)", lists, re.M):
        for name in names.replace("\\", "").split():
            yield TranslationUnit(library / f"{name}.cpp", (_LIBRARY, *flags), folders, tools)


def _together(paths: list[Path]) -> list[list[Path]]:
    """Files in groups to compile together, the group with the largest file first."""
    groups: list[list[Path]] = []
    room = 0
    for path in sorted(paths, key=lambda path: -path.stat().st_size):
        size = path.stat().st_size
        if size > room:
            groups.append([])
            room = _TOGETHER
        groups[-1].append(path)
        room -= size
    return groups
