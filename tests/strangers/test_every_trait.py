# SPDX-License-Identifier: Apache-2.0
"""Each trait and rule of registers that a descriptor can have is that of a stranger, whose tests show it."""

from collections.abc import Iterator

from msgspec import Struct

from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.registers import CONTRACT_REGISTERS
from tb.exchange.traits import CONTRACT
from tests.strangers.harness import HERE

OPERANDS = ("x", "w", "z")
SIZES = ("m", "n", "k")


def deviations(own: Struct, contract: Struct, path: str = "") -> Iterator[tuple[str, bool]]:
    """Each trait by its path, and whether it is not the contract's; operands have one name, and sizes too."""
    for name in own.__struct_fields__:
        here, there = getattr(own, name), getattr(contract, name)
        common = "operand" if name in OPERANDS else "size" if name in SIZES else name
        place = f"{path}{name if path else common}"
        if isinstance(here, Struct):
            yield from deviations(here, there, f"{place}.")
        else:
            yield place, here != there


def strangers() -> Iterator[Descriptor]:
    """Their full descriptors."""
    for path in HERE.glob("*/*.toml"):
        if path.stem == path.parent.name != "flattened":
            yield load(path)


def test_each_trait_has_a_stranger() -> None:
    shown: dict[str, bool] = {}
    for device in strangers():
        for place, differs in deviations(device.traits, CONTRACT):
            shown[place] = shown.get(place, False) or differs
    assert len(shown) > 20
    assert [place for place, differs in shown.items() if not differs] == []


def test_each_rule_of_registers_has_a_stranger() -> None:
    """All but two: a file is another way to say the places, and the other rule asks for less."""
    shown = {
        name
        for device in strangers()
        for name in CONTRACT_REGISTERS.__struct_fields__
        if getattr(device.registers, name) != getattr(CONTRACT_REGISTERS, name)
    }
    assert {*CONTRACT_REGISTERS.__struct_fields__} - shown == {"rdl", "unmapped_zero"}
