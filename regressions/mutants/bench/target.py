# SPDX-License-Identifier: Apache-2.0
"""Defects of model and bench, one at a time in a copy of the project, under the tests of the changed file."""

import asyncio
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.changes import tests_of
from regressions.deadline import Deadline, TimeLimit
from regressions.errors import UserError
from regressions.judge import Ending, ProcessEnd
from regressions.mutants.bench.operators import applied, cpp_candidates, python_candidates
from regressions.mutants.changes import ChangeError
from regressions.mutants.defects import Defect, refuse_jobs
from regressions.mutants.operators import Candidate
from regressions.mutants.outcome import CRASH, TIME_LIMIT, DefectResult, Fate
from regressions.mutants.placement import Sourced
from regressions.mutants.simulations import CONTROL, Simulations
from regressions.mutants.target import Numbered
from regressions.order import Order
from regressions.paths import ROOT
from regressions.process import Command, run_process
from regressions.results import ResultsReader
from regressions.services import Services
from regressions.yosys.tool import ENVIRONMENT
from tb.schema import nearest

NAME = "bench"
FOLDERS = ("models", "tb/scoreboard", "tb/agents", "tb/registers", "tb/dpi")
"""Where what watches the hardware stands: the model, checks, monitors, registers and their C++."""
_CODE = (".py", ".cpp", ".h")
_FAULTY = tuple(f"tests/bench/test_{name}.py" for name in ("checkers_fire", "deputy", "wild_logs"))
"""Tests with a device that breaks each rule: they import little of the bench, and run all of it."""
_Mark = tuple[str, str]
_PLAIN, _SIMULATED = ("-m", "not sim"), ("-m", "sim")
NEIGHBOURS = ("tests/models", "tests/bench", "tests/stimulus", "tests/registers", "tests/control")
"""Tests of all that has defects, simulations aside: those of its users may find what a file's own leave."""
# What a copy of the project does without; builds are shared with it.
_LEFT_OUT = shutil.ignore_patterns(".*", "build")
# Exit codes of pytest: all passed, or none was chosen.
_PASSED = (0, 5)
# Limit on the time of some tests: to start, in each file, and so many times what they take without a defect.
_START_SECONDS, _FILE_SECONDS, _TIMES_CONTROL = 30.0, 2.0, 4.0
# Limit on one of them, besides: many defects never end, and all tests together may take long.
_TEST_SECONDS = 60.0
# A defect in C++ has to be compiled first, alone or with a device.
_BUILD_SECONDS = {_PLAIN: 60.0, _SIMULATED: 600.0}
_FAILED = re.compile(r"^(?:FAILED|ERROR) tests/(?:\S*/)?(test_\w+)\.py(.*)$", re.MULTILINE)
_COUNT = re.compile(r"(\d+) (?:passed|failed|error)")
_ENDLESS = re.compile(r"Timeout \(\d+:\d\d:\d\d")  # of pytest's faulthandler


@dataclass(frozen=True, slots=True)
class BenchSources:
    """Sources of model and bench, which may have defects (`regressions.mutants.placement.Sourced`)."""

    name: str
    sources: tuple[Path, ...]
    includes: tuple[Path, ...] = ()

    @property
    def files(self) -> dict[str, Path]:
        """The sources by path in the project, since files of different folders share names."""
        return {str(path.relative_to(ROOT)): path for path in self.sources}


BENCH = BenchSources(
    NAME, tuple(sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.*") if p.suffix in _CODE))
)


def sources(_: str) -> BenchSources:
    """The sources of model and bench, whatever the device."""
    return BENCH


def proposals(_: Sourced) -> Mapping[str, Sequence[Candidate]]:
    """Changes that the operators propose for each file."""
    return {
        name: (python_candidates if path.suffix == ".py" else cpp_candidates)(path.read_text())
        for name, path in BENCH.files.items()
    }


def watching(file: str) -> list[str]:
    """Tests that run when a file has a defect: those of a change of it, and of the bench as a whole."""
    return sorted({*tests_of([file]), *(_FAULTY if file.startswith("tb/") else ())})


class BenchTarget:
    """Model and bench, under the tests of the changed file (`regressions.mutants.target.Target`).

    A defect is put into a private copy of the project. It has to get past what `make check` would run for a
    change of its file, then past all tests of model and bench without a simulation, then past the file's
    simulations. Services and name are not needed, and there is no job list.
    """

    device = BENCH
    counted = "cases"
    left_out = ()
    rerun = f"DUT={NAME}"

    def __init__(self, order: Order, services: Services, name: str) -> None:
        del services, name
        if order.job_list is not None or order.kind:
            raise UserError(
                f"JOBLIST, KIND: defects of {NAME} run under tests of 'make test'; leave them out"
            )
        self.seed = order.seed or 1
        self._processes = order.processes
        self._builds = order.tree.root / "cache"
        self._copies: asyncio.Queue[Path] = asyncio.Queue()
        self._folders: list[Path] = []
        self._tests: dict[str, list[str]] = {}
        # Seconds of each file of tests without a defect, by mark.
        self._seconds: dict[_Mark, dict[str, float]] = {_PLAIN: {}, _SIMULATED: {}}
        self._longest = dict.fromkeys(self._seconds, 0.0)  # seconds of the longest test

    def place(self, defects: Sequence[Defect]) -> None:
        """Find every defect in the sources.

        Raises:
            SchemaError: One does not apply (any more).
        """
        refuse_jobs(defects)
        for defect in defects:
            if defect.file not in BENCH.files:
                known = nearest(defect.file, BENCH.files)
                raise defect.where.error(f"no file '{defect.file}' in {', '.join(FOLDERS)}; {known}")
            try:
                applied(BENCH.files[defect.file].read_text(), defect.change)
            except ChangeError as error:
                raise defect.where.error(f"{defect.file}: {error}") from None

    def build(self, defects: Sequence[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Make the copies of the project, and find the tests of the chosen defects; all of them are valid."""
        del defects
        self._tests = {file: watching(file) for file in dict.fromkeys(defect.file for _, defect in chosen)}
        self._folders = [folder / f"copy{number}" for number in range(self._processes)]
        self._builds.mkdir(parents=True, exist_ok=True)
        for copy in self._folders:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
            (copy / "build").mkdir()
            (copy / "build/cache").symlink_to(self._builds.resolve())
            if ENVIRONMENT.exists():  # else each copy would install the tools of proofs again
                (copy / "build/formal").symlink_to(ENVIRONMENT)
        return {}

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Run all tests without a defect; return the problems and the number of test cases."""
        self._copies = asyncio.Queue()
        for copy in self._folders:
            self._copies.put_nowait(copy)
        every = sorted({test for tests in self._tests.values() for test in tests})
        count = 0
        near = [test for test in every if test.startswith(NEIGHBOURS)]
        for name, mark, tests in (("plain", _PLAIN, [*every, *NEIGHBOURS]), ("simulated", _SIMULATED, near)):
            if not tests:
                continue
            folder = simulations.make_folder(CONTROL, name)
            times = folder.resolve() / "times.xml"
            options = (*mark, f"-n{self._processes}", "--dist=loadfile", f"--junitxml={times}")
            said, end = await self._run(self._folders[0], tests, options, folder, CONTROL, TimeLimit(3600.0))
            if end.code not in _PASSED:
                failed = _FAILED.search(said)
                return f"{failed[1]}: {failed[2].strip(' -')}" if failed else end.detail, 0
            self._seconds[mark], self._longest[mark] = _seconds_by_file(times)
            count += _cases(said)
        return "", count

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Run the tests of a defect's file, until one fails."""
        folder = simulations.make_folder(defect.id)
        copy = await self._copies.get()
        try:
            changed = copy / defect.file
            changed.write_text(applied((ROOT / defect.file).read_text(), defect.change))
            # Python takes a module's code for that of its source by time and size.
            os.utime(changed, (number, number))
            count, spent = 0, 0.0
            for mark, some in self._stages(defect.file):
                limit = TimeLimit(self._limit(defect.file, mark, some))
                options = (*mark, "-x", "-n0", *self._one(defect.file, mark))
                said, end = await self._run(copy, some, options, folder, defect.id, limit)
                count += _cases(said)
                spent += end.seconds
                if end.code not in _PASSED:
                    break
        finally:
            shutil.copy2(ROOT / defect.file, copy / defect.file)
            self._copies.put_nowait(copy)
        seconds = round(spent, 3)
        if end.code in _PASSED:
            return DefectResult(defect, number, Fate.SURVIVED, after=count, seconds=seconds)
        failed = _FAILED.search(said)
        endless = end.ending is Ending.TIMEOUT or _ENDLESS.search(said)
        name = TIME_LIMIT if endless else failed[1] if failed else CRASH
        detail = failed[2].lstrip("-: ")[:300] if failed else end.detail
        return DefectResult(defect, number, Fate.KILLED, (name,), name, count, detail, seconds, tests=(name,))

    def _stages(self, file: str) -> list[tuple[_Mark, list[str]]]:
        """Marks and tests of a defect's runs: what finds most in the least time comes first."""
        plain, simulated = self._seconds[_PLAIN], self._seconds[_SIMULATED]
        tests = sorted(self._tests[file], key=lambda test: plain.get(test, 0.0))
        own = [test for test in tests if f"_{Path(file).stem}_" in f"{Path(test).stem}_"]
        near = [test for test in sorted(plain, key=plain.__getitem__) if test.startswith(NEIGHBOURS)]
        stages = [
            (_PLAIN, [test for test in own if test in plain]),
            (_PLAIN, [test for test in tests if test in plain and test not in own]),
            (_PLAIN, [test for test in near if test not in tests]),
            (_SIMULATED, [test for test in tests if test in simulated]),
        ]
        return [(mark, some) for mark, some in stages if some]

    def _limit(self, file: str, mark: _Mark, tests: Sequence[str]) -> float:
        """Time that some tests may take with a defect in a file."""
        spans = (_FILE_SECONDS + _TIMES_CONTROL * self._seconds[mark][test] for test in tests)
        return _START_SECONDS + _build_seconds(file, mark) + sum(spans)

    def _one(self, file: str, mark: _Mark) -> tuple[str, ...]:
        """Options that end the tests when one of them takes too long with a defect in a file."""
        limit = _TEST_SECONDS + _build_seconds(file, mark) + _TIMES_CONTROL * self._longest[mark]
        return ("-o", f"faulthandler_timeout={limit:.0f}", "-o", "faulthandler_exit_on_timeout=true")

    async def _run(
        self,
        copy: Path,
        tests: Sequence[str],
        options: Sequence[str],
        folder: Path,
        name: str,
        limit: Deadline,
    ) -> tuple[str, ProcessEnd]:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "COLUMNS": "300"}
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *tests]
        rerun = f"make mutants {self.rerun} TESTS={name}"
        command = Command(["env", "-C", str(copy.resolve()), *pytest], environment, folder, rerun)
        end = await run_process(command, limit, ResultsReader(folder / "results.jsonl"), lambda: None)
        if end.ending is Ending.INTERRUPTED:
            raise asyncio.CancelledError
        return (folder / "sim.log").read_text(errors="replace"), end


def _build_seconds(file: str, mark: _Mark) -> float:
    """Time that compiling what a file is part of may take."""
    return 0.0 if file.endswith(".py") else _BUILD_SECONDS[mark]


def _seconds_by_file(times: Path) -> tuple[dict[str, float], float]:
    """Seconds that the tests of each file took, and the longest test, by a report in JUnit's form."""
    seconds: dict[str, float] = defaultdict(float)
    longest = 0.0
    for case in ET.parse(times).getroot().iter("testcase"):
        seconds[case.attrib["classname"].replace(".", "/") + ".py"] += float(case.attrib["time"])
        longest = max(longest, float(case.attrib["time"]))
    return dict(seconds), longest


def _cases(said: str) -> int:
    """Count the test cases that a run ended, by its last words."""
    return sum(map(int, _COUNT.findall(said[-2000:])))
