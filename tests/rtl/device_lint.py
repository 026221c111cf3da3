# SPDX-License-Identifier: Apache-2.0
"""A device under the simulator's own warnings, alone, without the bench around it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from models.places import cache_folder
from regressions.simulators import BuildError, get_simulator
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.model import Model
from regressions.simulators.tools import environment_key
from tb.exchange.device import Descriptor

RULE = re.compile(r'^lint_off -rule (\w+) -file "\*/([^"]+)"(?: -match "\*(.+)\*")?$', re.MULTILINE)
_FILES = ("sources", "includes", "cpp", "folders")


def findings_of(model: Model) -> str:
    """Findings of the simulator with all warnings on, in lines; kept until a file of the model changes."""
    settings = [repr(getattr(model, each.name)) for each in fields(model) if each.name not in _FILES]

    def make(folder: Path) -> None:
        log, failed = folder / "lint.log", False
        try:
            get_simulator().lint(model, log)
        except BuildError:
            failed = True
        found = [line for line in log.read_text().splitlines() if line.startswith("%")]
        assert failed == bool(found)
        (folder / "findings").write_text("\n".join(found))

    key = content_key(model.files, [*settings, *environment_key()])
    return (build_once(cache_folder(), f"lint-{model.name}", key, make)[0] / "findings").read_text()


def lint(device: Descriptor, waivers: Iterable[Path], **parameters: int) -> str:
    """Lints a device alone with all warnings on; returns the findings, empty if there are none."""
    return lint_sources(device.top, (*waivers, *device.sources), device.includes, parameters)


def lint_sources(
    top: str,
    sources: tuple[Path, ...],
    includes: tuple[Path, ...] = (),
    parameters: Mapping[str, int] | None = None,
) -> str:
    """Lints sources with all warnings on; returns the findings, empty if there are none."""
    named = {"name": top, "top": top, "prefix": "", "program": ""}
    return findings_of(Model(**named, sources=sources, includes=includes, parameters=parameters or {}))


def wrong_waivers(device: Descriptor, file: Path, folder: Path, *sizes: Mapping[str, int]) -> list[str]:
    """Waivers of a file that none of some sizes needs, and findings of these that it does not waive.

    Sizes are parameters of the device; the folder receives the file without its rules.
    """
    bare = RULE.sub("", file.read_text())
    (folder / "bare.vlt").write_text(bare)
    others = [waiver for waiver in device.waivers if waiver != file]
    every = [lint(device, [*others, folder / "bare.vlt"], **size) for size in sizes]
    left = {line for text in every for line in text.splitlines() if "Exiting" not in line}
    found, wrong = set(left), [line for line in bare.splitlines() if line.startswith("lint_off")]
    for kind, name, text in RULE.findall(file.read_text()):
        place, said = (re.escape(part).replace(r"\*", ".*").replace(r"\?", ".") for part in (name, text))
        hits = {line for line in found if re.match(f"%Warning-{kind}: .*/{place}:.*{said}", line)}
        wrong += [] if hits else [f"not needed: {kind} {name} {text}"]
        left -= hits
    return [*wrong, *sorted(left)]
