# SPDX-License-Identifier: Apache-2.0
"""Files of tests that took longest begin first, in all workers alike."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.slowest_first import SlowestFirst


def plugin(file: Path, **more: Any) -> SlowestFirst:
    config: Any = SimpleNamespace(option=SimpleNamespace(), **more)
    return SlowestFirst(config, file)


def order(made: SlowestFirst, *names: str) -> list[str]:
    items: Any = [SimpleNamespace(nodeid=name) for name in names]
    made.pytest_collection_modifyitems(items)
    return [item.nodeid for item in items]


def test_new_files_come_first_then_the_slowest(tmp_path: Path) -> None:
    file = tmp_path / "seconds.json"
    file.write_text(json.dumps({"a.py": 1.0, "b.py": 5.0}))
    names = ("a.py::one", "b.py::one", "a.py::two", "new.py::one")
    expected = ["new.py::one", "b.py::one", "a.py::one", "a.py::two"]
    made = plugin(file)
    assert order(made, *names) == expected
    node = SimpleNamespace(workerinput={})
    made.pytest_configure_node(node)
    file.unlink()
    assert order(plugin(file, workerinput=node.workerinput), *names) == expected
    assert order(plugin(file), *names) == list(names), "without figures, as they were collected"


def test_a_whole_run_is_kept_and_a_part_is_not(tmp_path: Path) -> None:
    file = tmp_path / "build" / "seconds.json"
    made = plugin(file)
    for seconds in (1.0, 2.0):
        made.pytest_runtest_logreport(SimpleNamespace(nodeid="a.py::one", duration=seconds))
    options = SimpleNamespace(keyword="", markexpr="")
    for source, known in (("some", {}), ("all", {"a.py": 3.0})):
        whole = SimpleNamespace(TESTPATHS="all")
        config = SimpleNamespace(args_source=source, ArgsSource=whole, option=options)
        made.pytest_sessionfinish(SimpleNamespace(config=config))
        assert plugin(file).known == known
