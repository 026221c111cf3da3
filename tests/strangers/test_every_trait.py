# SPDX-License-Identifier: Apache-2.0
"""Each trait that a descriptor can have is that of a stranger, whose tests show it in both directions."""

from collections.abc import Iterator

from msgspec import Struct

from tb.descriptor import load
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


def test_each_trait_has_a_stranger() -> None:
    shown: dict[str, bool] = {}
    for path in HERE.glob("*/*.toml"):
        if path.stem == path.parent.name != "flattened":
            for place, differs in deviations(load(path).traits, CONTRACT):
                shown[place] = shown.get(place, False) or differs
    assert len(shown) > 20
    assert [place for place, differs in shown.items() if not differs] == []
