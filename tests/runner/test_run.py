# SPDX-License-Identifier: Apache-2.0
"""`make run`."""

from regressions import account
from regressions.paths import BuildTree
from regressions.rundir import last_run
from tb.stimulus.rng import derive
from tests.runner.harness import Runner


def kinds(runner: Runner) -> set[str]:
    """Build kinds of the last run."""
    folder = last_run(BuildTree(runner.build))
    assert folder is not None
    return {segment.kind for segment in account.read(folder).segments}


def test_a_single_test_needs_one_build(runner: Runner) -> None:
    """Nobody who waits for `make run` waits for the other build kinds of a tier, unless for one by name."""
    seed = next(seed for seed in range(100) if derive(seed, "build kind", "t", 0) % 10 == 9)
    runner.tests(t={"tiers": ["pr"]})
    same = ("--tier", "pr", "--seed", str(seed))
    assert runner("regressions", *same, "--tests", "t") == 0
    assert kinds(runner) == {"xrand"}, "the tier draws it"
    assert runner("run", "--test", "t", *same) == 0
    assert kinds(runner) == {"fast"}
    assert runner("run", "--test", "t", *same, "--kind", "xrand") == 0
    assert kinds(runner) == {"xrand"}
