# SPDX-License-Identifier: Apache-2.0
"""Entry point of ``python -m regressions``; the Makefile calls nothing else."""

import sys

from regressions.cli import main

if __name__ == "__main__":
    sys.exit(main())
