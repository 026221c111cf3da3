# SPDX-License-Identifier: Apache-2.0
"""The command line over the fake simulator, as a process of its own that can be interrupted."""

import sys

from regressions.cli import main
from tests.runner.fake import services

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], services()))
