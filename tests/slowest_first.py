# SPDX-License-Identifier: Apache-2.0
"""Plugin of pytest: files that took longest in the last whole run begin first, so that none ends alone."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / "build" / "tests" / "seconds.json"


class SlowestFirst:
    """Sorts the tests by the time that their files took, and notes how long they take now.

    Attributes:
        known: Seconds by file; what the workers are told by the process that starts them.
    """

    def __init__(self, config: pytest.Config, file: Path = FILE) -> None:
        self._file = file
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._took: dict[str, float] = defaultdict(float)
        self.known: dict[str, float] = self._read() if self._worker is None else self._worker["seconds"]
        config.option.loadscopereorder = False  # by the number of tests

    def _read(self) -> dict[str, float]:
        try:
            return json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker; all of them must have one order."""
        node.workerinput["seconds"] = self.known

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort by file: new ones first, then the slowest."""
        items.sort(key=lambda item: -self.known.get(item.nodeid.partition("::")[0], 1e9))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up the time of a file."""
        self._took[report.nodeid.partition("::")[0]] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Keep the times of a whole run."""
        config = session.config
        whole = config.args_source is config.ArgsSource.TESTPATHS
        if whole and self._worker is None and not (config.option.keyword or config.option.markexpr):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._took))
