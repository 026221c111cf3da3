# SPDX-License-Identifier: Apache-2.0
"""Tables of the contract agree with the descriptions of registers, ports, descriptors and bounds."""

import re
from pathlib import Path

import pytest

from models.formats import Format
from models.ops import Op
from models.published import at_most
from models.timing import Instance, bound, tile_cycles
from regressions.contract import FILES
from regressions.paths import ROOT
from tb.cluster import memory_map
from tb.descriptor import available, load
from tb.registers.generate import PARAMETERS, RDL
from tests.contract import tables
from tests.contract.tables import described, ports_of, section, stated_ports, table

TEXTS = {letter: path.read_text() for letter, path in FILES.items()}
TOP = ROOT / "rtl" / "redmule" / "redmule_top.sv"
CLUSTER = {"C5": "control_unit", "C6": "timer", "C7": "event_unit", "C8": "dma"}


def test_the_accelerators_registers_are_those_of_the_description() -> None:
    stated = [row[:-1] for row in table(section(TEXTS["A"], "A5"), tables.REGISTERS)]
    public = described(RDL)
    assert stated[: len(public)] == public
    mixed, contexts, tolerant = PARAMETERS
    extended = [described(RDL, **extension) for extension in ({mixed: True}, {contexts: 4}, {tolerant: True})]
    assert stated[len(public) :] == [row for rows in extended for row in rows if row not in public]
    assert [row for row in extended[1] if row[3] == "CONTEXT2"] == [
        row for row in described(RDL, **{contexts: 3}) if row not in public
    ]


@pytest.mark.parametrize("number", CLUSTER)
def test_the_clusters_registers_are_those_of_the_descriptions(number: str) -> None:
    description = ROOT / "rtl" / "cluster" / f"{CLUSTER[number]}.rdl"
    assert [row[:-1] for row in table(section(TEXTS["C"], number), tables.REGISTERS)] == described(
        description
    )


def test_the_memory_map_is_that_of_the_description() -> None:
    stated = {int(address.replace("_", ""), 16) for address, _ in table(TEXTS["C"], ("address", "what"))}
    described = {value for name, value in memory_map.CONSTANTS.items() if name.endswith("_ADDRESS")}
    assert stated == described


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0x08", "0x0C"),
        ("[2:1]", "[3:1]"),
        ("E0", "E1"),
        ("= 3;", "= 2;"),
        ("sw = rw", "sw = r"),
        ("[4]", "[5]"),
    ],
)
def test_a_register_that_differs_is_found(old: str, new: str, tmp_path: Path) -> None:
    source = """addrmap a { littleendian; default regwidth = 32; default sw = rw; default hw = r;
        reg { field {} E0[2:1] = 3; } R @ 0x08; reg { field {} F[31:0]; } S[4] @ 0x40; };"""
    changed = source.replace(old, new)
    assert changed != source
    found = []
    for text in (source, changed):
        path = tmp_path / "a.rdl"
        path.write_text(text)
        found.append(described(path))
    assert found[0] == [
        ("0x08", "R", "2:1", "E0", "RW", "0x3"),
        ("0x40 + 4i", "S[4]", "31:0", "F", "RW", "-"),
    ]
    assert found[1] != found[0]


def test_ports_are_those_of_the_device() -> None:
    assert sorted(stated_ports(TEXTS["A"])) == sorted(ports_of(TOP.read_text()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("logic                    busy_o", "logic busy"),
        ("output logic                    busy_o", "input logic busy_o"),
        ("[DW/8+3:0]", "[DW/8+2:0]"),
        ("[N_CORES-1:0][1:0]", "[N_CORES-1:0]"),
        ("  output logic                    busy_o,\n", ""),
    ],
)
def test_a_port_that_differs_is_found(old: str, new: str) -> None:
    source = TOP.read_text()
    changed = ports_of(source.replace(old, new))
    assert source.replace(old, new) != source
    assert sorted(stated_ports(TEXTS["A"])) != sorted(changed)


def test_regressed_instances_are_those_of_the_descriptors() -> None:
    stated = {tuple(map(int, row[:4])) for row in table(TEXTS["A"], ("H", "L", "P", "DW", ""))}
    devices = [load(name) for name in available()]
    arrays = {
        device.instance for device in devices if device.top == TOP.stem and device.kind == "accelerator"
    }
    assert stated == {(each.h, each.l, each.p, each.dw) for each in arrays}


def test_the_table_of_cycles_is_what_jobs_are_held_to() -> None:
    rows = table(section(TEXTS["A"], "A8"), tables.CYCLES)
    assert len(rows) == 15
    for unit, fmt, size, _, limit, reached in rows:
        instance = Instance(*map(int, re.findall(r"\d+", unit)))
        m, n, k = (int(each) for each in size.split(" x "))
        for name in ("E4M3", "E5M2") if fmt == "FP8" else (fmt,):
            most = at_most(instance, Op.GEMM, Format[name], m, n, k)
            assert most == int(limit.split()[0])
            # Stricter than the bound of every job; and no schedule beats the tiles.
            job = (instance, Op.GEMM, m, n, k, Format[name])
            assert tile_cycles(*job) < int(reached) <= most <= bound(*job)
