# SPDX-License-Identifier: Apache-2.0
"""Small designs, synthesized once."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from msgspec.structs import replace

from regressions.synthesis.flow import Synthesis, Synthesized
from regressions.synthesis.library import GENERIC, Library
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tests.extras import extra

FOLDER = Path(__file__).parent


def small(top: str, *sources: str, **parameters: Any) -> Descriptor:
    """A descriptor of sources of this folder; the rest is the array's, and is not looked at."""
    files = tuple(FOLDER / f"{name}.sv" for name in sources)
    return replace(load("redmule"), name=top, top=top, sources=files, parameters=parameters)


@cache
def synthesized(top: str, *sources: str) -> Synthesized:
    """A design with WIDTH = 4, synthesized."""
    folder = Path(mkdtemp(prefix="synthesis-"))
    synthesis = Synthesis(extra(), folder, 1, Library.read(GENERIC))
    return synthesis.of(small(top, *sources, WIDTH=4))
