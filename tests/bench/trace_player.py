# SPDX-License-Identifier: Apache-2.0
"""Plays traces of both ports into the assertions and the logs, without a device."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from regressions.simulators import get_simulator
from regressions.simulators.model import Model
from tb.dpi.bindings import EVENT_DTYPE, PORT_DTYPE, RULE_COUNT, VIOLATION_DTYPE, beat_dtype
from tb.dpi.setting import RANGE_DTYPE
from tb.paths import ROOT
from tb.scoreboard.protocol import PortLogs, Ranges

HERE = Path(__file__).resolve().parent
_SV = ("rules_pkg", "bench_pkg", "tcdm_rules", "periph_rules", "periph_monitor", "event_monitor")

CYCLE_DTYPE = np.dtype(
    [
        ("data", "<u8"),
        *((name, "<u4") for name in ("add", "periph_add", "periph_data")),
        *((name, "u1") for name in ("rst_n", "req", "gnt", "wen", "be", "r_valid", "evt")),
        *((f"periph_{name}", "u1") for name in ("req", "gnt", "wen", "be", "id", "r_valid", "r_id")),
        ("last", "u1"),
        ("padding", "u1", (5,)),
    ]
)
"""The signals of both ports at one clock edge; `last` marks the end of a trace."""
_BEAT_DTYPE = beat_dtype(lanes=2, words=8)

Trace = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Played:
    """Result of a trace."""

    logs: PortLogs  # those of the monitors
    fired: dict[int, tuple[int, int]]  # assertions that fired: number -> (count, first edge)


@cache
def build() -> Path:
    """The player, compiled or found in the cache."""
    sources = (*(ROOT / "tb" / "sv" / f"{name}.sv" for name in _SV), HERE / "trace_player.sv")
    dpi = ROOT / "tb" / "dpi"
    model = Model(
        name="trace-player",
        top="trace_player",
        prefix="Vplayer",
        program="player",
        sources=(HERE / "trace_player.vlt", *sources),
        flags=("--assert",),
        cpp=(HERE / "trace_player.cpp", dpi / "bench.cpp"),
        folders=(dpi,),
        effort="-O1",
    )
    simulator, logs = get_simulator(), ROOT / "build" / "tests" / "bench"
    logs.mkdir(parents=True, exist_ok=True)
    simulator.lint(model, logs / "lint-trace-player.log")
    return simulator.compile(model, logs / "trace-player.log")


def play(folder: Path, traces: Sequence[Trace], ranges: Ranges) -> list[Played]:
    """Plays traces, arrays of `CYCLE_DTYPE` that begin in reset, where `ranges` may be touched."""
    cycles = np.concatenate(traces)
    cycles["last"] = 0
    cycles["last"][np.cumsum([trace.size for trace in traces]) - 1] = 1
    allowed = np.array([(*span, 0) for span in ranges], RANGE_DTYPE)
    head = np.array([allowed.size], "<u4").tobytes()
    (folder / "traces").write_bytes(head + allowed.tobytes() + cycles.tobytes())
    subprocess.run([build(), folder / "traces", folder / "results"], check=True, timeout=60)
    return _read((folder / "results").read_bytes(), len(traces))


def _read(content: bytes, count: int) -> list[Played]:
    offset = 0

    def take(dtype: np.dtype[np.void], size: int) -> npt.NDArray[np.void]:
        nonlocal offset
        array = np.frombuffer(content, dtype, size, offset)
        offset += dtype.itemsize * size
        return array

    played: list[Played] = []
    for _ in range(count):
        since, until, beats, ports, events = np.frombuffer(content, "<u8", 5, offset).tolist()
        offset += 40
        logs = PortLogs(
            take(_BEAT_DTYPE, beats), take(PORT_DTYPE, ports), take(EVENT_DTYPE, events), since, until
        )
        rules = take(VIOLATION_DTYPE, RULE_COUNT).tolist()
        played.append(Played(logs, {rule: each for rule, each in enumerate(rules) if each[0]}))
    assert offset == len(content)
    return played
