# SPDX-License-Identifier: Apache-2.0
"""Units for the C++ compiler, of the files that Verilator generates and all else that becomes a program."""

import re
from collections.abc import Iterator
from pathlib import Path

import cocotb_tools.config

from regressions.errors import full_place
from regressions.simulators.base import BuildError
from regressions.simulators.model import Model
from regressions.simulators.objects import TranslationUnit
from regressions.simulators.tools import machine_flag

_LIBRARY = "-O3"
# Generated files are compiled together up to so many bytes: the headers take longer than a small one itself.
_TOGETHER = 400_000


def units_of(model: Model, folder: Path) -> Iterator[TranslationUnit]:
    """All that Verilator generated, the library that it needs, and the model's own C++, the largest first."""
    makefile = folder / f"{model.prefix}.mk"
    library = Path(_entry(makefile.read_text(), r"^VERILATOR_ROOT = (.*)$", makefile)) / "include"
    classes = folder / f"{model.prefix}_classes.mk"
    lists = classes.read_text()
    trace = _entry(lists, r"^VM_TRACE = (\d)$", classes)
    flags = ["-std=gnu++20", machine_flag(), *model.compile, "-DVERILATOR=1", f"-DVM_TRACE={trace}"]
    folders, tools = (folder, *model.folders), (library, library / "vltstd")
    own = sorted(folder.glob(f"{model.prefix}*.cpp"))
    slow = [path for path in own if path.stem.endswith("__Slow")]
    for name, effort, paths in (
        ("fast", model.effort, [path for path in own if path not in slow]),
        ("slow", model.once, slow),
    ):
        for number, texts in enumerate(_together(paths)):
            source = folder / f"{name}{number}.cpp"
            source.write_text("".join(f'#include "{path.name}"\n' for path in texts))
            yield TranslationUnit(source, (effort, *flags), folders, tools, hot=name == "fast")
    cpp = [*model.cpp]
    if model.python:
        cpp.append(cocotb_tools.config.share_dir / "lib" / "verilator" / "verilator.cpp")
    for path in cpp:
        yield TranslationUnit(path, (model.effort, *flags), folders, tools)
    for _, names in re.findall(r"^VM_GLOBAL_(FAST|SLOW) \+= \\\n((?:\t?.*\\\n)*)", lists, re.M):
        for name in names.replace("\\", "").split():
            yield TranslationUnit(library / f"{name}.cpp", (_LIBRARY, *flags), folders, tools)


def _entry(text: str, pattern: str, file: Path) -> str:
    """An entry of a makefile; the simulator does not notice that it could not write one."""
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        full = full_place(file.parent)
        why = f"no space left in {full}: free some, then start again" if full else "start again"
        raise BuildError(f"{file} is not whole: {why}")
    return found[1]


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
