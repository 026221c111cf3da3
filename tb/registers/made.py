# SPDX-License-Identifier: Apache-2.0
"""Files generated from SystemRDL, kept in folders named by a hash of all that they depend on."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from models.places import kept_folder
from tb.errors import UserError

if TYPE_CHECKING:
    from systemrdl.node import AddrmapNode

REPOSITORY = Path(__file__).resolve().parents[2]


def registers_folder(given: Path | None = None) -> Path:
    """Folder of generated files: the given one, or that of what is kept."""
    return given or kept_folder() / "registers"


_PACKAGES = ("systemrdl-compiler", "peakrdl-pyuvm")


class RegisterModelError(UserError):
    """A SystemRDL description that cannot be read, or a folder that cannot be written; says what to mend."""


def key(sources: Iterable[Path], *settings: str) -> str:
    """Hash of the sources, of settings, and of the versions of the generators.

    Raises:
        RegisterModelError: A source cannot be read.
    """
    digest = hashlib.sha256()
    for source in sources:
        try:
            digest.update(source.read_bytes())
        except OSError as error:
            raise RegisterModelError(f"cannot read the register description {source}: {error}") from error
    for setting in (*settings, *(f"{package}=={version(package)}" for package in _PACKAGES)):
        digest.update(setting.encode())
    return digest.hexdigest()[:16]


def made_once(folder: Path, write: Callable[[Path], None]) -> Path:
    """Returns `folder`, which `write` has filled now or in an earlier run; it appears whole or not at all.

    Raises:
        RegisterModelError: The folder cannot be written.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    except OSError as error:
        raise RegisterModelError(
            f"cannot write generated files below {folder.parent}: {error}; name another folder with BUILD="
        ) from error
    try:
        write(scratch)
        # When another process was faster, its copy is the same.
        try:
            scratch.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    except OSError as error:
        raise RegisterModelError(f"cannot write generated files to {folder}: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def compiled(rdl: Path, parameters: Mapping[str, int] | None = None) -> AddrmapNode:
    """Returns the last address map of a SystemRDL file.

    Raises:
        RegisterModelError: The file is not valid, or its map lacks a parameter.
    """
    # Imported here because the compiler takes a quarter of a second, and cached files do without.
    from systemrdl.compiler import RDLCompiler
    from systemrdl.messages import RDLCompileError

    compiler = RDLCompiler()
    try:
        compiler.compile_file(os.fspath(rdl))
        return compiler.elaborate(parameters=dict(parameters or {})).top
    except RDLCompileError as error:
        raise RegisterModelError(f"{rdl} is not valid SystemRDL: {error} (details above)") from error
