# SPDX-License-Identifier: Apache-2.0
"""No gate of the comparison halts the full level in silence; properties of its source cannot show that."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from regressions.synthesis.flat import ONE, FlatNetlist, flatten, truth_tables
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from tb.descriptor import load
from tb.paths import ROOT
from tests.extras import extra

SOURCE = ROOT / "rtl" / "redmule" / "redmule_lockstep.sv"
MARK = "halt != '0 && (told_q || evt_sent_i[0][1]);"
BACK = {"stop_o": "stop_i", "event_o": "evt_sent_i"}
"""Outputs that come back; of an event the second line of each core."""


def _cells(source: Path, folder: Path) -> FlatNetlist:
    parameters: dict[str, int | str] = {"N_CORES": 2, "BYTES": 1, "STATE": 1}
    device = replace(
        load("redmule"), name="lockstep", top="redmule_lockstep", sources=(source,), parameters=parameters
    )
    return flatten(Synthesis(extra(), folder, 1, Library.read(GENERIC)).of(device))


def _cycle(flat: FlatNetlist, state: Mapping[int, int], flipped: int | None) -> dict[int, int]:
    """Values of all nets in a cycle without a request or a clear."""
    tables, values = truth_tables(), dict.fromkeys(range(flat.nets), 0) | {ONE: 1} | dict(state)
    values[flat.ports["rst_ni"][0]] = 1
    for _ in range(3):  # what comes back follows nothing that comes back
        for cell in flat.cells:
            row = sum(values[net] << place for place, net in enumerate(cell.inputs))
            values[cell.output] = (tables[cell.kind] >> row & 1) ^ (cell.output == flipped)
        for output, back in BACK.items():
            nets = flat.ports[back]
            lines = nets if len(nets) == 1 else nets[1::2]
            for line, net in zip(lines, flat.ports[output], strict=True):
                values[line] = values[net]
    return values


def silent(flat: FlatNetlist) -> list[int]:
    """Gates that, inverted for a cycle, halt the device and tell no core."""
    start = {each.output: int(each.kind == "DFFS") for each in flat.registers}
    found = []
    for gate in flat.cells:
        state, told, stopped = start, False, False
        for flipped in (gate.output, None, None, None):
            values = _cycle(flat, state, flipped)
            told |= any(values[net] for net in flat.ports["event_o"])
            stopped = bool(values[flat.ports["stop_o"][0]])
            state = {each.output: values[each.inputs[0]] for each in flat.registers}
        if stopped and not told:
            found.append(gate.output)
    return found


def test_no_gate_halts_in_silence(tmp_path: Path) -> None:
    flat = _cells(SOURCE, tmp_path)
    assert len(flat.cells) > 50
    assert silent(flat) == []


@pytest.mark.parametrize("mark", ["halt != '0;", "event_o != '0 || (told_q && halt != '0);"])
def test_a_halt_that_marks_itself_as_told_is_found(mark: str, tmp_path: Path) -> None:
    """The proof of the first test; both are one function of the registers."""
    text = SOURCE.read_text()
    assert text.count(MARK) == 1
    source = tmp_path / SOURCE.name
    source.write_text(text.replace(MARK, mark))
    assert silent(_cells(source, tmp_path)) != []
