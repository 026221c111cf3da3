# SPDX-License-Identifier: Apache-2.0
"""Orders: options as they are declared, typed, and handed down."""

import re
from dataclasses import fields
from pathlib import Path

from regressions.order import Order
from regressions.paths import ROOT, BuildTree
from regressions.shards import Shard


def test_every_field_of_an_order_is_an_option_of_its_own() -> None:
    options = Order.options()
    assert list(options) == [field.name for field in fields(Order)]
    assert len({option.flag for option in options.values()}) == len(options)


def test_an_order_has_what_was_typed_and_defaults_for_the_rest() -> None:
    order = Order.of({"shard": "2/3", "lists": ["a", "b"], "keep": True, "tree": "out", "command": "run"})
    assert (order.shard, order.lists, order.keep) == (Shard(2, 3), (Path("a"), Path("b")), True)
    assert order.tree == BuildTree(Path("out"))
    assert (order.tier.name, order.seed, order.covergroups) == ("pr", None, ())


def test_the_makefile_knows_all_options_and_no_others() -> None:
    used = set(re.findall(r",(--[a-z]+)", (ROOT / "Makefile").read_text())) - {"--own", "--given"}
    assert used == {option.flag for option in Order.options().values()}
