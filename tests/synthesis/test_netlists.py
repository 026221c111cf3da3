# SPDX-License-Identifier: Apache-2.0
"""Netlists as sources of devices: cells, Verilog, equivalence, and what is refused."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from regressions.proof.answer import Answer
from regressions.simulators.base import BuildError
from regressions.synthesis import equivalence
from regressions.synthesis.equivalence import CELLS, compare
from regressions.synthesis.library import GENERIC
from regressions.synthesis.netlists import chosen, kept, with_netlist
from regressions.synthesis.verilog import module_name, netlist_text, unit_text
from regressions.yosys.netlist import Netlist, NetlistCell, SynthesisUnit
from regressions.yosys.reading import Reading
from tb.descriptor import load
from tb.exchange.device import NetlistPart
from tests.extras import extra
from tests.synthesis.made import small, synthesized

DEVICES = sorted((Path(CELLS).parent / "devices").glob("*.toml"))


def test_cells_are_those_of_the_library() -> None:
    library, cells = GENERIC.read_text(), CELLS.read_text()
    functions = dict(re.findall(r"cell\((\w+)\) \{.*?output; function : \"([^\"]+)\"", library, re.DOTALL))
    modules = dict(re.findall(r"module (\w+) \(.*?\);\n(.*?)endmodule", cells, re.DOTALL))
    assert functions.keys() == modules.keys()
    for name, function in functions.items():
        if function != "IQ":
            assert modules[name].strip() == f"assign Y = {function.replace('!', '~')};"
        else:
            reset = re.search(rf"cell\({name}\).*?(?:(clear|preset) : \"!(\w)\"; )?\}}\n", library, re.DOTALL)
            assert reset is not None
            value = {"clear": "0", "preset": "1", None: None}[reset[1]]
            assert value is None or f"if (!{reset[2]}) Q <= 1'b{value};" in modules[name]
            assert (value is None) == (name == "DFF")


@pytest.mark.parametrize("path", DEVICES, ids=lambda path: path.stem)
def test_devices_show_nothing_that_a_netlist_lacks(path: Path) -> None:
    device = load(path)
    assert device.netlist is not None
    assert not device.backdoor
    whole = device.netlist.module == device.top
    assert whole == (not device.binds and device.probe is None and device.cover is None and not device.view)
    assert whole or not any("i_array" in each for each in device.view)


def _planted() -> tuple[SynthesisUnit, Netlist]:
    made = synthesized("counting", "counting")
    return made.top, made.units[made.top]


def _compared(netlist: Netlist, folder: Path) -> Answer:
    unit = _planted()[0]
    device = small("counting", "counting", WIDTH=4)
    return compare(unit, netlist, Reading.of(device), extra(), folder, 20)[0].answer


def test_the_netlist_of_a_unit_is_equivalent(tmp_path: Path) -> None:
    assert _compared(_planted()[1], tmp_path) is Answer.PROVEN


def test_an_exchanged_gate_and_a_lost_reset_are_refuted(tmp_path: Path) -> None:
    netlist = _planted()[1]
    for old, new in (("NOR2", "NAND2"), ("DFFR", "DFF")):
        place, cell = next((at, each) for at, each in enumerate(netlist.cells) if each.kind == old)
        inputs = {port: bits for port, bits in cell.inputs.items() if port != "R"}
        changed = [*netlist.cells]
        changed[place] = replace(cell, kind=new, inputs=inputs)
        wrong = Netlist(changed, netlist.inputs, netlist.outputs, netlist.names, netlist.memories)
        assert _compared(wrong, tmp_path / new) is Answer.REFUTED


def test_a_register_that_takes_another_value_is_refuted(tmp_path: Path) -> None:
    """Registers of equal names are cut: what they become is compared, in each of them."""
    netlist = _planted()[1]
    registers = [place for place, cell in enumerate(netlist.cells) if cell.kind == "DFFR"]
    assert len(registers) == 4
    for place, other in zip(registers, registers[1:] + registers[:1], strict=True):
        changed = [*netlist.cells]
        inputs = {**changed[place].inputs, "D": changed[other].inputs["D"]}
        changed[place] = replace(changed[place], inputs=inputs)
        wrong = Netlist(changed, netlist.inputs, netlist.outputs, netlist.names, netlist.memories)
        assert _compared(wrong, tmp_path / str(place)) is Answer.REFUTED


def test_what_only_the_cut_makes_different_is_equivalent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An output is read from the inverse of one register instead of the other, which is always the same."""
    made = synthesized("opposite", "opposite")
    netlist = made.units[made.top]
    outputs = {**netlist.outputs, "second_o": netlist.outputs["inverse_o"]}
    other = Netlist(netlist.cells, netlist.inputs, outputs, netlist.names, netlist.memories)
    reading = Reading.of(small("opposite", "opposite", WIDTH=4))

    def answer() -> Answer:
        return compare(made.top, other, reading, extra(), tmp_path, 20)[0].answer

    assert answer() is Answer.PROVEN
    monkeypatch.setattr(equivalence, "_CUTS", equivalence._CUTS[:1])
    assert answer() is not Answer.PROVEN, "the cut sees a difference"


def test_units_inside_are_boxes_or_modules() -> None:
    made = synthesized("planted", "counting", "planted")
    unit, netlist = made.top, made.units[made.top]
    whole = netlist_text(made.units, unit)
    assert re.findall(r"^module (\w+)", whole, re.MULTILINE) == ["planted", "counting__WIDTH4__cells"]
    assert "module planted #(parameter WIDTH = 4) (" in whole
    instance = netlist.children[0][0]
    sources = netlist_text(made.units, unit, {instance})
    assert f"  counting #(.WIDTH(4)) \\{instance} (" in sources
    assert re.findall(r"^module (\w+)", sources, re.MULTILINE) == ["planted"]
    assert "(* blackbox *)\nmodule counting__WIDTH4__cells (" in unit_text(netlist, unit)


def test_a_module_inside_has_no_name_of_the_sources() -> None:
    assert module_name(SynthesisUnit("redmule_minmax", ())) == "redmule_minmax__cells"


def test_a_box_has_the_ports_of_all_its_instances() -> None:
    unit = SynthesisUnit("box", ())
    cells = [
        NetlistCell("a", "box", unit, {"x_i": [2]}, {"y_o": [3]}, "", {}),
        NetlistCell("b", "box", unit, {"x_i": [2]}, {"z_o": [4]}, "", {}),
    ]
    text = unit_text(Netlist(cells, {"i": [2]}, {"o": [4]}, {}, {}), SynthesisUnit("top", ()))
    assert "module box__cells (\n    input wire x_i,\n    output wire y_o,\n    output wire z_o\n);" in text


def test_a_part_of_a_device_is_chosen_by_module_and_instances() -> None:
    row, ce, top = (SynthesisUnit(name, ()) for name in ("row", "ce", "top"))
    parts = {top: [("a", row), ("b", row)], row: [("c", ce)], ce: []}
    assert list(chosen(parts, NetlistPart("top"))) == [top, row, ce]
    assert list(chosen(parts, NetlistPart("row"))) == [row, ce]
    assert list(chosen(parts, NetlistPart("top", ("a",)))) == [top, row, ce]
    assert kept(parts[top], NetlistPart("top", ("a",))) == {"b"}
    assert kept(parts[top], NetlistPart("top")) == set()


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (NetlistPart("countng"), "netlist.module: 'countng' is none of it; did you mean 'counting'"),
        (NetlistPart("planted", ("i_none",)), "netlist.instances: planted has no instance 'i_none'"),
    ],
)
def test_a_part_that_is_not_there_is_one_line(part: NetlistPart, said: str) -> None:
    extra()
    device = structs.replace(small("planted", "counting", "planted", WIDTH=4), netlist=part)
    with pytest.raises(BuildError, match=re.escape(said)) as raised:
        with_netlist(device)
    assert str(raised.value).startswith("no netlist of planted: ")
