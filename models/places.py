# SPDX-License-Identifier: Apache-2.0
"""Folders of what is made once and kept between runs."""

import os
from pathlib import Path

VARIABLE = "REDMULE_KEPT"
"""Environment variable that names another folder, for checkouts that cannot be written."""

_USUAL = Path(__file__).resolve().parents[1] / "build"


def kept_folder() -> Path:
    """Folder of everything that is kept: `build`, or what the environment variable names."""
    return Path(os.environ.get(VARIABLE) or _USUAL)


def cache_folder() -> Path:
    """Folder of all that is compiled."""
    return kept_folder() / "cache"


def unusable(folder: Path) -> str:
    """Return why nothing can be compiled from or into a folder; empty if it can.

    Quotes, blanks and all else are fine: no shell and no make sees a path.
    """
    odd = next((character for character in '"$\n' if character in str(folder)), "")
    return f"the simulator reads no path with {odd!r}: rename or move {str(folder)!r}" if odd else ""


def settle(otherwise: Path) -> None:
    """Have this process and its children keep things elsewhere if the usual folder cannot be written."""
    place = _USUAL if _USUAL.exists() else _USUAL.parent
    if not os.environ.get(VARIABLE) and not os.access(place, os.W_OK):
        os.environ[VARIABLE] = str(otherwise.resolve())
