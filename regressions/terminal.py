# SPDX-License-Identifier: Apache-2.0
"""Texts in any locale: Python takes all files as UTF-8, and the console gets what it can show."""

import locale
import os
import sys
from io import TextIOWrapper


def settle_texts() -> None:
    """Have this process and its children read and write files as UTF-8, and the console replace characters.

    Files are only so from the start of a process on, so one without UTF-8 mode starts again.
    """
    if not sys.flags.utf8_mode:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})
    shown = locale.getencoding()
    # The locale C has ASCII alone, but says nothing of the terminal, which shows UTF-8 nowadays.
    encoding = "utf-8" if shown in ("ANSI_X3.4-1968", "US-ASCII") else shown
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")
