# SPDX-License-Identifier: Apache-2.0
"""Speed of a cluster in its bench, against the same model in a bare C++ loop that has no monitors."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from regressions.simulators.base import Simulator
from regressions.speed.simulation import Speed, SpeedFigures, figures, run_bench
from tb.cluster.config import cluster_of
from tb.cluster.streams.traffic import TrafficStream
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, ProgramBuild, Segment

PROGRAMS = 12
"""Programs of a round, some ten thousand cycles each."""

ROUNDS = 3
SEED = 1
_WARM_UP = 2
_ENTRY = TestEntry("bench_cluster", "cluster_traffic", count=PROGRAMS, runs_on="cluster")


def measure(
    device: Descriptor,
    simulator: Simulator,
    folder: Path,
    report: Callable[[str], None] = lambda _line: None,
    rounds: int = ROUNDS,
    count: int = PROGRAMS,
) -> SpeedFigures:
    """Runs random traffic in turns with the bench and in the bare loop, `count` programs a turn.

    Contents of earlier measurements in the folder are replaced; `report` takes lines about the progress.

    Raises:
        UserError: A program failed.
        BuildError: A program cannot be built.
    """
    config = cluster_of(device)
    stream = TrafficStream(_ENTRY.name, SEED, {}, device)
    program = build_program(stream.program, folder / "sw.log")
    runs = [stream.run(index).with_program(program) for index in range(count)]
    bench = simulator.build(device, "fast", folder / "bench-build.log")
    bare = simulator.build_bare(device, folder / "bare-build.log").executable
    command, environment = simulator.command(bench, folder / "simulation")
    pairs = []
    for turn in range(rounds):
        report(f"round {turn + 1} of {rounds}")
        log = run_bench(command, environment, folder / "simulation", _plan(device, count, program.path), 300)
        outcomes = [run_task(bare, config, run.task, folder / "bare") for run in runs]
        cycles = sum(int(outcome.log["cycles"]) for outcome in outcomes)
        seconds = sum(float(outcome.log["seconds"]) for outcome in outcomes)
        pairs.append((replace(Speed.of(log), cycles=cycles), Speed(cycles, seconds)))
    return figures(pairs, sum(run.jobs for run in runs))


def _plan(device: Descriptor, count: int, program: Path) -> Plan:
    return Plan(
        descriptor=str(device.path),
        tests=tuple(Segment(_ENTRY, SEED, 0, end) for end in (min(_WARM_UP, count), count)),
        programs={TrafficStream.program: ProgramBuild(str(program))},
    )
