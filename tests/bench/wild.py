# SPDX-License-Identifier: Apache-2.0
"""Logs as a wild device could leave them: random edges, addresses, events, answers, counts of the probe."""

import random
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pyuvm import ConfigDB, uvm_root

from tb.agents.tcdm.monitor import BeatLog, EventLog, ProbeLog, TcdmLogs
from tb.dpi.bindings import ACCESS_DTYPE, CAUSE_COUNT, EVENT_DTYPE, PORT_DTYPE, PROBE_DTYPE, beat_dtype
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.protocol import PortLogs
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import Image, initial_image

_LONG = 400  # edges


def scoreboard(device: Descriptor) -> Scoreboard:
    """A scoreboard of a device, without the environment around it."""
    uvm_root().clear_children()
    ConfigDB().clear()
    ConfigDB().set(None, "*", "descriptor", device)
    made = Scoreboard("scoreboard", None)
    made.build_phase()
    return made


@dataclass(slots=True)
class Wild:
    """Random records of a scenario, as often near to what is right as far from it."""

    rng: random.Random  # where all randomness comes from
    device: Descriptor  # the device that left them
    scenario: Scenario  # scenario that was to run
    before: Image = field(init=False)  # the window's bytes before it
    expected: Prediction = field(init=False)  # its end as the model predicts it

    def __post_init__(self) -> None:
        self.before = initial_image(self.scenario)
        self.expected = prediction(self.scenario, self.before, SecondOpinions(sources=()))

    def judge(self, board: Scoreboard, port_error: str = "") -> Verdict:
        """Give the records to a scoreboard, and why a job could not be programmed."""
        rng = self.rng
        memory = self.expected.memory.copy()
        # Where few bytes differ, some outputs do: the search for what went wrong with each takes long.
        for at in rng.sample(range(memory.size), rng.choice((0, 0, 0, 1))):
            memory[at] = rng.randrange(256)
        beats, events, accesses = self._beats(), self._events(), self._accesses()
        board.tcdm.write(TcdmLogs(BeatLog(beats), EventLog(events), ProbeLog(self._probe())))
        board.accesses.write(accesses)
        rules = {rng.randrange(64): (rng.randrange(1, 5), rng.randrange(_LONG))} if rng.random() < 0.3 else {}
        cut = self.scenario.abort is not None and rng.random() < 0.8
        return board.check(
            self.scenario,
            self.before,
            memory,
            rules,
            watchdog=rng.random() < 0.4,
            port_error=port_error,
            cuts=[rng.randrange(_LONG)] if cut else [],
            expected=lambda: self.expected,
            ports=PortLogs(beats, self._port(), events, -1, _LONG) if rng.random() < 0.5 else None,
        )

    def _edges(self, most: int) -> list[int]:
        """Ascending edges; some more than once, where one edge can have more than one record."""
        return sorted(self.rng.choices(range(1, _LONG), k=self.rng.randrange(most)))

    def _address(self) -> int:
        job, rng = self.rng.choice(self.scenario.jobs), self.rng
        near = rng.choice((job.x_addr, job.w_addr, job.z_addr, self.scenario.window.base))
        return rng.choice((near + rng.randrange(-64, 64), rng.randrange(1 << 32))) % (1 << 32)

    def _beats(self) -> npt.NDArray[np.void]:
        lanes = (self.device.instance.dw + 32) // 32
        edges = sorted(set(self._edges(80)))
        log = np.zeros(len(edges), beat_dtype(lanes, 4 + (lanes * 4 + 31) // 32 + lanes))
        for row, edge in zip(log, edges, strict=True):
            row["cycle"], row["add"] = edge, self._address()
            row["flags"], row["answered"] = self.rng.randrange(4), self.rng.randrange(2)
            row["be"] = self.rng.choice((0, 0xFFFFFFFF, self.rng.randrange(1 << 32)))
        return log

    def _events(self) -> npt.NDArray[np.void]:
        lines = (0, 0, 0, 1, 2, 3, 4, 5, 6)
        rows = [(edge, self.rng.randrange(8), self.rng.choice(lines)) for edge in self._edges(12)]
        return np.array(rows, EVENT_DTYPE)

    def _accesses(self) -> npt.NDArray[np.void]:
        rng = self.rng
        rows = []
        for edge in self._edges(12):
            address = rng.choice((0, 0, 4, 0x14, 0x100, rng.randrange(1 << 32)))
            data, read = rng.choice((0, 0, rng.randrange(1 << 32))), rng.random() < 0.2
            core, enables = 1 << rng.randrange(8), rng.choice((0xF, 0xF, 1, 2, 0))
            rows.append((edge, address, data, rng.randrange(1 << 32), core, read, enables, rng.randrange(2)))
        return np.array(rows, ACCESS_DTYPE)

    def _port(self) -> npt.NDArray[np.void]:
        rng, rows = self.rng, []
        for edge in sorted(set(self._edges(30))):
            pattern = (rng.randrange(256), rng.randrange(2), rng.randrange(16), rng.randrange(8))
            rows.append((edge, rng.randrange(256), rng.randrange(4), *pattern, rng.randrange(256), (0, 0, 0)))
        return np.array(rows, PORT_DTYPE)

    def _probe(self) -> npt.NDArray[np.void]:
        rows = [
            (edge, tuple(self.rng.randrange(1 << 40) for _ in range(CAUSE_COUNT))) for edge in self._edges(6)
        ]
        return np.array(rows, PROBE_DTYPE)
