# SPDX-License-Identifier: Apache-2.0
"""Mistakes in what a user brings are one line with file and line, before anything is built."""

from pathlib import Path

import pytest

from regressions.services import Services
from regressions.testbench import narrowed, not_applicable, open_sizes
from tb.descriptor import load
from tb.schema import SchemaError
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner

HEAD = """from tb.sequences.base import GemmOpSequence
class Mine(GemmOpSequence):
    def constraint(self, job):
"""
INIT = HEAD.replace("constraint(self, job)", "__init__(self, *a)")


@pytest.fixture(autouse=True)
def _real_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests are planned as always; no simulation is real."""
    services = Services(lambda _: FakeSimulator(), load, open_sizes, not_applicable, narrowed)
    monkeypatch.setattr("tests.runner.harness.services", lambda: services)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys\nsys.exit(0)\n", "mine.py does not load: {}:2: SystemExit: 0"),
        ("x = 1 / 0\n", "mine.py does not load: {}:1: ZeroDivisionError: division by zero"),
        ("def x(:\n", "mine.py does not load: {}:1: SyntaxError: invalid syntax"),
        ("class Other: pass\n", "mine.py: unknown class 'Mine'; Known: Other"),
        (HEAD + "        assert job.m < 0\n", "its constraint: {}:4: AssertionError: assert job.m < 0"),
        (HEAD + "        assert False, 'no way'\n", "its constraint: {}:4: AssertionError: no way"),
        (HEAD + "        return {}[job.m]\n", "its constraint: {}:4: KeyError: "),
        (HEAD + "        exit()\n", "its constraint: {}:4: SystemExit"),
        (HEAD + "        pass\n", "its constraint returned None; return True to accept a job"),
        (INIT + "        {}['a']\n", "{}:4: KeyError: 'a'"),
    ],
)
@pytest.mark.parametrize("command", ["regressions --tier=smoke", "run --test=t", "show --test=t"])
def test_a_mistake_in_a_users_class(runner: Runner, source: str, message: str, command: str) -> None:
    runner.tests(good={}, t={"sequence": "mine.py:Mine"})
    path = runner.folder / "mine.py"
    path.write_text(source)
    assert runner(*command.split()) == 2
    assert message.replace("{}", str(path), 1) in runner.err
    assert runner.err.startswith("error: ")
    assert runner.err.count("\n") == 1
    assert not runner.build.exists()


@pytest.mark.parametrize("content", ["", "# [[test]]\n", None])
def test_a_list_without_a_test(runner: Runner, tmp_path: Path, content: str | None) -> None:
    runner.tests(good={})
    empty = tmp_path / "empty"
    empty.mkdir()
    if content is not None:
        (empty / "list.toml").write_text(content)
    assert runner("run", "--test=good", "--lists", str(runner.folder / "list.toml"), str(empty)) == 2
    assert runner.err.startswith(f"error: {empty}: there is no [[test]] in it; add one")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# nothing\n", "there is no [[covergroup]] in it; add one"),
        ("[[covergroup]]\nname = 'x'\n", "key 'doc' is missing"),
        (None, "no such file; check the path"),
    ],
)
def test_wrong_covergroups_are_told_before_the_run(runner: Runner, text: str | None, message: str) -> None:
    runner.tests(good={})
    path = runner.folder / "mine.toml"
    if text is not None:
        path.write_text(text)
    assert runner("run", "--test=good", "--covergroups", str(path)) == 2
    assert message in runner.err
    assert runner.err.startswith(f"error: {path}: ")
    assert not runner.build.exists()


@pytest.mark.parametrize("name", ["../../x", "a/b", "", ".."])
def test_the_name_of_a_device_is_no_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'base = "{Path("tb/duts/redmule.toml").resolve()}"\nname = "{name}"\n')
    with pytest.raises(SchemaError, match="is no name of a device, which folders have; use letters"):
        load(path)


@pytest.mark.parametrize("command", ["regressions --tier=smoke", "run --test=t", "show --test=t"])
def test_a_wrong_knob_names_its_file(runner: Runner, command: str) -> None:
    runner.tests(t={"knobs": {"mm": 1}})
    assert runner(*command.split()) == 2
    assert runner.err.startswith(f"error: {runner.folder / 'list.toml'}: test t: knobs.mm: unknown key 'mm'")


@pytest.mark.parametrize("body", ["", "    def run(self, env): return None\n"])
def test_a_directed_test_without_a_coroutine(runner: Runner, body: str) -> None:
    runner.tests(t={"sequence": "mine.py:Mine"})
    text = f"from tb.sequences.directed import DirectedTest\nclass Mine(DirectedTest):\n    jobs = 1\n{body}"
    (runner.folder / "mine.py").write_text(text)
    assert runner("run", "--test=t") == 2
    assert "list.toml: test t: Mine has no coroutine 'run'; write the test in 'async def run" in runner.err
