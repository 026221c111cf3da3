# SPDX-License-Identifier: Apache-2.0
"""A defect may name jobs that run before those of the list: with it, and with what is to survive."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from regressions.cluster.mutants.target import ClusterTarget
from regressions.deadline import Deadline
from regressions.errors import UserError
from regressions.judge import Ending, ProcessEnd
from regressions.mutants import defects, device
from regressions.mutants.bench.target import BenchTarget
from regressions.mutants.defects import Defect, read
from regressions.mutants.device import DeviceTarget
from regressions.mutants.outcome import DefectResult, Fate
from regressions.mutants.simulations import Simulations
from regressions.order import Order
from regressions.place import Processes
from regressions.results import SimulationLog
from regressions.services import real_services
from tb.schema import SchemaError

LIST = 'schema = 1\nseed = 3\njobs = ["gemm_ops_small:0:2", "reg_hw_reset:0:1"]\n'
DATA = """
schema = 1
device = "serial"

[[defect]]
id = "needs-more"
file = "serial_engine.sv"
line = "assign last_n = n_q == job_i.n - 16'd1;"
replacement = "assign last_n = n_q == job_i.n - 16'd2;"
about = "one step is left out"
jobs = ["edges_sizes:4:6", "reg_hw_reset:0:1", "edges_sizes:0:2"]

[[defect]]
id = "needs-none"
file = "serial_engine.sv"
line = "assign last_n = n_q == job_i.n - 16'd1;"
replacement = "assign last_n = n_q == job_i.n;"
about = "one step is left out"

[[defect]]
id = "is-none"
file = "redmule_serial.sv"
line = "assign busy_o = jobs_pending || raised;"
replacement = "assign busy_o = raised || jobs_pending;"
about = "another order"
equivalent = "or is symmetric"
"""
COMMON = ["gemm_ops_small:0:2", "reg_hw_reset:0:1"]


class Recorded(DeviceTarget):
    """Notes what would run, in folders of which defect."""

    def __init__(self, order: Order) -> None:
        super().__init__(order, real_services(1), "serial")
        self.ran: list[tuple[str, list[str]]] = []

    async def _simulate(
        self, number: int, name: str, it: Any, simulations: Simulations, deadline: Deadline
    ) -> tuple[SimulationLog, ProcessEnd, Path]:
        del number, deadline
        simulations.make_folder(name, it.part)
        self.ran.append((name, [f"{s.entry.name}:{s.begin}:{s.end}" for s in it.jobs.segments]))
        return SimulationLog(), ProcessEnd(Ending.EXITED, 0, 1.0), Path()


def target(folder: Path, data: str = DATA) -> tuple[Recorded, list[Defect]]:
    """A campaign's target, and its defects."""
    (folder / "list.toml").write_text(LIST)
    (folder / "own.toml").write_text(data)
    return Recorded(Order(processes=1, dut="serial", job_list=folder / "list.toml")), read(
        folder / "own.toml"
    ).defects


def test_own_jobs_run_before_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, listed = target(tmp_path)
    monkeypatch.setattr(device, "judge", lambda *_: [])
    monkeypatch.setattr(device, "read_result", lambda one, number, *_: DefectResult(one, number, Fate.KILLED))
    made.place(listed)
    monkeypatch.setattr(device, "build_valid", lambda *_: ({"fast": None}, {}))
    made.build(listed, list(enumerate(listed, start=1)), tmp_path)
    simulations = Simulations(tmp_path / "sims", "", Processes(1))
    asyncio.run(made.control(simulations))
    for number, defect in enumerate(listed, start=1):
        asyncio.run(made.examine(number, defect, simulations))
    assert made.ran == [
        # Without a defect, each of its parts is a simulation.
        ("control", COMMON),
        ("control", ["edges_sizes:4:6"]),
        ("control", ["reg_hw_reset:0:1"]),
        ("control", ["edges_sizes:0:2"]),
        # With one, what the list has as well runs once.
        ("needs-more", ["edges_sizes:4:6", "reg_hw_reset:0:1", "edges_sizes:0:2", "gemm_ops_small:0:2"]),
        ("needs-none", COMMON),
        # What has a reason to survive meets all.
        ("is-none", ["edges_sizes:4:6", "reg_hw_reset:0:1", "edges_sizes:0:2", "gemm_ops_small:0:2"]),
    ]


@pytest.mark.parametrize(
    ("jobs", "error", "message"),
    [
        ("edges_sizes", SchemaError, r"needs-more.*jobs\[0\]: 'edges_sizes' is no part"),
        ("edge_sizes:0:1", UserError, "did you mean 'edges_sizes'"),
    ],
)
def test_jobs_that_there_are_not(tmp_path: Path, jobs: str, error: type[Exception], message: str) -> None:
    made, listed = target(tmp_path, DATA.replace("edges_sizes:4:6", jobs))
    with pytest.raises(error, match=message):
        made.place(listed)


def test_only_devices_have_jobs(tmp_path: Path) -> None:
    _, listed = target(tmp_path)
    order = Order(processes=1)
    for kind in (ClusterTarget, BenchTarget):
        with pytest.raises(SchemaError, match="only defects of a device run under jobs"):
            kind(order, real_services(1), "").place(listed)


def test_jobs_of_the_arrays_defects_are_parts_of_tests() -> None:
    entries = Order(processes=1).entries
    named = [part for defect in defects.load("redmule") for part in defect.jobs]
    assert len(named) > 50
    for name, begin, end in (part.split(":") for part in named):
        assert int(begin) < int(end) <= (entries[name].count or int(end)), name
