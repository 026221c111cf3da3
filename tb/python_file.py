# SPDX-License-Identifier: Apache-2.0
"""Modules from Python files that are named by their path."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from tb.user_code import told


class PythonFileError(Exception):
    """A Python file that is missing or does not load; the message is one line."""


def load_python(path: Path) -> ModuleType:
    """Runs a Python file as a module, once.

    Raises:
        PythonFileError: there is no such file, or it raised an exception.
    """
    name = "redmule_file_" + re.sub(r"\W", "_", str(path.resolve()))
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
