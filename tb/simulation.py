# SPDX-License-Identifier: Apache-2.0
"""Entry of a simulation process: turns `plan.json` into cocotb tests, one for each segment.

The runner names the plan in the environment variable `REDMULE_PLAN`; results go into the plan's folder as
docs/architecture.md ("Simulation process") describes. Outside a simulation this module defines no test.
"""

import gc
import logging
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge
from pyuvm import ConfigDB, uvm_report_object, uvm_root

from tb.agents.tcdm.rules import TcdmRule
from tb.coverage.counts import Counts
from tb.coverage.definition import Definition
from tb.descriptor import load
from tb.dpi.bindings import BenchHandle
from tb.env.background import Background
from tb.env.recorder import Recorder
from tb.exchange.device import Descriptor
from tb.exchange.plan import Segment, read_plan
from tb.exchange.record import read_record
from tb.exchange.results import STOPPED_EARLY, CoverageHits, SimulationEnd, TestBegin, TestEnd
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.kinds import DeviceKind, SegmentCoverage, kind_of
from tb.scoreboard.own import OwnCheckers, load_own
from tb.scoreboard.second_opinion import SecondOpinions
from tb.user_code import UserCodeError, told
from tb.uvm_tests.shrink import Shrink

PLAN_VARIABLE = "REDMULE_PLAN"
_GC_THRESHOLD = 50_000  # objects made and kept between two collections


_PATH = Path(os.environ.get(PLAN_VARIABLE, ""))
_FOLDER = _PATH.parent
_PLAN = read_plan(_PATH) if PLAN_VARIABLE in os.environ else None
_NUMBERS = range(len(_PLAN.tests) if _PLAN else 0)


@cocotb.test()
@cocotb.parametrize(number=[*_NUMBERS])
async def segment(dut: Any, number: int) -> None:
    """Run one segment of the plan; raises nothing for a failing device, which is data, not an error."""
    assert _PLAN is not None
    part = _PLAN.tests[number]
    folder = _FOLDER
    # The bench object is made by an initial block, which runs after this test was started.
    await RisingEdge(dut.clk)
    handle = BenchHandle()
    # Records of the segment before are none of this one's.
    handle.clear_logs()
    handle.clear_violations()
    # Job objects are many and free of cycles; the collector only costs time here.
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    spend, checkers = _background().spend, _PLAN.checkers
    recorder = Recorder(folder, _PLAN.descriptor, part, _PLAN.state, spend, checkers)
    recorder.line(TestBegin(part.entry.name, part.seed, part.begin, part.end))
    _START.append(sum(_background().account().values()))
    cycles, started = handle.shared.cycle, time.perf_counter()
    rejected: dict[str, int] = {}
    try:
        coverage = _kind().coverage(_definition(), _descriptor(), _background(), _PLAN.coverage.share)
        rejected = await _run(dut, handle, part, recorder, coverage)
        _late_violations(handle, recorder)
        _cover(coverage.finish(), recorder)
        recorder.complete = True
    except UserCodeError as error:
        recorder.fail(Status.ERROR, str(error))
        recorder.complete = True
    except Exception as error:
        recorder.fail(Status.CRASH, told(error))
        raise
    finally:
        if not recorder.complete:
            # An error in a phase of pyuvm reaches this task as its cancellation only.
            recorder.fail(Status.CRASH, STOPPED_EARLY)
        recorder.line(
            TestEnd(
                test=part.entry.name,
                jobs=recorder.jobs,
                held=recorder.held,
                stopped=dict(recorder.stopped),
                without=recorder.without,
                compared_bytes=recorder.compared_bytes,
                register_reads=recorder.register_reads,
                checks=recorder.checks,
                proven=tuple(_checkers().fired),
                status=recorder.worst,
                detail=recorder.detail,
                cycles=handle.shared.cycle - cycles,
                seconds=round(time.perf_counter() - started, 6),
                rejected=rejected,
                left_out=dict(recorder.left_out),
                concerned=dict(recorder.concerned),
                known=dict(recorder.known),
                silent=dict(recorder.silent),
                processor={name: round(used, 6) for name, used in _background().account().items()},
            )
        )
        if number == _NUMBERS[-1]:
            seconds = time.perf_counter() - _STARTED
            recorder.line(SimulationEnd(handle.shared.cycle, round(seconds, 6), round(sum(_START), 6)))
        recorder.close()


_STARTED = time.perf_counter()
_START: list[float] = []  # processor time before each segment


def _late_violations(handle: BenchHandle, recorder: Recorder) -> None:
    """Rules that fired after the last scenario was judged, but for those that do not hold on the device."""
    waived = [int(TcdmRule[name]) for name in _descriptor().traits.waived_rules]
    for rule, (count, edge) in handle.violations().items():
        if rule not in waived:
            recorder.fail(
                Status.PROTOCOL, f"rule {rule} fired {count} times after the last scenario, at edge {edge}"
            )


@cache
def _descriptor() -> Descriptor:
    """The device, read once for all segments."""
    assert _PLAN is not None
    device = load(_PLAN.descriptor)
    return device.without_known(_PLAN.replay.ignored) if _PLAN.replay else device


@cache
def _kind() -> DeviceKind:
    """The kind of the device."""
    return kind_of(_descriptor())


@cache
def _definition() -> Definition:
    """The covergroups, read once for all segments."""
    assert _PLAN is not None
    return _kind().definition(tuple(map(Path, _PLAN.coverage.files)))


@cache
def _checkers() -> OwnCheckers:
    """The user's checkers, read once for all segments."""
    assert _PLAN is not None
    return OwnCheckers(load_own(map(Path, _PLAN.checkers)))


@cache
def _resources() -> dict[str, Any]:
    """The kind's own entries of the configuration database, made once for all segments."""
    assert _PLAN is not None
    return _kind().resources(_descriptor(), _PLAN.programs)


def _cover(counts: Counts, recorder: Recorder) -> None:
    """Report coverage; fail if an excluded bin was hit."""
    for item, index in counts.excluded_hits():
        reason = counts.definition.reason(item, index)
        recorder.fail(
            Status.MISMATCH,
            f"coverage: excluded bin {item.bin_name(index)} was hit, said to be impossible: {reason}; "
            "correct the exclusion or the coverpoint in tb/coverage",
        )
    recorder.line(CoverageHits(**counts.to_json()))


def _replay() -> Shrink | tuple[Scenario, ...] | None:
    """Replay that takes the place of the scenarios that the only segment would draw."""
    assert _PLAN is not None
    replay = _PLAN.replay
    if replay is None:
        return None
    record = read_record(Path(replay.record))
    if replay.mode in ("shrink", "needed"):
        whole = replay.mode == "needed"
        return Shrink(record, _FOLDER, replay.seconds, replay.candidates, whole=whole)
    return record.alone() if replay.mode == "alone" else record.scenarios


@cache
def _background() -> Background:
    """The thread, one for all segments."""
    return Background()


async def _run(
    dut: Any, handle: BenchHandle, part: Segment, recorder: Recorder, coverage: SegmentCoverage
) -> dict[str, int]:
    assert _PLAN is not None
    # A line for each item and phase would cost more than the simulation.
    uvm_report_object.set_default_logging_level(logging.WARNING)
    root = uvm_root()
    database = ConfigDB()
    database.clear()
    for key, value in {
        "dut": dut,
        "bench": handle,
        "descriptor": _descriptor(),
        "recorder": recorder,
        "segment": part,
        "replay": _replay(),
        "background": _background(),
        "coverage": coverage,
        "checkers": _checkers(),
        "opinions": SecondOpinions(share=_PLAN.opinions_share),
        "folder": _FOLDER,
        "logs": _PLAN.logs,
        **_resources(),
    }.items():
        database.set(None, "*", key, value)
    await root.run_test(_kind().segment_test(), keep_set={ConfigDB})
    rejected: dict[str, int] = uvm_root().uvm_test_top.rejected
    return rejected
