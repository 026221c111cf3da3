# SPDX-License-Identifier: Apache-2.0
"""Compiles and lints models with Verilator: all of its command lines but those of simulations."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cocotb_tools.config

from models.cxx import compiler
from models.elf import serves
from models.places import cache_folder
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.generated import units_of
from regressions.simulators.model import ONCE, Model
from regressions.simulators.objects import SCRATCH, Compilers, TranslationUnit
from regressions.simulators.tools import (
    environment_key,
    require_tools,
    run_tool,
    verilator,
)
from tb.source_text import write_source_text

_PUBLIC = "public.vlt"
_TREE = "tree.json"
# With $fatal a module refuses parameters that cannot be.
_FATAL = "-Werror-USERFATAL"


def compile_model(
    model: Model, log: Path, compilers: Compilers, train: Callable[[Path], None] | None = None
) -> tuple[Path, bool]:
    """Compile a model, or find it in the build cache; return the result, and whether an earlier build served.

    `train` makes a short run with a program, whose profile optimises the build (g++). Which run is no part
    of the key: it changes nothing but speed.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    require_tools()
    flags, texts = _flags(model), _texts(model)
    # Folders are no part of the key: what counts of them are the files, wherever they lie.
    settings = [model.program, *texts.values(), *flags, *model.compile, *model.link, model.effort]
    settings += [f"once {model.once}"] * (model.once != ONCE)
    settings += ["profiled"] * (train is not None)
    key = content_key(model.files, [*settings, *environment_key()])

    def make(folder: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        # Warnings are for `make lint`.
        command = verilator("--cc", "-Mdir", str(folder), "--prefix", model.prefix, "-Wno-fatal")
        run_tool([*command, _FATAL, *flags, *_frontend(model, folder)], log, f"Verilator on {model.name}")
        units = [*units_of(model, folder)]
        if train is not None:
            trained = folder / "training" / model.program
            trained.parent.mkdir()
            objects = compilers.objects(_with(units, "-fprofile-generate"), folder, log)
            _link(model, objects, trained, log, "-fprofile-generate")
            train(trained)
            shutil.rmtree(trained.parent)
            units = _with(units, "-fprofile-use", "-Wno-missing-profile")
        objects = compilers.objects(units, folder, log)
        _link(model, objects, folder / model.program, log)
        shutil.rmtree(folder / SCRATCH, ignore_errors=True)
        for path in (*objects, *folder.glob("*.gcda")):  # objects are kept by themselves
            path.unlink()

    name = "-".join(filter(None, (model.name, model.variant)))
    result, shared = model.program, "-shared" in model.link
    folder, cached = build_once(
        cache_folder(), name, key, make, lambda made: serves(made / result, executable=not shared)
    )
    return folder / model.program, cached


def elaborate_model(model: Model, log: Path) -> Path:
    """Return the elaborated design of a model as Verilator writes it: a tree in JSON, kept like a build.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    require_tools()
    flags, texts = _flags(model), _texts(model)
    key = content_key(model.files, ["tree", *texts.values(), *flags, *environment_key()])

    def make(folder: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        command = verilator("--json-only", "-Mdir", str(folder), "--prefix", model.prefix, "-Wno-fatal")
        command += ["--json-only-output", str(folder / _TREE), _FATAL, *flags]
        run_tool([*command, *_frontend(model, folder)], log, f"Verilator on {model.name}")

    folder, _ = build_once(cache_folder(), f"{model.name}-tree", key, make)
    return folder / _TREE


def lint_model(model: Model, log: Path) -> None:
    """Check the SystemVerilog of a model with all warnings on.

    Raises:
        BuildError: There are findings; they are in the log.
    """
    require_tools()
    folder = log.parent / f"lint-{model.name}"
    folder.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    command = verilator("--lint-only", "-Wall", _FATAL, *_flags(model), *_frontend(model, folder))
    run_tool(command, log, f"lint of {model.name}")


def _with(units: Sequence[TranslationUnit], *flags: str) -> list[TranslationUnit]:
    """The units, those that run in every cycle with further flags, for this build alone."""
    return [replace(it, flags=(*it.flags, *flags), kept=False) if it.hot else it for it in units]


def _link(model: Model, objects: Sequence[Path], program: Path, log: Path, *flags: str) -> None:
    command = [
        *compiler().command(program.parent / SCRATCH),
        "-o",
        str(program),
        *map(str, objects),
        *model.link,
        *flags,
    ]
    if model.python:
        libraries = cocotb_tools.config.libs_dir
        command += ["-rdynamic", f"-Wl,-rpath,{libraries}", f"-L{libraries}", "-lcocotbvpi_verilator"]
    run_tool(command, log, f"link of {model.name}")


def _flags(model: Model) -> list[str]:
    parameters = [f"-G{name}={value}" for name, value in model.parameters.items()]
    return ["--top-module", model.top, *model.flags, *["--vpi"] * model.python, *parameters]


def _texts(model: Model) -> dict[str, str]:
    """The generated files, with the configuration of signals that Python reaches."""
    lines = [f'public_flat_rw -module "{model.top}" -var "{name}"' for name in model.driven]
    lines += [f'public_flat_rd -module "{model.top}" -var "{name}"' for name in model.read]
    lines += [f'public_flat_rw -module "*" -var "{name}"' for name in model.shown]
    apart = sorted({module for module, _ in model.separate})
    lines += [f'no_inline -module "{module}"' for module in apart]
    lines += [f'public_flat_rd -module "{module}" -var "{name}"' for module, name in model.kept]
    public = {_PUBLIC: "\n".join(["`verilator_config", *lines]) + "\n"} if lines else {}
    return {**public, **model.texts}


def _frontend(model: Model, folder: Path) -> list[str]:
    """Write the generated files; returns include folders and sources."""
    texts = _texts(model)
    for name, text in texts.items():
        write_source_text(folder / name, text)
    public = [folder / _PUBLIC] * (_PUBLIC in texts)
    files = [*public, *(folder / file if str(file) in texts else file for file in model.sources)]
    return [*(f"-I{include}" for include in model.includes), *map(str, files)]
