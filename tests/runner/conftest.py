# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the runner's tests."""

from pathlib import Path

import pytest

from regressions import order, process
from regressions.report import html
from tests.runner.harness import Runner


@pytest.fixture
def runner(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Commands over the fake simulator, without the project's own test lists."""
    empty = tmp_path / "lists"
    empty.mkdir()
    monkeypatch.setattr(order, "LISTS", empty)
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.5)
    # Drawing takes longer than all the rest; the report has its own tests.
    monkeypatch.setattr(html, "utilization_plot", lambda *_: "")
    monkeypatch.setattr(html, "bound_plot", lambda *_: "")
    return Runner(tmp_path, capsys)
