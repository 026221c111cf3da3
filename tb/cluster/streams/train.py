# SPDX-License-Identifier: Apache-2.0
"""Training steps of networks whose weights lie in L2."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from tb.cluster import memory_map
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import ProgramStream, draw_arbitration
from tb.cluster.task import Arbitration
from tb.stimulus.knob_values import Knob, plain
from tb.workloads.device_step import Half, Network, train_step

_LAYERS = 12  # at most, sw/hal/network.h
_HEAD = struct.Struct(f"<{19 + _LAYERS + 1}I")
_ALIGNMENT = 64
_BLOCKS = 30  # of a layer, at most: those of two have fewer transfers than dma_done can tell apart
_DRAWN = 40  # features of a layer that is drawn, at most
_RATE = 0.1
_LIMIT = 2_000_000
"""Cycles of a step: the largest of a test takes half of them."""
_SOFTWARE = 0.25  # share of steps without the accelerator
_Even = Annotated[int, Meta(ge=2, le=1024, multiple_of=2)]


@dataclass(frozen=True, slots=True)
class Training:
    """A network and its samples in L2, as sw/hal/network.h has them."""

    network: Network
    inputs: Half  # features x batch
    targets: Half
    scale: np.float16  # what gradients are multiplied with
    # Of weights in the TCDM at once: inputs of the first layer, outputs of a hidden one and of the last.
    blocks: tuple[int, int, int]
    room: int = 0  # bytes for weights in the TCDM; 0 for all that is left
    saved_layers: int = 1  # layers whose activations are in the TCDM for updates at once, or 2
    in_software: bool = False  # True if the harts compute the products, and not the accelerator
    # Of the TCDM: forward, from the last layer back, in the first; empty where it stays as it is.
    arbitration: tuple[Arbitration, ...] = ()

    def memory(self) -> dict[int, bytes]:
        """Bytes by address; the descriptor is the first."""
        at = self._places()
        sizes = self.network.sizes
        ratios = [each.register() for each in self.arbitration] or [0, 0, 0]
        bits = int(self.scale.view(np.uint16)) * 0x1_0001
        shape = (len(sizes) - 1, self.inputs.shape[1], *self.blocks, self.room)
        words = (*shape, self.saved_layers, self.in_software, bits, *ratios, *list(at.values())[1:], *sizes)
        head = _HEAD.pack(*words, *[0] * (_LAYERS + 1 - len(sizes)))
        given = {
            "inputs": self.inputs.tobytes(),
            "targets": self.targets.tobytes(),
            **_parameters(self.network),
        }
        return {at["head"]: head, **{at[name]: data for name, data in given.items()}}

    def left(self, harts: int) -> dict[int, bytes]:
        """Bytes by address that a step leaves: what it reads, what is new, activations, outputs and loss."""
        at = self._places()
        step = train_step(
            self.network, self.inputs, self.targets, self.scale, block=self.blocks[2], harts=harts
        )
        results = {
            "activations": b"".join(each.T.tobytes() for each in step.activations),
            "outputs": step.outputs.tobytes(),
            "loss": step.loss.tobytes(),
            **_parameters(step.network),
        }
        return {**self.memory(), **{at[name]: data for name, data in results.items()}}

    @property
    def jobs(self) -> int:
        """Jobs of a step: two of each block of the first layer, three of the others, and ReLU."""
        if self.in_software:
            return 0
        first, *others = (len(range(0, size, block)) for size, block in self.cuts())
        return 2 * first + 3 * sum(others) + len(others)

    @property
    def least_room(self) -> int:
        """Bytes of the largest block with the samples that come with it."""
        sizes = self.network.sizes
        batch: int = self.inputs.shape[1]
        (_, first), *hidden, (_, last) = self.cuts()
        middle = (2 * block * size for (_, block), size in zip(hidden, sizes[1:-2], strict=True))
        return max(*middle, 2 * first * (sizes[1] + batch), 2 * last * (sizes[-2] + batch))

    def cuts(self) -> list[tuple[int, int]]:
        """Returns the size across which each layer's weights are cut, and that of a block."""
        sizes = (self.network.sizes[0], *self.network.sizes[2:])
        first, hidden, last = self.blocks
        blocks = (first, *[hidden] * (len(sizes) - 2), last)
        return [(size, min(size, block)) for size, block in zip(sizes, blocks, strict=True)]

    def _places(self) -> dict[str, int]:
        """Addresses by name, in the order of sw/hal/network.h."""
        parameters = _parameters(self.network)
        bytes_of = {
            "head": _HEAD.size,
            "weights": len(parameters["weights"]),
            "biases": len(parameters["biases"]),
            "inputs": self.inputs.nbytes,
            "targets": self.targets.nbytes,
            "activations": 2 * sum(self.network.sizes[1:-1]) * self.inputs.shape[1],
            "outputs": self.targets.nbytes,
            "loss": 4,
        }
        places, at = {}, memory_map.L2
        for name, size in bytes_of.items():
            places[name] = at
            at += -(-size // _ALIGNMENT) * _ALIGNMENT
        return places


def _parameters(network: Network) -> dict[str, bytes]:
    return {
        "weights": b"".join(each.tobytes() for each in network.weights),
        "biases": b"".join(each.tobytes() for each in network.biases),
    }


class TrainStream(ProgramStream, sequence="cluster_train"):
    """A training step of a network, drawn or as the knobs say."""

    program = "train"
    with_jobs = False
    FIELDS: ClassVar[Mapping[str, Knob]] = {
        "sizes": Knob(plain(Annotated[list[_Even], Meta(min_length=3, max_length=_LAYERS + 1)])),
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

        def even(most: int) -> int:
            return 2 * rng.randint(1, most // 2)

        sizes = self.knobs["sizes"] or [even(_DRAWN) for _ in range(rng.randint(3, 6))]
        batch = self.knobs["batch"] or even(16)
        blocks = self.knobs["blocks"] or (even(sizes[0]), even(max(sizes)), even(sizes[-1]))
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
        return ProgramRun(replace(task, limit=_LIMIT), blocks=training.jobs, left=training.left(cores))
