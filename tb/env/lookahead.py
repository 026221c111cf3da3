# SPDX-License-Identifier: Apache-2.0
"""Scenarios that are drawn, and whose results are predicted, while earlier ones run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from tb.agents.tcdm.memory import stall_pattern
from tb.env.background import Background, Task
from tb.stimulus.image import Image, initial_image, predict
from tb.stimulus.job import Scenario

_DEPTH = 4  # scenarios ready: short ones are drawn more slowly than they run
_LARGE = 1 << 18  # bytes of a window beyond which few are kept


class Drawn(NamedTuple):
    """A scenario with all that can be computed of it without the simulator.

    Attributes:
        scenario: What is to run.
        image: The window's bytes before the first trigger; uint8, shape (window.size,).
        expected: Gives the bytes that the model predicts for the end; None for a scenario with an abort.
    """

    scenario: Scenario
    image: Image
    expected: Callable[[], Image] | None


def lookahead(background: Background, draw: Callable[[int], Scenario], indices: range) -> Iterator[Drawn]:
    """Draws scenarios ahead of their use.

    Args:
        background: Draws and predicts.
        draw: Gives a scenario by its index; called in the order of `indices`, once for each, in any thread.
        indices: Which scenarios.

    Yields:
        The scenarios in order.
    """
    queue: deque[tuple[Task[tuple[Scenario, Image]], Task[Image | None]]] = deque()
    rest = iter(indices)

    def fill(depth: int) -> None:
        for index in islice(rest, depth - len(queue)):
            drawn = background.submit(partial(_draw, draw, index))
            queue.append((drawn, background.submit(partial(_predict, drawn))))

    fill(1)
    while queue:
        drawn, predicted = queue.popleft()
        scenario, image = drawn.result()
        depth = _DEPTH if scenario.window.size <= _LARGE else 1
        fill(depth)
        yield Drawn(scenario, image, None if scenario.abort else partial(_known, predicted))


def _draw(draw: Callable[[int], Scenario], index: int) -> tuple[Scenario, Image]:
    scenario = draw(index)
    stall_pattern(scenario.stall)  # into its cache
    return scenario, initial_image(scenario)


def _predict(drawn: Task[tuple[Scenario, Image]]) -> Image | None:
    scenario, image = drawn.result()
    # A cut job may leave more than one memory.
    return None if scenario.abort else predict(image, scenario.jobs, scenario.window.base)


def _known(predicted: Task[Image | None]) -> Image:
    image = predicted.result()
    assert image is not None
    return image
