# SPDX-License-Identifier: Apache-2.0
"""Text of sources of others, which may hold any bytes: a comment in Latin-1 is no error.

Bytes that are no UTF-8 become characters that stand for them, and the same bytes again when text is written.
"""

from pathlib import Path

_ANY = "surrogateescape"


def read_source_text(path: Path) -> str:
    """Read a source, each byte of which comes back by `write_source_text`."""
    return path.read_text(encoding="utf-8", errors=_ANY)


def write_source_text(path: Path, text: str) -> None:
    """Write a source with the bytes that `read_source_text` found."""
    path.write_text(text, encoding="utf-8", errors=_ANY)
