# SPDX-License-Identifier: Apache-2.0
"""Scenarios that are drawn, and whose results are predicted, while earlier ones run."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from tb.env.background import Background, BackgroundTask
from tb.env.preparation import Preparation, prepare
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.second_opinion import SecondOpinions
from tb.stimulus.image import Image, initial_image

# Scenarios ready: short ones are drawn more slowly than they run. Many are drawn when few are left, so that
# what the thread needs stays in the caches of its processor meanwhile.
_DEPTH, _FEW = 16, 4
_LARGE = 1 << 18  # bytes of a window beyond which few are kept


class Drawn(NamedTuple):
    """A scenario with all that can be computed of it without the simulator."""

    scenario: Scenario  # scenario to run
    image: Image  # the window's bytes before the first trigger; uint8, shape (window.size,)
    # Gives what the model predicts for the end; None for a scenario with an abort.
    expected: Callable[[], Prediction] | None
    ready: Preparation | None  # for the device that it is for, if that is known
    random: bool = False


def lookahead(
    background: Background,
    draw: Callable[[int], Scenario],
    indices: range,
    opinions: SecondOpinions,
    device: Descriptor | None = None,
    *,
    random: bool = False,
) -> Iterator[Drawn]:
    """Draws scenarios ahead of their use, and yields them in order.

    `draw` is called in the order of `indices`, once for each, in any thread; opinions are asked about each
    prediction. `device` is the one that they are prepared for, `random` tells that they are many of a stream.
    """
    queue: deque[tuple[BackgroundTask[_Scene], BackgroundTask[Prediction | None]]] = deque()
    rest = iter(indices)
    traits = CONTRACT if device is None else device.traits

    def fill(depth: int) -> None:
        for index in islice(rest, max(depth - len(queue), 0)):
            drawn = background.submit(partial(_draw, draw, index, device), "drawing")
            queue.append((drawn, background.submit(partial(_predict, drawn, opinions, traits), "prediction")))

    fill(1)
    while queue:
        drawn, predicted = queue.popleft()
        scenario, image, ready = drawn.result()
        if scenario.window.size > _LARGE:
            fill(1)
        elif len(queue) <= _FEW:
            fill(_DEPTH)
        yield Drawn(scenario, image, None if scenario.abort else partial(_known, predicted), ready, random)


_Scene = tuple[Scenario, Image, Preparation | None]


def _draw(draw: Callable[[int], Scenario], index: int, device: Descriptor | None) -> _Scene:
    scenario = draw(index)
    return scenario, initial_image(scenario), None if device is None else prepare(scenario, device)


def _predict(drawn: BackgroundTask[_Scene], opinions: SecondOpinions, traits: Traits) -> Prediction | None:
    scenario, image, _ = drawn.result()
    # A cut job may leave more than one memory.
    return None if scenario.abort else prediction(scenario, image, opinions, traits)


def _known(predicted: BackgroundTask[Prediction | None]) -> Prediction:
    known = predicted.result()
    assert known is not None
    return known
