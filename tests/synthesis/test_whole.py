# SPDX-License-Identifier: Apache-2.0
"""A whole device of cells: edges, resets and random states, and what the bench finds in it."""

import ctypes
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from models.cxx import compiler
from regressions.accelerator import models
from regressions.errors import UserError
from regressions.synthesis.flat import INPUTS, ONE, OUTPUTS, FlatNetlist, PlacedCell, PlacedUnit, truth_tables
from regressions.synthesis.netlists import with_netlist
from regressions.synthesis.whole import EVALUATOR, MODULE, NUMBERS, write_whole
from regressions.yosys.netlist import SynthesisUnit
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tests.bench.simulation import PlannedTest, simulate
from tests.extras import extra

SERIAL = EVALUATOR.parents[1] / "devices" / "serial_netlist.toml"
JOBS = PlannedTest("jobs", "gemm_op", {"m": [1, 5], "n": [1, 5], "k": [1, 5], "jobs": 1}, end=4)
TOP = SynthesisUnit("top", (("DW", "64"),))
CLOCK, RESET, DATA, RESETTABLE, FREE, NOT_RESETTABLE, NOT_FREE = range(2, 9)
HELD = range(9, 41)


def _inverters() -> FlatNetlist:
    """Give registers that take their inverse, one with a reset to 1 and one without; others keep a value."""
    ports: dict[str, list[int]] = {name: [] for name in (*INPUTS, *OUTPUTS)}
    ports |= {"clk_i": [CLOCK], "rst_ni": [RESET], "test_mode_i": [DATA]}
    ports |= {"evt_o": [RESETTABLE], "busy_o": [FREE], "tcdm_add_o": [*HELD]}
    return FlatNetlist(
        41,
        [
            PlacedCell("INV", (RESETTABLE,), NOT_RESETTABLE, 0),
            PlacedCell("XNOR2", (FREE, DATA), NOT_FREE, 0),
        ],
        [
            PlacedCell("DFFS", (NOT_RESETTABLE, RESET), RESETTABLE, 0),
            PlacedCell("DFF", (NOT_FREE, ONE), FREE, 0),
            *(PlacedCell("DFF", (net, ONE), net, 0) for net in HELD),
        ],
        ports,
        [PlacedUnit("", "top", 0)],
    )


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, Sequence[tuple[int, int]]], list[int]]:
    """Run edges, each with the reset and the data, from a seed; the outputs behind each as one number."""
    folder = tmp_path_factory.mktemp("inverters")
    write_whole(_inverters(), TOP, folder)
    library = folder / "device.so"
    files = [str(EVALUATOR), str(folder / NUMBERS)]
    options = ["-std=c++20", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*compiler().command(folder / "scratch"), *options, *files], check=True)
    code = ctypes.CDLL(str(library))
    code.cells_create.restype = ctypes.c_void_p

    def run(seed: int, values: Sequence[tuple[int, int]]) -> list[int]:
        device = ctypes.c_void_p(code.cells_create(seed))
        found, outputs = [], (ctypes.c_uint32 * 2)()
        for reset, data in values:
            code.cells_edge(device, (ctypes.c_uint32 * 1)(reset << 1 | data << 2), outputs)
            found.append(outputs[0] | outputs[1] << 32)
        return found

    return run


def test_a_reset_is_there_at_once_and_is_no_clock(
    edges: Callable[[int, Sequence[tuple[int, int]]], list[int]],
) -> None:
    behind = edges(1, [(0, 0), (1, 0), (1, 0), (0, 0), (0, 0), (1, 1)])
    assert [each & 1 for each in behind] == [1, 0, 1, 1, 1, 0]
    first = behind[0] >> 1 & 1
    # The fourth is the begin of a reset; with data, the register without one keeps its value.
    assert [(each >> 1 & 1) ^ first for each in behind] == [0, 1, 0, 0, 1, 1]


def test_registers_without_a_reset_start_at_random_by_the_seed(
    edges: Callable[[int, Sequence[tuple[int, int]]], list[int]],
) -> None:
    held = [edges(seed, [(0, 0)])[0] >> 2 for seed in (0, 1, 2, 1)]
    assert len({*held}) == 3
    assert held[1] == held[3]
    assert all(8 <= each.bit_count() <= 24 for each in held)


def test_an_output_that_follows_an_input_is_refused(tmp_path: Path) -> None:
    flat = _inverters()
    ports = {**flat.ports, "tcdm_req_o": [NOT_FREE]}
    with pytest.raises(UserError, match="tcdm_req_o follows test_mode_i without a clock edge"):
        write_whole(replace(flat, ports=ports), TOP, tmp_path)
    assert not [*tmp_path.iterdir()]


def test_the_module_has_ports_and_parameters_of_the_device(tmp_path: Path) -> None:
    flat = _inverters()
    ports = {name: nets or [DATA if name in INPUTS else FREE] for name, nets in flat.ports.items()}
    write_whole(replace(flat, ports=ports), TOP, tmp_path)
    text = (tmp_path / MODULE).read_text()
    assert re.search(r"module top #\(\s+parameter DW = 64\s+\) \(\n    input wire clk_i,\n", text)
    assert "    output wire [31:0] tcdm_add_o,\n" in text
    assert text.count("input bit [11:0] inputs") == text.count("output bit [41:0] outputs") == 1
    assert "{periph_id_i, " in text
    assert ", rst_ni, clk_i}" in text


def _passes(folder: Path, device: str, state: int = 0) -> bool:
    folder.mkdir()
    left, said = simulate(folder, [JOBS], device=device, state=state)
    assert left["jobs"].failures or len(left["jobs"].jobs) == JOBS.end, said
    return not left["jobs"].failures


@pytest.mark.sim
def test_the_cells_pass_from_any_state(tmp_path: Path) -> None:
    extra()
    assert _passes(tmp_path / "fast", str(SERIAL))
    assert _passes(tmp_path / "random", str(SERIAL), state=1)


def _planted(
    name: str, plant: Callable[[list[int]], None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Return the descriptor of the serial device with cells of which some are changed."""
    extra()
    device, (evaluator, numbers) = with_netlist(load(SERIAL))
    before, words, behind = re.split(r"\{|\}", numbers.read_text())
    changed = [int(word) for word in re.findall(r"\d+", words)]
    plant(changed)
    file = folder / numbers.name
    file.write_text(f"{before}{{{', '.join(map(str, changed))}}}{behind}")

    def realized(asked: Descriptor) -> tuple[Descriptor, tuple[Path, ...]]:
        return structs.replace(asked, sources=device.sources, lint="off"), (evaluator, file)

    monkeypatch.setattr(models, "realized", realized)
    path = folder / f"{name}.toml"
    path.write_text(f'base = "{SERIAL}"\nname = "{name}"\n')
    return str(path)


@pytest.mark.sim
def test_an_exchanged_cell_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(words: list[int]) -> None:
        tables = slice(2 + 5, 2 + 6 * words[1], 6)
        kind = truth_tables()["XOR2"]
        place = max(at for at, table in enumerate(words[tables]) if table == kind)
        words[tables.start + 6 * place] = truth_tables()["XNOR2"]

    assert not _passes(tmp_path / "run", _planted("exchanged", plant, tmp_path, monkeypatch))


@pytest.mark.sim
def test_a_lost_reset_shows_from_some_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(words: list[int]) -> None:
        registers = 2 + 6 * words[1]
        ports = registers + 1 + 4 * words[registers]
        request = dict(zip(OUTPUTS, _ports(words, ports)[1], strict=True))["tcdm_req_o"]
        for at in range(registers + 1, ports, 4):
            if words[at + 1] == request[0]:
                words[at + 2] = ONE
                return
        raise AssertionError("the request is no register")

    device = _planted("lost_reset", plant, tmp_path, monkeypatch)
    found = {_passes(tmp_path / f"{state}", device, state) for state in range(1, 6)}
    assert found == {True, False}


def _ports(words: Sequence[int], at: int) -> list[list[list[int]]]:
    """Nets of the input ports and of the output ports."""
    both = []
    for _ in range(2):
        ports, count, at = [], words[at], at + 1
        for _ in range(count):
            ports.append([*words[at + 1 : at + 1 + words[at]]])
            at += 1 + words[at]
        both.append(ports)
    return both
