# SPDX-License-Identifier: Apache-2.0
"""The command line over the fake simulator, as a process of its own that can be interrupted."""

import sys
import tempfile
from pathlib import Path

from regressions import cli, order
from tests.runner.fake import services

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        order.LISTS = Path(empty)  # the fake simulator cannot run the project's own tests
        sys.exit(cli.main(sys.argv[1:], services()))
