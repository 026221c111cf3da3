# SPDX-License-Identifier: Apache-2.0
"""Runs tests on a stranger's device: with what its descriptor says of it, without, and with a defect added.

A stranger is a folder beside this file with two descriptors: `<name>.toml`, which says all, and `bare.toml`,
which is based on it and empties what it says. Both are the same Verilog under one name, compiled once. A
defect is chosen when a simulation begins, by ``+mutant=``, which the stranger's Verilog reads (0: none).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.simulation import LoggedTest, PlannedTest, simulate

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """Results of a run."""

    tests: Mapping[str, LoggedTest]  # those of each test, by its name
    output: str  # all that the simulation printed

    @property
    def fired(self) -> Counter[str]:
        """Checkers that found something, each with the number of scenarios in which it did."""
        return Counter(name for test in self.tests.values() for names in test.fired for name in names)

    @property
    def jobs(self) -> int:
        """Jobs that were judged."""
        return sum(len(test.jobs) for test in self.tests.values())

    def check_green(self) -> None:
        """Assert that every test passed, and that there was something to judge."""
        assert {name: test.end.get("status") for name, test in self.tests.items()} == dict.fromkeys(
            self.tests, "passed"
        ), [test.failures[:1] for test in self.tests.values()]
        assert self.jobs, self.output

    def check_red(self, *checkers: str) -> None:
        """Assert that these checkers found something, and no others."""
        assert self.fired.keys() == set(checkers), [test.failures[:3] for test in self.tests.values()]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A device and the tests that it is judged by."""

    name: str  # name of its folder and of its descriptor
    tests: tuple[PlannedTest, ...]

    def descriptor(self, *, bare: bool = False) -> str:
        """Return the path of its descriptor; of that which says nothing of its deviations for `bare`."""
        return str(HERE / self.name / f"{'bare' if bare else self.name}.toml")

    def run(self, folder: Path, *, bare: bool = False, mutant: int = 0) -> Outcome:
        """Run its tests in one simulation.

        Args:
            folder: Receives the plan and the results.
            bare: Without what is known of it.
            mutant: Number of the defect to add; 0 for none.
        """
        device = self.descriptor(bare=bare)
        return Outcome(*simulate(folder, self.tests, f"+mutant={mutant}", device=device))
