# SPDX-License-Identifier: Apache-2.0
"""The extra of `make synth` and `make prove`, for their tests."""

from functools import cache

import pytest

from regressions.errors import UserError
from regressions.yosys.tool import Yosys, find_yosys


@cache
def extra() -> Yosys:
    """Yosys and ABC; the test is skipped where they can be neither found nor installed."""
    try:
        return find_yosys()
    except UserError as error:
        pytest.skip(str(error))
