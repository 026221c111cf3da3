# SPDX-License-Identifier: Apache-2.0
"""Runs every code of every format through a device's conversions, in a simulation of these modules alone."""

import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from regressions.simulators import get_simulator
from regressions.simulators.model import Model
from tb.exchange.device import Descriptor
from tb.paths import ROOT

Casts = Mapping[tuple[str, int], NDArray[np.uint16]]
"""Results by direction ("in", "out") and format, in the order of the codes."""

ALL = np.arange(65536, dtype=np.uint16)


def run_casts(device: Descriptor, modules: Collection[str], bench: str, folder: Path) -> Casts:
    """Compiles `tests/rtl/<bench>.sv` with some of a device's modules, and collects its output.

    Args:
        device: where the sources stand.
        modules: names of the sources that the bench needs.
        bench: name of the bench's file and module.
        folder: for the build's log.
    """
    sources = [source for source in device.sources if source.stem in modules]
    assert len(sources) == len(modules), f"{device.name} has not all of {modules}"
    model = Model(
        name=bench,
        top=bench,
        prefix="Vcasts",
        program="casts",
        sources=(*device.waivers, *sources, ROOT / "tests" / "rtl" / f"{bench}.sv"),
        includes=device.includes,
        flags=("--main", "--timing"),
        effort="-O1",
    )
    program = get_simulator().compile(model, folder / "build.log")
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    found: dict[tuple[str, int], list[int]] = {}
    for line in output.splitlines():
        words = line.split()
        if words and words[0] in ("in", "out"):
            results = found.setdefault((words[0], int(words[1])), [])
            assert int(words[2], 16) == len(results), "codes come in order"
            results.append(int(words[3], 16))
    return {key: np.array(values, dtype=np.uint16) for key, values in found.items()}
