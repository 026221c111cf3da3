# SPDX-License-Identifier: Apache-2.0
"""Devices for tests of the stimulus: descriptors that exist in memory only."""

from collections.abc import Sequence
from pathlib import Path

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from tb.bounds import Section8Bound
from tb.descriptor import Descriptor

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
        name="paper",
        path=Path("paper.toml"),
        description="",
        top="paper",
        sources=(),
        includes=(),
        waivers=(),
        parameters={},
        instance=instance,
        n_cores=n_cores,
        operations=tuple(operations),
        formats=tuple(formats),
        mixed_formats=mixed_formats,
        cycle_bound=Section8Bound(),
        known_differences=(),
        known_issues=(),
        binds=(),
        probe=None,
        cover=None,
        backdoor={},
    )
