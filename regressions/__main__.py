# SPDX-License-Identifier: Apache-2.0
"""Entry point of ``python -m regressions``; the Makefile calls nothing else."""

import os
import sys

from regressions.streams import steady_streams
from regressions.terminal import settle_texts

if __name__ == "__main__":
    settle_texts()
    steady_streams()
    from regressions.cli import main
    from regressions.targets import take_typed

    sys.exit(main(variables=take_typed(os.environ)))
