# SPDX-License-Identifier: Apache-2.0
"""Building the programs of ``sw/`` with the clang of the package ziglang, cached by content."""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from string import Template

from models.places import cache_folder
from regressions import orphans
from regressions.errors import UserError, unknown
from regressions.paths import ROOT
from regressions.simulators.cache import build_once, content_key
from tb.cluster.elf import Program, check_instructions, read_program
from tb.cluster.header import CONSTANTS, header
from tb.source_text import read_source_text

SOFTWARE = ROOT / "sw"
PROGRAMS = SOFTWARE / "programs"
CHECKS = SOFTWARE / "checks"
"""Programs that check the hardware, or break a rule on purpose."""

_CPU = "generic_rv32+m+c+xcvmem+xcvmac+xcvsimd+xcvelw+xcvalu"
_FLAGS = (
    *("-target", "riscv32-freestanding-none", "-std=c11", "-O2", "-g0"),
    *("-ffreestanding", "-fno-sanitize=all", "-fno-unroll-loops", "-fomit-frame-pointer"),
    # A branch to an instruction across two words costs a cycle more.
    "-falign-loops=4",
    *("-Wall", "-Wextra", "-Werror"),
)


def programs() -> list[str]:
    """Names of the programs, in alphabetical order."""
    return sorted(source.stem for source in PROGRAMS.glob("*.c"))


def uses_fpu(name: str, folder: Path = PROGRAMS) -> bool:
    """Return whether a program computes in floating point, for which the cores need a unit."""
    return "_Float16" in _text(folder / f"{name}.c")


def _text(source: Path) -> str:
    """A source and everything that it includes of `sw`, without generated files."""
    seen: dict[Path, str] = {}
    waiting = [source.resolve()]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen[path] = read_source_text(path)
        for name in re.findall(r'^#include "(.+)"', seen[path], re.MULTILINE):
            waiting += [(path.parent / name).resolve(), (SOFTWARE / name).resolve()]
    return "\n".join(seen.values())


def build_program(name: str, log: Path, folder: Path = PROGRAMS) -> Program:
    """Compiles a program of a folder, or finds it in the cache.

    Raises:
        UserError: There is no such program, or the compiler is missing or fails.
    """
    source = folder / f"{name}.c"
    if not source.is_file():
        if folder in (PROGRAMS, CHECKS):
            raise unknown("program", name, programs(), "sw/programs")
        raise UserError(f"there is no program {source}")
    fpu = uses_fpu(name, folder)
    files = sorted(
        path for path in SOFTWARE.rglob("*") if path.is_file() and path.parent not in (PROGRAMS, CHECKS)
    )
    cpu = f"{_CPU}+zhinx" if fpu else _CPU
    constants = header()
    key = content_key([*files, source, constants], [name, cpu, *_FLAGS, _compiler_version()])

    def make(made: Path) -> None:
        values = {name: hex(value) for name, value in CONSTANTS.items()}
        script = made / "cluster.ld"
        script.write_text(Template((SOFTWARE / script.name).read_text()).substitute(values))
        output = made / f"{name}.elf"
        sources = [SOFTWARE / "crt0.S", SOFTWARE / "hal" / "start.c", source]
        if "blocks_t" in _text(source):
            sources.append(SOFTWARE / "hal" / "blocks.S")
        command = [sys.executable, "-m", "ziglang", "cc", f"-mcpu={cpu}", *_FLAGS]
        command += [f"-I{constants.parent}", f"-I{SOFTWARE}", f"-T{script}"]
        _run([*command, *map(str, sources), "-o", str(output)], log, name)
        check_instructions(read_program(output), fpu=fpu)

    built, _ = build_once(cache_folder(), f"sw-{name}", key, make)
    return read_program(built / f"{name}.elf")


def _compiler_version() -> str:
    try:
        found = version("ziglang")
    except PackageNotFoundError:
        found = None
    if found is None or find_spec("ziglang") is None:
        raise UserError(
            "no compiler for the cluster's programs: the Python package ziglang is missing; run make env, "
            "which installs requirements.txt"
        )
    return f"ziglang {found}"


def _run(command: list[str], log: Path, name: str) -> None:
    """Runs the compiler; its first error goes into the exception."""
    log.parent.mkdir(parents=True, exist_ok=True)
    zig = str(cache_folder() / "zig")
    environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": zig, "ZIG_LOCAL_CACHE_DIR": zig}
    done = orphans.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    log.write_text("$ " + " ".join(command) + "\n" + done.stdout + done.stderr)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).splitlines()
        first = next((line for line in lines if "error" in line), lines[0] if lines else "it said nothing")
        raise UserError(f"the program {name} does not compile: {first.strip()[:300]} (log: {log})")
