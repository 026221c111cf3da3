# SPDX-License-Identifier: Apache-2.0
"""The place that an order asks for; a farm and its engine are imported only for ``FARM=``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from rich.console import Console

from regressions.errors import UserError
from regressions.order import Order
from regressions.place import Processes, SimulationPlace
from regressions.simulators.tools import MARCH
from tb.kinds import imported

_PACKAGES = ("distributed", "dask_jobqueue")


@contextmanager
def place_of(order: Order, console: Console) -> Iterator[SimulationPlace]:
    """Give the place of an order's simulations, which ends with all that was started for it.

    Raises:
        UserError: The environment lacks the engine, or the farm does not answer.
    """
    farm = order.farm
    if farm is None:
        yield Processes(order.processes)
        return
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise UserError(
            f"FARM={farm.name}: the environment lacks {' and '.join(missing)}: "
            f"'make env FARM={farm.name}' installs what requirements-farm.txt pins"
        )
    if farm.settings.march:
        os.environ[MARCH] = farm.settings.march
    likeness = imported("regressions.farm.likeness:likeness")
    make_engine, make_place = (
        imported("regressions.farm.engine:DaskEngine"),
        imported("regressions.farm.place:FarmPlace"),
    )
    needs = likeness(farm.settings.march)
    with make_engine(farm) as engine:
        place = make_place(engine, farm.settings, needs)
        console.print(f"farm {farm.name}: {engine.slots} workers at the start", highlight=False)
        yield place
        if place.tally.words:
            console.print(f"farm {farm.name}: {place.tally.words}", highlight=False)
