# SPDX-License-Identifier: Apache-2.0
"""The stream of encodings: its first scenarios write every value of MACFG's format fields, once."""

from models.formats import Format
from tb.exchange.device import Descriptor
from tb.registers.program import register_values
from tb.sequences.encodings import EncodingStream

from .devices import device


def written(descriptor: Descriptor, count: int) -> list[int]:
    stream = EncodingStream("encodings", 1, {}, descriptor)
    jobs = [stream.scenario(index).jobs[0] for index in range(count)]
    assert all(descriptor.supports(job) is None for job in jobs)
    mixed = descriptor.mixed_formats
    return [register_values(job, mixed_formats=mixed)["MACFG"] & ~(7 << 10) for job in jobs]


def test_every_value_is_written_once() -> None:
    whole = device(formats=tuple(Format), mixed_formats=True)
    values = written(whole, 1024)
    assert set(values) == {low << 7 | high << 16 for low in range(8) for high in range(128)}
    assert written(whole, 1028)[1024:] == values[:4]


def test_without_the_extension_there_are_eight() -> None:
    assert sorted(written(device(formats=tuple(Format)), 8)) == [code << 7 for code in range(8)]
    assert sorted(written(device(), 5)) == [code << 7 for code in (1, 4, 5, 6, 7)]
