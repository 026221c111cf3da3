# SPDX-License-Identifier: Apache-2.0
"""Checkers that users bring in files of their own (docs/checkers.md)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tb.checkers import OWN, Checker, load_checkers
from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.python_file import PythonFileError, load_python
from tb.schema import SchemaError
from tb.user_code import told

if TYPE_CHECKING:
    from tb.agents.tcdm.monitor import BeatLog, EventLog
    from tb.exchange.device import Descriptor
    from tb.exchange.scenario import Scenario
    from tb.scoreboard.finding import Span


@dataclass(slots=True)
class Watched:
    """A scenario that ran, as a checker sees it: what was asked, and what the monitors noted."""

    device: Descriptor
    scenario: Scenario  # jobs, stalls and the window of memory
    spans: Sequence[Span | None]  # when each job ran that ended; None for one that was cut short
    before: npt.NDArray[np.uint8]  # bytes of the window before the first trigger
    memory: npt.NDArray[np.uint8]  # and after the last event
    beats: BeatLog  # cycles with a request on the wide port
    events: EventLog  # event lines and busy_o
    accesses: npt.NDArray[np.void]  # answered accesses of the register port

    def broken(self, change: Callable[[Watched], object]) -> Watched | None:
        """A copy with a change in its arrays; None where the change says that there is nothing to change."""
        copy = Watched(
            *(self.device, self.scenario, deepcopy(self.spans), self.before.copy(), self.memory.copy()),
            *(type(self.beats)(self.beats.records.copy()), type(self.events)(self.events.records.copy())),
            self.accesses.copy(),
        )
        if change(copy) is False:
            return None
        # The logs took columns out of their records before these were changed.
        copy.beats, copy.events = type(copy.beats)(copy.beats.records), type(copy.events)(copy.events.records)
        return copy


Found = str | tuple[int, str]
"""Words on something wrong, with the position of the job that is to blame, if it is one."""

Check = Callable[[Watched], Iterable[Found]]
Change = Callable[[Watched], object]


class OwnChecker:
    """A function that looks at each scenario, and proofs that it fires; made by `checker`.

    Attributes:
        name: Name of the function, as findings have it.
        holds: First line of its docstring: what must hold.
        proofs: Functions that break what was seen, so that it fires.
    """

    def __init__(self, function: Check) -> None:
        self.name = function.__name__
        self.holds = (inspect.getdoc(function) or "it has no description").partition("\n")[0]
        self.proofs: list[Change] = []
        self._function = function
        self._file = Path(inspect.getfile(function))

    def proof(self, change: Change) -> Change:
        """Decorate a function that breaks what was seen of a clean scenario, in place.

        It returns False where the scenario has nothing to break.
        """
        self.proofs.append(change)
        return change

    def listed(self, fired: Iterable[str]) -> Checker:
        """The checker as reports list it, with the proofs among those that fired."""
        nodes = [f"{self._file.name}:{each.__name__}" for each in self.proofs]
        return Checker(self.name, OWN, self.holds, tuple(node for node in nodes if node in set(fired)))

    def judge(self, seen: Watched) -> list[Finding]:
        """Findings in a scenario; an error of the checker is one."""
        try:
            return [self._finding(each) for each in self._function(seen)]
        except (Exception, SystemExit) as error:
            return [Finding(Status.ERROR, self.name, told(error, self._file))]

    def prove(self, change: Change, seen: Watched) -> tuple[str, list[Finding]]:
        """Try a proof on a clean scenario.

        Returns:
            Name of the proof if it could be tried, and what is wrong with checker or proof.
        """
        name = f"{self._file.name}:{change.__name__}"
        try:
            broken = seen.broken(change)
        except (Exception, SystemExit) as error:
            return name, [Finding(Status.ERROR, self.name, f"its proof: {told(error, self._file)}")]
        if broken is None:
            return "", []
        found = self.judge(broken)
        if any(finding.status is not Status.ERROR for finding in found):
            return name, []
        why = found[0].detail if found else "nothing is found where it breaks something"
        return name, [Finding(Status.ERROR, self.name, f"its proof {name} does not make it fire: {why}")]

    def _finding(self, found: Found) -> Finding:
        if isinstance(found, str):
            return Finding(Status.MISMATCH, self.name, found)
        job, text = found
        return Finding(Status.MISMATCH, self.name, str(text), int(job))


def checker(function: Check) -> OwnChecker:
    """Makes a function a checker of its name; the first line of its docstring says what must hold."""
    return OwnChecker(function)


class OwnCheckers:
    """The checkers of some files, which judge each scenario; each proof is tried once.

    Attributes:
        fired: Proofs on which their checker fired.
    """

    def __init__(self, checkers: Sequence[OwnChecker] = ()) -> None:
        self.checkers = checkers
        self.fired: list[str] = []
        self._left = [(each, change) for each in checkers for change in each.proofs]

    def __bool__(self) -> bool:
        return bool(self.checkers)

    def judge(self, seen: Watched, *, clean: bool) -> list[Finding]:
        """Findings of all; what is `clean` otherwise serves their proofs, too."""
        findings = [finding for each in self.checkers for finding in each.judge(seen)]
        if findings or not clean:
            return findings
        for each, change in tuple(self._left):
            name, wrong = each.prove(change, seen)
            if name:
                self._left.remove((each, change))
                findings += wrong
                self.fired += [] if wrong else [name]
        return findings


def load_own(files: Iterable[Path]) -> list[OwnChecker]:
    """Reads checkers from Python files.

    Raises:
        SchemaError: A file does not load, has no checker, or one has a name that is taken.
    """
    found: dict[str, OwnChecker] = {}
    taken = load_checkers()
    for file in files:
        try:
            module = load_python(file)
        except PythonFileError as error:
            raise SchemaError(f"CHECKERS: {error}") from error
        own = [value for value in vars(module).values() if isinstance(value, OwnChecker)]
        if not own:
            raise SchemaError(f"CHECKERS: {file} has no function with @checker (docs/checkers.md)")
        for each in own:
            if each.name in taken or found.setdefault(each.name, each) is not each:
                raise SchemaError(f"CHECKERS: {file}: there is a checker '{each.name}' already; rename it")
    return list(found.values())
