# SPDX-License-Identifier: Apache-2.0
"""Area and depth in reports, from the last figures of `make synth`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regressions.synthesis.figures import DeviceFigures
from regressions.synthesis.measured import ActivityFigures
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where


@dataclass(frozen=True, slots=True)
class AreaSection:
    """The report's section on `synthesis.json`."""

    git: str = ""  # commit that was synthesized; empty if there are no figures
    devices: Sequence[tuple[str, DeviceFigures]] = ()
    wrong: int = 0  # complaints that the command ended with
    active: str = ""  # device whose switching activity was measured; empty if none was
    activity: Sequence[ActivityFigures] = ()


def area_section(file: Path) -> AreaSection:
    """The section for a `synthesis.json`; an empty one where there is none that this version wrote."""
    try:
        content: Mapping[str, Any] = json.loads(file.read_text())
        where = Where(file.name)
        devices = [(name, convert(each, DeviceFigures, where)) for name, each in content["devices"].items()]
        active, figures = _activity(file.with_name("activity.json"))
        return AreaSection(content["git"] or "an unknown commit", devices, content["wrong"], active, figures)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SchemaError):
        return AreaSection()


def _activity(file: Path) -> tuple[str, Sequence[ActivityFigures]]:
    """The device of an `activity.json` and its figures; none where there is none that this version wrote."""
    try:
        content: Mapping[str, Any] = json.loads(file.read_text())
        return content["device"], convert(content["jobs"], list[ActivityFigures], Where(file.name))
    except (OSError, ValueError, KeyError, TypeError, SchemaError):
        return "", ()
