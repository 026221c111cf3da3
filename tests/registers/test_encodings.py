# SPDX-License-Identifier: Apache-2.0
"""Encodings of formats: every value of MACFG's fields means what contract and extension say."""

from itertools import product

import pytest

from models.formats import Format, Formats
from tb.exchange.names import plain_formats
from tb.registers.encodings import encodings

MEANING = (Format.E5M2, Format.FP16, Format.E4M3, Format.BF16, *(Format.FP16,) * 4)


def decode(value: int) -> Formats:
    """The formats of a MACFG value, written from contract A5.15 and A5.16."""
    x, w, z = (MEANING[value >> lsb & 7] for lsb in (7, 17, 20))
    return plain_formats((x, w, z)) if value >> 16 & 1 else x


def test_every_value_stands_for_the_formats_it_means() -> None:
    values = [
        code << 7 | mixed << 16 | w_code << 17 | z_code << 20
        for code, mixed, w_code, z_code in product(range(8), range(2), range(8), range(8))
    ]
    found = {fmt: encodings(fmt, mixed_formats=True) for fmt in map(decode, values)}
    assert len(found) == 64
    assert sorted(value for each in found.values() for value in each) == sorted(values)
    for fmt, each in found.items():
        assert all(decode(value) == fmt for value in each)


def test_the_plain_value_comes_first() -> None:
    assert encodings(Format.E4M3, mixed_formats=True)[0] == 2 << 7
    assert encodings((Format.E4M3, Format.FP16, Format.BF16), mixed_formats=True)[0] == (
        2 << 7 | 1 << 16 | 1 << 17 | 3 << 20
    )


def test_a_device_without_the_extension_gets_none_of_its_bits() -> None:
    assert encodings(Format.FP16, mixed_formats=False) == tuple(code << 7 for code in (1, 4, 5, 6, 7))
    assert encodings(Format.BF16, mixed_formats=False) == (3 << 7,)
    with pytest.raises(ValueError, match="formats E4M3, FP16 and FP16 need a device with mixed_formats"):
        encodings((Format.E4M3, Format.FP16, Format.FP16), mixed_formats=False)
