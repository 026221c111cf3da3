# SPDX-License-Identifier: Apache-2.0
"""Prediction of a scenario by the reference model, and second opinions on it."""

from typing import NamedTuple

from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.opinions.library import Fp16
from tb.scoreboard.second_opinion import SecondOpinions
from tb.stimulus.image import Image, predict


class Prediction(NamedTuple):
    """The end of a scenario."""

    memory: Image  # the window's bytes after the last job; uint8, shape (window.size,)
    findings: list[Finding]  # where a second opinion differs from the model


def prediction(
    scenario: Scenario, image: Image, opinions: SecondOpinions, traits: Traits = CONTRACT
) -> Prediction:
    """Predicts a scenario whose jobs all run to their ends.

    Args:
        scenario: Scenario to run.
        image: The window's bytes before the first trigger.
        opinions: Asked about each job's result, but for minima and maxima that a device defines otherwise.
        traits: Deviations of the device.
    """
    findings: list[Finding] = []

    def watch(position: int, job: Job, x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16) -> None:
        if job.op.is_fma or traits.minmax_nan == "number":
            findings.extend(opinions.on(position, job, x, w, y, z))

    memory = predict(image, scenario.jobs, scenario.window.base, watch, traits)
    return Prediction(memory, findings)
