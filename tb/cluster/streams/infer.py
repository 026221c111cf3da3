# SPDX-License-Identifier: Apache-2.0
"""Networks for images, forward, whose weights lie in L2."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from tb.cluster.inference import Inference, arranged, resnet8
from tb.cluster.passes import TILE, image_places
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import ProgramStream, draw_arbitration, draw_even
from tb.stimulus.knob_values import Knob, plain
from tb.workloads.convolution import Convolution
from tb.workloads.device_layers import DeviceLayer, pooling
from tb.workloads.half import Half

_STRIP_BYTES = 12_000  # for patches of a job of a network that is drawn, if one tile has no more


def drawn(rng: random.Random, tcdm_bytes: int) -> Inference:
    """Returns a network of small layers, some of which are added to earlier images."""
    numbers = np.random.default_rng(rng.randrange(1 << 28))

    def half(*shape: int) -> Half:
        return (numbers.standard_normal(shape) / 2).astype(np.float16)

    image = half(rng.randint(3, 11), rng.randint(3, 11), draw_even(rng, 6))
    layers: list[DeviceLayer] = []
    shapes = [image.shape]
    for number in range(rng.randint(1, 6)):
        rows, columns, inputs = shapes[-1]
        same = [place for place, shape in enumerate(shapes[:-1]) if shape[:2] == (rows, columns)]
        free = [each for each in same if image_places(layers).count(image_places(layers)[each]) == 1]
        added = rng.choice(free) if free and rng.random() < 0.6 else None
        outputs = shapes[added][2] if added is not None else draw_even(rng, 40 if rng.random() < 0.2 else 10)
        stride = 1 if added is not None else rng.choice((1, 1, 2))
        kernel = rng.choice(((3, 3), (3, 3), (1, 1), (2, 3), (3, 2)))
        layer = Convolution(f"layer {number}", inputs, outputs, kernel, stride, relu=rng.random() < 0.7)
        layers.append(DeviceLayer(layer, half(*kernel, inputs, outputs), half(outputs), number, added))
        shapes.append((-(-rows // stride), -(-columns // stride), outputs))
    if rng.random() < 0.5:
        rows, columns, channels = shapes[-1]
        layers.append(pooling(rows * columns, channels, len(layers)))
    widest = max(2 * TILE * each.layer.fan_in for each in layers if not each.pool)
    strip_bytes = max(widest, min(widest * rng.choice((1, 2, 4, 12)), _STRIP_BYTES))
    most = rng.choice((0, 200, 1 << 20))
    return arranged(layers, image, tcdm_bytes, strip_bytes, most=most, saves=True)


class InferStream(ProgramStream, sequence="cluster_infer"):
    """A network for images, drawn or ResNet8."""

    program = "infer"
    with_jobs = False
    FIELDS: ClassVar[Mapping[str, Knob]] = {
        "network": Knob(plain(Literal["resnet8", "drawn"]), "drawn"),
        "harts": Knob(plain(Annotated[int, Meta(ge=1, le=8)])),
    }
    """The network, and harts that run, which are drawn if they are missing."""

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws the network and the arbitration."""
        del index
        room = self.config.tcdm_bytes
        network = resnet8(room, saves=True) if self.knobs["network"] == "resnet8" else drawn(rng, room)
        cores = self.knobs["harts"] or rng.choice([n for n in (1, 2, 4, 8) if n <= self.config.cores])
        memory = network.memory()
        task = self.task(
            mode=next(iter(memory)), memory=memory, cores=cores, arbitration=draw_arbitration(rng)
        )
        return ProgramRun(task, blocks=network.jobs, left=network.left(), matrices=network.matrices)
