# SPDX-License-Identifier: Apache-2.0
"""A small chaos run; the large one is ``python -m tests.farm.chaos 100``."""

from pathlib import Path

import pytest

from tests.farm.chaos import compare

pytest.importorskip("distributed", reason="make env FARM=local:2 installs the engine of farms")


def test_chaos_changes_nothing_in_the_report(tmp_path: Path) -> None:
    found, done, said = compare(tmp_path, kills=4, segments=24)
    assert found == [], said
    assert done["killed"] >= 2, done
    assert "lost with their worker" in said
