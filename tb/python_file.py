# SPDX-License-Identifier: Apache-2.0
"""Modules from Python files that are named by their path."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from tb.user_code import told

_BENCH = Path(__file__).resolve().parent


class PythonFileError(Exception):
    """A Python file that is missing or does not load; the message is one line."""


def load_python(path: Path) -> ModuleType:
    """Runs a Python file as a module, once; one of the bench is the module that others import.

    Raises:
        PythonFileError: there is no such file, or it raised an exception.
    """
    place = path.resolve()
    if place.is_relative_to(_BENCH) and place.is_file():
        return _imported(".".join(place.relative_to(_BENCH.parent).with_suffix("").parts), path)
    name = "redmule_file_" + re.sub(r"\W", "_", str(place))
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise PythonFileError(f"no Python file {path}")
    # Dataclasses and pickling look their module up by name.
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a script may end by calling sys.exit
        del sys.modules[name]
        raise PythonFileError(f"{path} does not load: {told(error, path)}") from error
    return module


def _imported(name: str, path: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise PythonFileError(f"{path} does not load: {told(error, path)}") from error
