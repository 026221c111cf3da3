# SPDX-License-Identifier: Apache-2.0
"""Training steps of networks whose weights lie in L2."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import ProgramStream, draw_arbitration, draw_even
from tb.cluster.training import MOST_LAYERS, Training
from tb.stimulus.knob_values import Knob, plain
from tb.workloads.device_step import Network

_BLOCKS = 30  # of a layer, at most: those of two have fewer transfers than dma_done can tell apart
_DRAWN = 40  # features of a layer that is drawn, at most
_RATE = 0.1
_LIMIT = 2_000_000
"""Cycles of a step: the largest of a test takes half of them."""
_SOFTWARE = 0.25  # share of steps without the accelerator
_Even = Annotated[int, Meta(ge=2, le=1024, multiple_of=2)]


class TrainStream(ProgramStream, sequence="cluster_train"):
    """A training step of a network, drawn or as the knobs say."""

    program = "train"
    with_jobs = False
    FIELDS: ClassVar[Mapping[str, Knob]] = {
        "sizes": Knob(plain(Annotated[list[_Even], Meta(min_length=3, max_length=MOST_LAYERS + 1)])),
        "batch": Knob(plain(_Even)),
        "blocks": Knob(plain(tuple[_Even, _Even, _Even])),
        "harts": Knob(plain(Annotated[int, Meta(ge=1, le=8)])),
        "saved_layers": Knob(plain(Annotated[int, Meta(ge=1, le=2)])),
        "in_software": Knob(plain(bool)),
    }
    """Features of the input and of each layer, samples, what of a layer's weights is in the TCDM at once
    (inputs of the first, outputs of the others and of the last), harts that run, layers whose activations are
    in the TCDM for updates, and whether the harts compute the products; what is missing is drawn."""

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws a network, its samples and the arbitration."""
        del index

        sizes = self.knobs["sizes"] or [draw_even(rng, _DRAWN) for _ in range(rng.randint(3, 6))]
        batch = self.knobs["batch"] or draw_even(rng, 16)
        blocks = self.knobs["blocks"] or tuple(
            draw_even(rng, most) for most in (sizes[0], max(sizes), sizes[-1])
        )
        numbers = np.random.default_rng(rng.randrange(1 << 28))
        network = Network.drawn(sizes, numbers)
        inputs, targets = (
            (numbers.standard_normal((size, batch)) / 2).astype(np.float16) for size in (sizes[0], sizes[-1])
        )
        in_software = self.knobs["in_software"]
        if in_software is None:
            in_software = rng.random() < _SOFTWARE
        scale = np.float16(-_RATE / batch)
        training = Training(
            network,
            inputs,
            targets,
            scale,
            tuple(blocks),
            saved_layers=self.knobs["saved_layers"] or rng.randint(1, 2),
            in_software=in_software,
        )
        if any(size > _BLOCKS * block for size, block in training.cuts()):
            raise self.where.error(f"blocks cut a layer into more than {_BLOCKS}; make them larger")
        if not self.knobs["sizes"]:
            training = replace(training, room=int(training.least_room * rng.choice((1, 1.5, 2, 3))) & ~3)
        memory = training.memory()
        cores = self.knobs["harts"] or rng.choice([n for n in (1, 2, 4, 8) if n <= self.config.cores])
        task = self.task(
            mode=next(iter(memory)), memory=memory, cores=cores, arbitration=draw_arbitration(rng)
        )
        return ProgramRun(
            replace(task, limit=_LIMIT),
            blocks=training.jobs,
            left=training.left(cores),
            matrices=partial(training.matrices, cores),
        )
