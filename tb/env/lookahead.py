# SPDX-License-Identifier: Apache-2.0
"""Scenarios that are drawn, and whose results are predicted, while earlier ones run."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from tb.agents.tcdm.memory import busy_banks, stall_pattern
from tb.env.background import Background, BackgroundTask
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.second_opinion import SecondOpinions
from tb.stimulus.image import Image, initial_image

_DEPTH = 4  # scenarios ready: short ones are drawn more slowly than they run
_LARGE = 1 << 18  # bytes of a window beyond which few are kept


class Drawn(NamedTuple):
    """A scenario with all that can be computed of it without the simulator."""

    scenario: Scenario  # scenario to run
    image: Image  # the window's bytes before the first trigger; uint8, shape (window.size,)
    # Gives what the model predicts for the end; None for a scenario with an abort.
    expected: Callable[[], Prediction] | None
    random: bool = False


def lookahead(
    background: Background,
    draw: Callable[[int], Scenario],
    indices: range,
    opinions: SecondOpinions,
    traits: Traits = CONTRACT,
    *,
    random: bool = False,
) -> Iterator[Drawn]:
    """Draws scenarios ahead of their use, and yields them in order.

    `draw` is called in the order of `indices`, once for each, in any thread; opinions are asked about each
    prediction. `random` tells that they are many of a stream.
    """
    queue: deque[tuple[BackgroundTask[tuple[Scenario, Image]], BackgroundTask[Prediction | None]]] = deque()
    rest = iter(indices)

    def fill(depth: int) -> None:
        for index in islice(rest, depth - len(queue)):
            drawn = background.submit(partial(_draw, draw, index), "drawing")
            queue.append((drawn, background.submit(partial(_predict, drawn, opinions, traits), "prediction")))

    fill(1)
    while queue:
        drawn, predicted = queue.popleft()
        scenario, image = drawn.result()
        depth = _DEPTH if scenario.window.size <= _LARGE else 1
        fill(depth)
        yield Drawn(scenario, image, None if scenario.abort else partial(_known, predicted), random)


def _draw(draw: Callable[[int], Scenario], index: int) -> tuple[Scenario, Image]:
    scenario = draw(index)
    stall_pattern(scenario.stall)  # into their caches
    busy_banks(scenario.stall)
    return scenario, initial_image(scenario)


def _predict(
    drawn: BackgroundTask[tuple[Scenario, Image]], opinions: SecondOpinions, traits: Traits
) -> Prediction | None:
    scenario, image = drawn.result()
    # A cut job may leave more than one memory.
    return None if scenario.abort else prediction(scenario, image, opinions, traits)


def _known(predicted: BackgroundTask[Prediction | None]) -> Prediction:
    known = predicted.result()
    assert known is not None
    return known
