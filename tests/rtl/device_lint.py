# SPDX-License-Identifier: Apache-2.0
"""A device under the simulator's own warnings, alone, without the bench around it."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from regressions.simulators import BuildError, get_simulator
from regressions.simulators.model import Model
from tb.exchange.device import Descriptor


def lint(device: Descriptor, waivers: Iterable[Path], **parameters: int) -> str:
    """Lints a device alone with all warnings on; returns the findings, empty if there are none."""
    model = Model(
        name=device.name,
        top=device.top,
        prefix="",
        program="",
        sources=(*waivers, *device.sources),
        includes=device.includes,
        parameters=parameters,
    )
    with TemporaryDirectory() as folder:
        log = Path(folder) / "lint.log"
        failed = False
        try:
            get_simulator().lint(model, log)
        except BuildError:
            failed = True
        findings = "\n".join(line for line in log.read_text().splitlines() if line.startswith("%"))
    assert failed == bool(findings)
    return findings
