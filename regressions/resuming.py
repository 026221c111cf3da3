# SPDX-License-Identifier: Apache-2.0
"""``RESUME=``: an earlier run goes on in its folder, with the order that it had."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative

FILE = "order.json"
# How a run goes on is for the one that goes on to say.
_PRESENT = ("farm", "processes", "stop")


class KeptOrder(Struct, frozen=True):
    """The order of a run, in its folder."""

    typed: dict[str, Any]  # what was typed, by field of `Order`
    seed: int
    git: str  # commit that it ran


def keep(folder: Path, order: Order, seed: int, git: str) -> None:
    """Keep the order of a run in its folder; raises OSError."""
    write_json(folder / FILE, msgspec.to_builtins(KeptOrder(dict(order.typed), seed, git)))


def resumed(order: Order) -> Order:
    """Return the order of the run that an order resumes; `farm`, `processes` and `stop` are the new ones.

    Raises:
        UserError: There is no such run, or it was a soak.
    """
    assert order.resume is not None, "the caller looked"
    kept = _read(order.resume)
    typed = {name: value for name, value in kept.typed.items() if name not in _PRESENT}
    typed |= {"seed": str(kept.seed)} | {name: order.typed[name] for name in _PRESENT if name in order.typed}
    other = sorted(set(order.typed) - {*_PRESENT, "resume"})
    if other:
        names = ", ".join(Order.options()[name].variable for name in other)
        raise UserError(f"RESUME: {relative(order.resume)} has its own {names}: leave them out")
    before = Order.of(typed)
    if before.soak_seconds is not None:
        raise UserError(f"RESUME: {relative(order.resume)} is a soak, of which nothing is left to run")
    return replace(before, resume=order.resume)


def check_commit(folder: Path, git: str) -> None:
    """Raise UserError if a run that goes on ran another commit."""
    before = _read(folder).git
    if before != git:
        raise UserError(
            f"RESUME: {relative(folder)} ran commit {before or 'unknown'}, this is {git or 'unknown'}: "
            "check that one out, or start anew"
        )


def _read(folder: Path) -> KeptOrder:
    path = folder / FILE
    try:
        return msgspec.convert(json.loads(path.read_text()), KeptOrder)
    except FileNotFoundError:
        raise UserError(f"RESUME: {relative(folder)} is no run of a tier: it has no {FILE}") from None
    except (json.JSONDecodeError, msgspec.ValidationError) as error:
        raise UserError(f"RESUME: {relative(path)} is damaged ({error}): start anew") from None
