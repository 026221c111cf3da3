# SPDX-License-Identifier: Apache-2.0
"""Commands are there, and import no more than they need."""

import subprocess
import sys

import pytest

from regressions.cli import commands
from regressions.paths import ROOT
from tb.kinds import imported

_LIST = "import sys; from regressions.cli import main; main(['list']); print(*sys.modules)"
_SLOW = {"numpy", "jinja2", "asyncio", "pyuvm", "cocotb", "pytest", "regressions.report", "tb.descriptor"}


@pytest.mark.parametrize("place", [place for place, _ in commands().values()])
def test_each_command_has_its_function(place: str) -> None:
    assert callable(imported(place))


def test_a_list_of_the_tests_answers_without_numbers_pictures_and_bench() -> None:
    done = subprocess.run([sys.executable, "-c", _LIST], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"rich.table", "regressions.testlist"} <= loaded
    assert not loaded & _SLOW
