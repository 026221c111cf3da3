# SPDX-License-Identifier: Apache-2.0
"""The plan of a simulation process, as the runner writes it to `plan.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tb.coverage.collector import CoveragePlan
from tb.stimulus.record import read_record
from tb.uvm_tests.segment import Segment
from tb.uvm_tests.shrink import Shrink

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What one simulation process runs.

    Attributes:
        folder: Folder of the plan; results go there.
        descriptor: Path of the device's descriptor.
        segments: What to run, in order.
        entries: The test entries of the segments.
        coverage: How coverage is collected.
        whole_opinions: Second opinions are asked on all outputs of one in so many jobs; 0 for none.
        programs: Programs of a cluster by name: `path` of an ELF file, or why there is none (`error`).
    """

    folder: Path
    descriptor: str
    segments: tuple[Segment, ...]
    entries: tuple[dict[str, Any], ...]
    coverage: CoveragePlan
    whole_opinions: int = 0
    programs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def context(self, segment: Segment) -> dict[str, Any]:
        """What a failure record of a segment says besides its scenarios."""
        entry = self.entries[self.segments.index(segment)]
        return {"descriptor": self.descriptor, "entry": entry, "seed": segment.seed}


def read_plan(path: Path) -> Plan:
    """Read `plan.json`.

    Raises:
        ValueError: It is of another schema.
    """
    data = json.loads(path.read_text())
    if data.get("schema") != SCHEMA:
        raise ValueError(f"{path}: plan of schema {data.get('schema')}, this bench reads schema {SCHEMA}")
    replay = data.get("replay")
    segments, entries = [], []
    for part in data["tests"]:
        entry = part["entry"]
        scenarios = shrink = None
        if replay:
            record = read_record(Path(replay["record"]))
            if replay["mode"] == "shrink":
                shrink = Shrink(record, path.parent, replay["seconds"])
            else:
                scenarios = record.alone() if replay["mode"] == "alone" else record.scenarios
        segments.append(
            Segment(
                entry["name"],
                entry["sequence"],
                entry["knobs"],
                part["seed"],
                part["begin"],
                part["end"],
                scenarios,
                shrink,
            )
        )
        entries.append(entry)
    coverage = CoveragePlan.from_json(data.get("coverage", {}))
    return Plan(
        path.parent,
        data["descriptor"],
        tuple(segments),
        tuple(entries),
        coverage,
        data.get("whole_opinions", 0),
        data.get("programs", {}),
    )
