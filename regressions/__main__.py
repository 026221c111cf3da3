# SPDX-License-Identifier: Apache-2.0
"""Entry point of ``python -m regressions``; the Makefile calls nothing else."""

import os
import sys

from regressions.terminal import settle_texts

if __name__ == "__main__":
    settle_texts()
    from regressions.cli import main
    from regressions.targets import take_typed

    sys.exit(main(variables=take_typed(os.environ)))
