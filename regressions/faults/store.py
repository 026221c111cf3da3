# SPDX-License-Identifier: Apache-2.0
"""Maps of faults as files: a slice of the bits in each, and one map of all slices."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from regressions.errors import UserError
from regressions.faults.injection import FaultMap, RegisterVariable

_SAME = ("trigger", "end")
_ADDED = ("seconds", "processor", "simulated", "known")
"""Fields of a map that its slices have in common, and those that are sums over them."""


@dataclass(frozen=True, slots=True)
class FaultSetting:
    """Common properties of all slices of a map: names of device and job, kind of faults, commit."""

    device: str
    job: str
    kind: str
    git: str


def save(path: Path, setting: FaultSetting, made: FaultMap) -> None:
    """Write a map, compressed: about a byte for each fault."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {
        **asdict(setting),
        "variables": [asdict(each) for each in made.variables],
        **{name: getattr(made, name) for name in (*_SAME, *_ADDED)},
    }
    with path.open("wb") as file:
        np.savez_compressed(
            file, about=np.array(json.dumps(about)), bits=made.bits, chosen=made.chosen, table=made.table
        )


def load(path: Path) -> tuple[FaultSetting, FaultMap]:
    """Read a map that `save` wrote.

    Raises:
        UserError: It is none.
    """
    try:
        with np.load(path) as content:
            about = json.loads(str(content["about"]))
            variables = [RegisterVariable(**each) for each in about.pop("variables")]
            setting = FaultSetting(*(about.pop(name) for name in ("device", "job", "kind", "git")))
            arrays = (content[name] for name in ("bits", "chosen", "table"))
            return setting, FaultMap(variables, *arrays, **about)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no slice of a map of faults: {error}") from None


def merge(paths: Sequence[Path]) -> tuple[FaultSetting, FaultMap]:
    """Make one map of its slices.

    Raises:
        UserError: They are of several maps, or bits are missing or there twice.
    """
    loaded = [load(path) for path in paths]
    settings = {setting for setting, _ in loaded}
    if len(settings) != 1:
        raise UserError("RUNS: slices of several maps: name those of one device, job, kind and commit")
    parts = [part for _, part in loaded]
    first = parts[0]
    chosen = np.concatenate([part.chosen for part in parts])
    order = np.argsort(chosen, kind="stable")
    if not np.array_equal(chosen[order], np.arange(len(first.bits))):
        raise UserError(
            f"RUNS: these slices have {len(np.unique(chosen))} of {len(first.bits)} bits, {len(chosen)} with "
            "those that are there twice: name each slice once"
        )
    whole = FaultMap(
        first.variables,
        first.bits,
        chosen[order],
        np.concatenate([part.table for part in parts], axis=1)[:, order],
        **{name: getattr(first, name) for name in _SAME},
        **{name: sum(getattr(part, name) for part in parts) for name in _ADDED},
    )
    return next(iter(settings)), whole
