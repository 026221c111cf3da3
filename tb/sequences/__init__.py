# SPDX-License-Identifier: Apache-2.0
"""Sequences and directed tests by the name that test lists use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tb.kinds import imported, kinds
from tb.python_file import PythonFileError, load_python
from tb.schema import SchemaError, nearest

ROOT = Path(__file__).resolve().parents[2]


def _registered() -> dict[str, str]:
    """Class by registered name, of all kinds of devices; anything else is named as path.py:Class."""
    return {name: cls for kind in kinds() for name, cls in kind.sequences.items()}


def names() -> list[str]:
    """The registered names."""
    return sorted(_registered())


def resolve(sequence: str) -> type[Any]:
    """The class behind the `sequence` of a test entry.

    Args:
        sequence: A registered name, or `path.py:Class` with a path relative to the project's folder.

    Returns:
        A subclass of `tb.sequences.base.StreamSequence` or of `tb.sequences.directed.DirectedTest`.

    Raises:
        SchemaError: There is no such sequence, file or class, or it is of another kind.
    """
    registered = _registered()
    if sequence in registered:
        found = imported(registered[sequence])
    elif ".py:" in sequence:
        found = _from_file(sequence)
    else:
        raise SchemaError(
            f"unknown sequence '{sequence}'; {nearest(sequence, names())}Known: {', '.join(names())}; "
            "or give path.py:Class"
        )
    for kind in kinds():
        found = kind.sequence_of(found)
    return _checked(found, sequence)


def _from_file(sequence: str) -> Any:
    path_text, _, name = sequence.rpartition(":")
    path = ROOT / path_text
    try:
        module = load_python(path)
    except PythonFileError as error:
        raise SchemaError(
            f"sequence '{sequence}': {error}; paths are relative to the project's folder"
        ) from error
    classes = [key for key, value in vars(module).items() if isinstance(value, type)]
    if name not in classes:
        raise SchemaError(f"sequence '{sequence}': {path_text} has no class {name}; {nearest(name, classes)}")
    return getattr(module, name)


def _checked(found: Any, sequence: str) -> type[Any]:
    from tb.sequences.base import StreamSequence
    from tb.sequences.directed import DirectedTest

    if not (isinstance(found, type) and issubclass(found, StreamSequence | DirectedTest)):
        raise SchemaError(f"sequence '{sequence}' is neither a StreamSequence nor a DirectedTest")
    return found
