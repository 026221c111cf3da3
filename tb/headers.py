# SPDX-License-Identifier: Apache-2.0
"""Headers that SystemVerilog sources include, whatever their names end in."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_INCLUDE = re.compile(r'^[ \t]*`include\s+["<]([^">]+)[">]', re.MULTILINE)


def included(sources: Iterable[Path], folders: Sequence[Path]) -> list[Path]:
    """Find the headers of sources, and those that these include, in the order of their first use.

    Args:
        sources: Files to look into.
        folders: Include folders; the folder of a file that includes comes first.

    Returns:
        Resolved paths. A name that a macro makes is not followed.
    """
    found: dict[Path, None] = {}
    left = list(sources)
    for path in left:
        for name in _INCLUDE.findall(path.read_text(errors="replace")):
            places = ((folder / name).resolve() for folder in (path.parent, *folders))
            header = next((place for place in places if place.is_file()), None)
            if header is not None and header not in found:
                found[header] = None
                left.append(header)
    return list(found)
