# SPDX-License-Identifier: Apache-2.0
"""Compiles and lints models with Verilator: all of its command lines but those of simulations."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import cocotb_tools.config

from regressions.paths import ROOT
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.model import Model
from regressions.simulators.tools import (
    MACHINE,
    MAKE_FIXES,
    environment_key,
    executable,
    require_tools,
    run_tool,
)

CACHE = ROOT / "build" / "cache"
_PUBLIC = "public.vlt"
_RUNTIME = ("verilated.o", "verilated_dpi.o", "verilated_threads.o")
# With $fatal a module refuses parameters that cannot be.
_FATAL = "-Werror-USERFATAL"


def compile_model(model: Model, log: Path) -> tuple[Path, bool]:
    """Compile a model, or find it in the build cache.

    Args:
        model: Sources and options of the build.
        log: File that receives the output of the tools.

    Returns:
        The program or library, and whether an earlier build served.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    require_tools()
    flags, texts = _flags(model), _texts(model)
    # Folders are no part of the key: what counts of them are the files, wherever they lie.
    settings = [model.program, *texts.values(), *flags, *model.link, *model.optimise, *environment_key()]
    key = content_key(model.files, settings)

    def make(folder: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        cpp, link = [*model.cpp], list(model.link)
        if model.python:
            libraries = cocotb_tools.config.libs_dir
            link += ["-LDFLAGS", f"-rdynamic -Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"]
            cpp.append(cocotb_tools.config.share_dir / "lib" / "verilator" / "verilator.cpp")
        # Warnings are for `make lint`.
        command = [*_verilator(folder, model.prefix), "-o", model.program, "-Wno-fatal", _FATAL, *flags]
        command += ["-CFLAGS", " ".join([MACHINE, *(f"-I{each}" for each in model.folders)]), *link]
        command += [*_frontend(model, folder), *map(str, cpp)]
        run_tool(command, log, f"Verilator on {model.name}")
        if model.brief:
            runtime = _runtime(model, log)
            for name in _RUNTIME:  # newer than the makefile, so that make takes them
                shutil.copy(runtime / name, folder)
        run_tool(_make(folder, model), log, f"C++ build of {model.name}")

    folder, cached = build_once(CACHE, "-".join(filter(None, (model.name, model.variant))), key, make)
    return folder / model.program, cached


def lint_model(model: Model, log: Path) -> None:
    """Check the SystemVerilog of a model with all warnings on.

    Raises:
        BuildError: There are findings; they are in the log.
    """
    require_tools()
    folder = log.parent / f"lint-{model.name}"
    folder.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    command = [str(executable()), "--lint-only", "-Wall", _FATAL, *_flags(model), *_frontend(model, folder)]
    run_tool(command, log, f"lint of {model.name}")


def _flags(model: Model) -> list[str]:
    parameters = [f"-G{name}={value}" for name, value in model.parameters.items()]
    return ["--top-module", model.top, *model.flags, *["--vpi"] * model.python, *parameters]


def _texts(model: Model) -> dict[str, str]:
    """The generated files, with the configuration of signals that Python reaches."""
    lines = [f'public_flat_rw -module "{model.top}" -var "{name}"' for name in model.driven]
    lines += [f'public_flat_rd -module "{model.top}" -var "{name}"' for name in model.read]
    lines += [f'public_flat_rw -module "*" -var "{name}"' for name in model.shown]
    public = {_PUBLIC: "\n".join(["`verilator_config", *lines]) + "\n"} if lines else {}
    return {**public, **model.texts}


def _frontend(model: Model, folder: Path) -> list[str]:
    """Write the generated files; returns include folders and sources."""
    texts = _texts(model)
    for name, text in texts.items():
        (folder / name).write_text(text)
    public = [folder / _PUBLIC] * (_PUBLIC in texts)
    files = [*public, *(folder / file if str(file) in texts else file for file in model.sources)]
    return [*(f"-I{include}" for include in model.includes), *map(str, files)]


def _runtime(model: Model, log: Path) -> Path:
    """Folder with the objects of the simulator's library, which take longer to compile than a brief model."""

    def make(folder: Path) -> None:
        (folder / "empty.sv").write_text("module empty;\nendmodule\n")
        command = [*_verilator(folder, model.prefix), "-CFLAGS", MACHINE, str(folder / "empty.sv")]
        run_tool(command, log, "Verilator on an empty module")
        run_tool([*_make(folder, model), *_RUNTIME], log, "C++ of the simulator's library")

    settings = [model.prefix, *_RUNTIME, *model.optimise, *environment_key()]
    return build_once(CACHE, "runtime", content_key([], settings), make)[0]


def _verilator(folder: Path, prefix: str) -> list[str]:
    return [str(executable()), "--cc", "--exe", "-Mdir", str(folder), "--prefix", prefix]


def _make(folder: Path, model: Model) -> Sequence[str]:
    jobs = f"-j{os.cpu_count() or 1}"
    return ["make", jobs, "-C", str(folder), "-f", f"{model.prefix}.mk", *MAKE_FIXES, *model.optimise]
