# SPDX-License-Identifier: Apache-2.0
"""Checks that the machine has all that a simulation needs."""

import shutil

import find_libpython

from regressions.errors import UserError

# Each is in the Debian package of its own name.
_TOOLS = ("g++", "make", "perl")


def check_tools() -> None:
    """Checks for the compiler, make, perl and the shared Python library.

    Raises:
        UserError: One is missing; says which Debian package has it.
    """
    for tool in _TOOLS:
        if shutil.which(tool) is None:
            raise UserError(f"{tool} not found; install the Debian package {tool} (apt-get install {tool})")
    if find_libpython.find_libpython() is None:
        raise UserError(
            "no shared libpython found, which cocotb embeds; install the Debian package libpython3-dev "
            "(apt-get install libpython3-dev)"
        )
