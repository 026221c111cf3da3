# SPDX-License-Identifier: Apache-2.0
"""A device under the simulator's own warnings, alone, without the bench around it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from regressions.simulators import BuildError, get_simulator
from regressions.simulators.model import Model
from tb.exchange.device import Descriptor


def lint(device: Descriptor, waivers: Iterable[Path], **parameters: int) -> str:
    """Lints a device alone with all warnings on; returns the findings, empty if there are none."""
    sources = (*waivers, *device.sources)
    return lint_sources(device.top, sources, includes=device.includes, parameters=parameters)


def lint_sources(
    top: str,
    sources: tuple[Path, ...],
    includes: tuple[Path, ...] = (),
    parameters: Mapping[str, int] | None = None,
) -> str:
    """Lints sources with all warnings on; returns the findings, empty if there are none."""
    model = Model(
        name=top,
        top=top,
        prefix="",
        program="",
        sources=sources,
        includes=includes,
        parameters=parameters or {},
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
