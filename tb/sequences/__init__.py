# SPDX-License-Identifier: Apache-2.0
"""Sequences and directed tests by the name that test lists use."""

from pathlib import Path
from typing import Any

from tb.kinds import imported, kinds
from tb.python_file import PythonFileError, load_python
from tb.schema import SchemaError, nearest

ROOT = Path(__file__).resolve().parents[2]


def names() -> list[str]:
    """The registered names, of all kinds of devices; anything else is named as path.py:Class."""
    return sorted(name for kind in kinds() for name in kind.sequences)


def resolve(sequence: str) -> type[Any]:
    """The class behind the `sequence` of a test entry.

    Args:
        sequence: A registered name, or `path.py:Class` with a path relative to the project's folder.

    Returns:
        A subclass of `tb.sequences.base.StreamSequence` or of `tb.sequences.directed.DirectedTest`.

    Raises:
        SchemaError: There is no such sequence, file or class, or it is of another kind.
    """
    # One after the other: what registers a cluster's sequences is no use to the accelerator's tests.
    for kind in kinds():
        if sequence in kind.sequences:
            return _checked(kind.sequence_of(imported(kind.sequences[sequence])), sequence)
    if ".py:" in sequence:
        found = _from_file(sequence)
        for kind in kinds():
            found = kind.sequence_of(found)
        return _checked(found, sequence)
    raise SchemaError(
        f"unknown sequence '{sequence}'; {nearest(sequence, names())}Known: {', '.join(names())}; "
        "or give path.py:Class"
    )


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
