# SPDX-License-Identifier: Apache-2.0
"""Entry of a simulation process: turns `plan.json` into cocotb tests, one for each segment.

The runner names the plan in the environment variable `REDMULE_PLAN`; results go into the plan's folder as
docs/architecture.md ("Simulation process") describes. Outside a simulation this module defines no test.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge
from pyuvm import ConfigDB, uvm_report_object, uvm_root

from tb.cluster.coverage import ClusterCoverage
from tb.cluster.elf import Program, read_program
from tb.cluster.instructions import check_instructions
from tb.cluster.segment import ClusterSegmentTest
from tb.cluster.session import SessionHandle
from tb.coverage.collector import Collector
from tb.coverage.counts import Counts
from tb.coverage.covergroups import CLUSTER_FILE, load_definition
from tb.coverage.definition import Definition
from tb.descriptor import Descriptor, load
from tb.dpi.bindings import BenchHandle
from tb.env.background import Background
from tb.env.recorder import Recorder
from tb.errors import UserError
from tb.plan import Plan, read_plan
from tb.scoreboard.second_opinion import SecondOpinions
from tb.status import Status
from tb.uvm_tests.segment import Segment, SegmentTest

PLAN_VARIABLE = "REDMULE_PLAN"
_GC_THRESHOLD = 50_000  # objects made and kept between two collections
_SWITCH_INTERVAL = 5e-5  # seconds that the end of a scenario may wait for the thread in the background


def _plan() -> Plan | None:
    path = os.environ.get(PLAN_VARIABLE)
    return None if path is None else read_plan(Path(path))


_PLAN = _plan()
_NUMBERS = range(len(_PLAN.segments) if _PLAN else 0)


@cocotb.test()
@cocotb.parametrize(number=[*_NUMBERS])
async def segment(dut: Any, number: int) -> None:
    """Run one segment of the plan; raises nothing for a failing device, which is data, not an error."""
    assert _PLAN is not None
    part = _PLAN.segments[number]
    folder = _PLAN.folder
    # The bench object is made by an initial block, which runs after this test was started.
    await RisingEdge(dut.clk)
    handle = BenchHandle()
    # What the segment before left in the logs is not this one's business.
    handle.clear_logs()
    handle.clear_violations()
    # Job objects are many and free of cycles; the collector only costs time here.
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    recorder = Recorder(folder, _PLAN.context(part), part.test, _background())
    recorder.line("test_begin", test=part.test, seed=part.seed, begin=part.begin, end=part.end)
    cycles, started = handle.shared.cycle, time.perf_counter()
    rejected: dict[str, int] = {}
    try:
        device = _descriptor(_PLAN.descriptor)
        collector = Collector(_definition(), device, _background(), _PLAN.coverage.share)
        cluster = ClusterCoverage(_cluster_definition(), device.n_cores)
        rejected = await _run(dut, handle, part, recorder, collector, cluster)
        _late_violations(handle, recorder)
        _cover(collector.finish() if device.cluster is None else cluster.counts, recorder)
        recorder.complete = True
    except Exception as error:
        recorder.fail(Status.CRASH, f"{type(error).__name__}: {error}")
        raise
    finally:
        if not recorder.complete:
            # An error in a phase of pyuvm reaches this task as its cancellation only.
            recorder.fail(Status.CRASH, "the test stopped early: see the simulation's log")
        recorder.line(
            "test_end",
            test=part.test,
            jobs=recorder.jobs,
            compared_bytes=recorder.compared_bytes,
            status=recorder.worst,
            detail=recorder.detail,
            cycles=handle.shared.cycle - cycles,
            seconds=round(time.perf_counter() - started, 6),
            rejected=rejected,
            known=dict(recorder.known),
            silent=dict(recorder.silent),
        )
        if number == _NUMBERS[-1]:
            recorder.line(
                "sim_end", cycles=handle.shared.cycle, seconds=round(time.perf_counter() - _STARTED, 6)
            )
        recorder.close()


_STARTED = time.perf_counter()


def _late_violations(handle: BenchHandle, recorder: Recorder) -> None:
    """Rules that fired after the last scenario was judged."""
    for rule, (count, edge) in handle.violations().items():
        recorder.fail(
            Status.PROTOCOL, f"rule {rule} fired {count} times after the last scenario, at edge {edge}"
        )


@cache
def _descriptor(name: str) -> Descriptor:
    """The device, read once for all segments."""
    return load(name)


@cache
def _definition() -> Definition:
    """The covergroups, read once for all segments."""
    assert _PLAN is not None
    return _PLAN.coverage.definition()


@cache
def _cluster_definition() -> Definition:
    """The covergroups of clusters, read once for all segments."""
    return load_definition(first=CLUSTER_FILE)


def _cover(counts: Counts, recorder: Recorder) -> None:
    """Report what was covered; what is said to be impossible must not have happened."""
    for item, index in counts.excluded_hits():
        reason = counts.definition.reason(item, index)
        recorder.fail(
            Status.MISMATCH,
            f"coverage: excluded bin {item.bin_name(index)} was hit, said to be impossible: {reason}; "
            "correct the exclusion or the coverpoint in tb/coverage",
        )
    recorder.line("coverage", **counts.to_json())


@cache
def _background() -> Background:
    """The thread, one for all segments."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    return Background()


async def _run(
    dut: Any,
    handle: BenchHandle,
    part: Segment,
    recorder: Recorder,
    collector: Collector,
    cluster: ClusterCoverage,
) -> dict[str, int]:
    assert _PLAN is not None
    # A line for each item and phase would cost more than the simulation.
    uvm_report_object.set_default_logging_level(logging.WARNING)
    root = uvm_root()
    database = ConfigDB()
    database.clear()
    for key, value in (
        ("dut", dut),
        ("bench", handle),
        ("descriptor", _descriptor(_PLAN.descriptor)),
        ("recorder", recorder),
        ("segment", part),
        ("background", _background()),
        ("coverage", collector),
        ("opinions", SecondOpinions(whole=_PLAN.whole_opinions)),
    ):
        database.set(None, "*", key, value)
    test_class: type[SegmentTest | ClusterSegmentTest] = SegmentTest
    if _descriptor(_PLAN.descriptor).cluster is not None:
        test_class = ClusterSegmentTest
        database.set(None, "*", "session", SessionHandle())
        database.set(None, "*", "cluster_coverage", cluster)
        database.set(None, "*", "programs", _programs())
    await root.run_test(test_class, keep_set={ConfigDB})
    test: SegmentTest | ClusterSegmentTest = uvm_root().uvm_test_top
    return test.rejected


@cache
def _programs() -> dict[str, Program | UserError]:
    """The programs of a cluster, read once for all segments; one that cannot be fails its tests alone."""
    assert _PLAN is not None
    cluster = _descriptor(_PLAN.descriptor).cluster
    fpu = cluster is not None and cluster.fpu
    return {name: _program(given, fpu=fpu) for name, given in _PLAN.programs.items()}


def _program(given: Mapping[str, str], *, fpu: bool) -> Program | UserError:
    if "error" in given:
        return UserError(given["error"])
    try:
        program = read_program(Path(given["path"]))
        check_instructions(program, fpu=fpu)
    except UserError as error:
        return error
    return program
