# SPDX-License-Identifier: Apache-2.0
"""The kept cycles: `regressions/baseline.json`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import asdict

from regressions.paths import relative
from tb.exchange.reading import convert
from tb.schema import Where

FILE = Path(__file__).resolve().parents[1] / "baseline.json"


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """One job of a device."""

    scenario: str  # name of its scenario in the list
    job: Annotated[int, Meta(ge=0)]  # its place in the scenario
    what: str  # the job in words, made by `regressions.baseline.jobs.describe`
    cycles: Annotated[int, Meta(ge=1)]  # from the trigger, or from the event before, to its event
    # Where they went, in slots of a compute element and a cycle; empty without a probe.
    causes: Mapping[str, int]


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """Kept cycles of one device."""

    instance: str  # its instance, see `models.timing.Instance.title`
    jobs: list[Kept]  # in the order of the list


Baseline = dict[str, Device]
"""By the device's name."""


def read(path: Path = FILE) -> Baseline:
    """Reads the file; empty if there is none.

    Raises:
        SchemaError: It is damaged.
    """
    where = Where(relative(path))
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise where.error(f"not JSON ({error}); write it anew with make baseline") from None
    tables = convert(content, dict[str, Any], where)
    return {name: convert(fields, Device, where.key(name)) for name, fields in tables.items()}


def write(baseline: Baseline, path: Path = FILE) -> None:
    """Writes the file in one step, a line for each job, so that a change reads well as a difference."""
    devices = [_text(name, device) for name, device in sorted(baseline.items())]
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text("{\n" + ",\n".join(devices) + "\n}\n")
    temporary.replace(path)


def _text(name: str, device: Device) -> str:
    jobs = ",\n".join(f"  {json.dumps(asdict(job))}" for job in device.jobs)
    head = f'{json.dumps(name)}: {{"instance": {json.dumps(device.instance)}, "jobs": ['
    return f" {head}\n{jobs}\n ]}}"
