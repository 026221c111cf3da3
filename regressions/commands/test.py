# SPDX-License-Identifier: Apache-2.0
"""``make test``: pytest, several files at a time."""

import os
import sys
from typing import NoReturn

from rich.console import Console

from regressions.option import split
from regressions.order import Order
from regressions.paths import ROOT
from regressions.services import Services


def test(order: Order, services: Services, console: Console) -> NoReturn:
    """Becomes pytest, whose exit code is that of the command.

    Raises:
        UserError: Its arguments cannot be split.
    """
    del services, console
    processes, arguments = str(order.processes), split("ARGS", order.arguments)
    command = [sys.executable, "-m", "pytest", "-n", processes, "--dist", "loadfile", *arguments]
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Else pytest would rewrite all assertions again.
        os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / "build" / "python")
    os.execv(command[0], command)
