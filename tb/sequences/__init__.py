# SPDX-License-Identifier: Apache-2.0
"""Sequences and directed tests by the name that test lists use."""

from pathlib import Path
from typing import Any

from tb.kinds import DeviceKind, imported, kinds
from tb.python_file import PythonFileError, load_python
from tb.schema import SchemaError, alternatives

ROOT = Path(__file__).resolve().parents[2]


def names() -> list[str]:
    """The registered names, of all kinds of devices; anything else is named as path.py:Class."""
    return sorted(name for kind in kinds() for name in kind.sequences)


def named(sequence: str) -> tuple[Any, list[DeviceKind]]:
    """The class that a test entry names, and the kinds of devices that may make a sequence of it.

    Args:
        sequence: A registered name, or `path.py:Class` with a path relative to the project's folder.

    Raises:
        SchemaError: There is no such sequence, file or class.
    """
    # One after the other: what registers a cluster's sequences is no use to the accelerator's tests.
    for kind in kinds():
        if sequence in kind.sequences:
            return imported(kind.sequences[sequence]), [kind]
    if ".py:" in sequence:
        return _from_file(sequence), kinds()
    raise SchemaError(
        f"unknown sequence '{sequence}'; {alternatives(sequence, names())}; or give path.py:Class"
    )


def resolve(sequence: str) -> type[Any]:
    """The class of a test: what `named` finds, or the sequence that a kind makes of it.

    Returns:
        A subclass of `tb.sequences.base.StreamSequence` or of `tb.sequences.directed.DirectedTest`.

    Raises:
        SchemaError: There is none, or it is of another kind.
    """
    found, makers = named(sequence)
    for kind in makers:
        found = kind.sequence_of(found)
    return _checked(found, sequence)


def without_bench(sequence: str) -> type[Any]:
    """The class of a test for planning: a stream as it is, which needs no simulator; else as `resolve`."""
    found, _ = named(sequence)
    return found if hasattr(found, "runs_on") else resolve(sequence)


def file_of(sequence: str) -> Path | None:
    """The Python file that a test entry names; None for a registered sequence."""
    path, separator, _ = sequence.rpartition(":")
    return ROOT / path if separator else None


def _from_file(sequence: str) -> Any:
    path_text, _, name = sequence.rpartition(":")
    path = ROOT / path_text
    try:
        module = load_python(path)
    except PythonFileError as error:
        raise SchemaError(
            f"sequence '{sequence}': {error}; paths are relative to the project's folder"
        ) from error
    classes = {key: value for key, value in vars(module).items() if isinstance(value, type)}
    if name not in classes:
        own = [key for key, value in classes.items() if value.__module__ == module.__name__]
        raise SchemaError(f"{path_text}: unknown class '{name}'; {alternatives(name, own)}")
    return classes[name]


def _checked(found: Any, sequence: str) -> type[Any]:
    from tb.sequences.base import StreamSequence
    from tb.sequences.directed import DirectedTest

    if not (isinstance(found, type) and issubclass(found, StreamSequence | DirectedTest)):
        raise SchemaError(f"sequence '{sequence}' is neither a StreamSequence nor a DirectedTest")
    return found
