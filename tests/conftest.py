# SPDX-License-Identifier: Apache-2.0
"""The order of tests, and the runner over the fake simulator for all tests of commands and reports."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.slowest_first import SlowestFirst

if TYPE_CHECKING:
    from tests.runner.harness import Runner


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SlowestFirst(config))


@pytest.fixture
def runner(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Runner":
    """Commands over the fake simulator, without the project's own test lists."""
    from tests.runner.harness import Runner  # tests without it start without all of the runner

    empty = tmp_path / "lists"
    empty.mkdir()
    monkeypatch.setattr("regressions.order.LISTS", empty)
    monkeypatch.setattr("regressions.process.GRACE_SECONDS", 0.5)
    return Runner(tmp_path, capsys)
