# SPDX-License-Identifier: Apache-2.0
"""Checks that the machine has all that a simulation needs."""

import find_libpython

from models.cxx import compiler
from regressions.errors import UserError


def check_tools() -> None:
    """Checks for a C++ compiler and the shared Python library.

    Raises:
        UserError: One is missing; says what has it.
    """
    try:
        compiler()
    except OSError as error:
        raise UserError(f"no C++ compiler: {error}; the Debian package g++ has one") from None
    if find_libpython.find_libpython() is None:
        raise UserError(
            "no shared libpython found, which cocotb embeds; install the Debian package libpython3-dev "
            "(apt-get install libpython3-dev)"
        )
