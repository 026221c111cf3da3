# SPDX-License-Identifier: Apache-2.0
"""Devices for tests of the stimulus: descriptors that exist in memory only."""

from collections.abc import Sequence
from pathlib import Path

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from tb.exchange.bound import Bound
from tb.exchange.device import Descriptor

PAPER = Instance(4, 12, 3, 256)


def device(
    operations: Sequence[Op] = tuple(Op),
    formats: Sequence[Format] = (Format.FP16,),
    n_cores: int = 8,
    instance: Instance = PAPER,
    mixed_formats: bool = False,
) -> Descriptor:
    """A device with the paper's array unless told otherwise."""
    return Descriptor(
        schema=1,
        name="paper",
        path=Path("paper.toml"),
        top="paper",
        sources=(),
        instance=instance,
        n_cores=n_cores,
        operations=tuple(operations),
        formats=tuple(formats),
        mixed_formats=mixed_formats,
        cycle_bound=Bound(kind="section8"),
    )
