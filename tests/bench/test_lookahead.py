# SPDX-License-Identifier: Apache-2.0
"""Scenarios drawn ahead: the same, in order, each drawn once, whoever draws them."""

import threading

import numpy as np
import pytest
from msgspec.structs import replace

from tb.descriptor import load
from tb.env import lookahead as lookahead_module
from tb.env.background import Background
from tb.env.lookahead import lookahead
from tb.env.preparation import prepare
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import Scenario
from tb.scoreboard.second_opinion import SecondOpinions
from tb.stimulus.image import initial_image, predict
from tb.stimulus.stream import ImpossibleConstraint, ScenarioStream

NOBODY = SecondOpinions(sources=())
KNOBS = {"m": [1, 9], "n": [0, 9], "k": [1, 9], "jobs": [1, 2], "abort": {"none": 3, "clear": 1}}


def stream() -> ScenarioStream:
    return ScenarioStream("ahead", 1, KNOBS, load("serial"))


@pytest.mark.parametrize("begin", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 40])
def test_scenarios_are_those_of_the_stream(count: int, begin: bool, background: Background) -> None:
    reference, indices = stream(), []
    drawing = stream()

    def draw(index: int) -> Scenario:
        indices.append(index)
        return drawing.scenario(index)

    seen = 0
    for drawn in lookahead(background, draw, range(5, 5 + count), NOBODY):
        expected = reference.scenario(5 + seen)
        image = initial_image(expected)
        assert drawn.scenario == expected
        assert np.array_equal(drawn.image, image)
        if expected.abort is None:
            after = predict(image, expected.jobs, expected.window.base)
            assert np.array_equal(drawn.expected().memory, after)
        else:
            assert drawn.expected is None
        seen += 1
        if begin:
            background.begin()
    assert seen == count
    assert indices == [*range(5, 5 + count)]
    assert drawing.rejected == reference.rejected


def test_scenarios_are_prepared_for_a_device_that_is_known(background: Background) -> None:
    device, drawing = load("serial"), stream()
    for drawn in lookahead(background, drawing.scenario, range(20), NOBODY, device):
        background.begin()
        assert drawn.ready == prepare(stream().scenario(drawn.scenario.index), device)
    (unprepared,) = lookahead(background, drawing.scenario, range(1), NOBODY)
    assert unprepared.ready is None


def test_later_scenarios_are_drawn_while_one_is_used(background: Background) -> None:
    threads: dict[int, str] = {}
    drawing, third = stream(), threading.Event()

    def draw(index: int) -> Scenario:
        threads[index] = threading.current_thread().name
        if index == 3:
            third.set()
        return drawing.scenario(index)

    scenarios = lookahead(background, draw, range(40), NOBODY)
    next(scenarios)
    background.begin()
    assert third.wait(60)
    assert threads[0] == threading.current_thread().name
    assert {threads[1], threads[2], threads[3]} == {"background"}


def test_an_error_comes_with_its_scenario(background: Background) -> None:
    drawing = stream()

    def draw(index: int) -> Scenario:
        if index == 4:
            raise ImpossibleConstraint("no such job")
        return drawing.scenario(index)

    scenarios = lookahead(background, draw, range(8), NOBODY)
    for index in range(4):
        assert next(scenarios).scenario.index == index
        background.begin()
    with pytest.raises(ImpossibleConstraint, match="no such job"):
        next(scenarios)


def test_large_memories_among_small_ones(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large one is met while more are under way than may be beside it."""
    drawing, reference = stream(), stream()
    size = reference.scenario(0).window.size
    monkeypatch.setattr(lookahead_module, "_LARGE", size)

    def grown(scenario: Scenario) -> Scenario:
        if scenario.index % 7 < 6 or scenario.window.end == ADDRESS_SPACE:
            return scenario
        return replace(scenario, window=replace(scenario.window, size=size + 4))

    drawn = [
        each.scenario
        for each in lookahead(background, lambda index: grown(drawing.scenario(index)), range(60), NOBODY)
    ]
    assert drawn == [grown(reference.scenario(index)) for index in range(60)]
    assert 3 < sum(scenario.window.size > size for scenario in drawn) < 10
