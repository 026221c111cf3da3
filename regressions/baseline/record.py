# SPDX-License-Identifier: Apache-2.0
"""The kept cycles: `regressions/baseline.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from regressions.paths import relative
from tb.schema import Field, SchemaError, Where, check

FILE = Path(__file__).resolve().parents[1] / "baseline.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """One job of a device.

    Attributes:
        scenario: Name of its scenario in the list.
        job: Its place in the scenario.
        what: The job in words, made by `regressions.baseline.jobs.describe`.
        cycles: From the trigger, or from the event before, to its event.
        causes: Where they went, in slots of a compute element and a cycle; empty without a probe.
    """

    scenario: str
    job: int
    what: str
    cycles: int
    causes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Device:
    """Kept cycles of one device.

    Attributes:
        instance: Its instance, see `models.timing.Instance.title`.
        jobs: In the order of the list.
    """

    instance: str
    jobs: list[Kept]


Baseline = dict[str, Device]
"""By the device's name."""

_KEPT: Mapping[str, Field] = {
    "scenario": Field("name in the list", str, required=True),
    "job": Field("place in the scenario", int, required=True, lo=0),
    "what": Field("what ran", str, required=True),
    "cycles": Field("cycles", int, required=True, lo=1),
    "causes": Field("slots by cause", dict, required=True, items=Field("slots", int)),
}
_DEVICE: Mapping[str, Field] = {
    "instance": Field("instance", str, required=True),
    "jobs": Field(
        "jobs",
        list,
        required=True,
        items=Field("job", dict, fields=_KEPT, parse=lambda values, _: Kept(**values)),
    ),
}


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
        raise SchemaError(f"{relative(path)}: not JSON ({error}); write it anew with make baseline") from None
    if not isinstance(content, dict):
        raise where.error("expected a table of devices; write it anew with make baseline")
    return {name: Device(**check(fields, _DEVICE, where.key(name))) for name, fields in content.items()}


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
