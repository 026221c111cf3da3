# SPDX-License-Identifier: Apache-2.0
"""Kept logs of a scenario: what the monitors saw in it, as a file (`regressions/trace` draws it)."""

import json
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from tb.exchange.reading import convert
from tb.exchange.scenario import Scenario
from tb.schema import SchemaError, Where

FOLDER = "logs"
"""Folder of the files in that of a simulation, whose plan asked for them."""

Records = npt.NDArray[np.void]


class ScenarioLogs(NamedTuple):
    """Logs of a scenario, as the bench recorded them (`tb/dpi/bindings.py`)."""

    scenario: Scenario
    beats: Records  # cycles with a request on the wide port: edge, address, flags
    accesses: Records  # of the register port
    events: Records  # event lines, busy_o, resets
    probe: Records  # slots of each job by cause
    states: Records  # internal events, where they changed
    complete: bool  # False if internal events changed more often than the log has room for
    cuts: tuple[int, ...] = ()  # edges at which a job was cut short

    def write(self, path: Path) -> None:
        """Write the file, making its folder as needed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.scenario.to_json()).encode()
        arrays: dict[str, Any] = self._asdict() | {
            "scenario": np.frombuffer(text, np.uint8),
            "complete": np.array(self.complete),
            "cuts": np.array(self.cuts, np.int64),
        }
        np.savez_compressed(path, **arrays)


def place(folder: Path, test: str, scenario: int) -> Path:
    """The file of a scenario in the folder of a simulation."""
    return folder / FOLDER / f"{test}-{scenario}.npz"


def read_logs(path: Path) -> ScenarioLogs:
    """Read the logs of a scenario.

    Raises:
        SchemaError: The file is missing or damaged.
    """
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in ScenarioLogs._fields}
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise SchemaError(f"{path}: cannot be read as logs of a scenario: {error}") from None
    return ScenarioLogs(
        **arrays
        | {
            "scenario": convert(json.loads(arrays["scenario"].tobytes()), Scenario, Where(str(path))),
            "complete": bool(arrays["complete"]),
            "cuts": tuple(arrays["cuts"].tolist()),
        }
    )
