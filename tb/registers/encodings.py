# SPDX-License-Identifier: Apache-2.0
"""The format fields of MACFG: all values that mean the same formats (contract A5.15, A5.16)."""

from functools import lru_cache
from itertools import product

from models.formats import Format, Formats, per_operand
from tb.registers.generate import register_map

_CODES = range(8)
_FP16_CODES = (Format.FP16, *range(4, 8))


@lru_cache(maxsize=128)
def encodings(fmt: Formats, mixed_formats: bool) -> tuple[int, ...]:
    """Returns the register values of MACFG, operation 0, with which a job has formats `fmt`.

    Args:
        fmt: The format of all operands, or those of X, W and Y/Z.
        mixed_formats: True if the device has a format for each operand.

    Returns:
        The plain value first: MIXED only where formats differ, no code above 3, ignored fields 0. Then those
        that act alike: 4 to 7 for FP16, MIXED with equal formats, anything in the ignored fields.

    Raises:
        ValueError: The formats differ, and the device has one for all operands.
    """
    macfg = register_map(mixed_formats=mixed_formats)["MACFG"]
    x, w, z = per_operand(fmt)
    uniform = x is w is z
    if not mixed_formats:
        if not uniform:
            raise ValueError(f"formats {x.name}, {w.name} and {z.name} need a device with mixed_formats")
        return tuple(macfg.pack(FORMAT=code) for code in _codes(x))
    values = [
        macfg.pack(FORMAT=x_code, W_FORMAT=w_code, Z_FORMAT=z_code, MIXED=1)
        for x_code, w_code, z_code in product(_codes(x), _codes(w), _codes(z))
    ]
    if uniform:
        ignored = list(product(_CODES, _CODES))
        plain = [
            macfg.pack(FORMAT=code, W_FORMAT=w_code, Z_FORMAT=z_code)
            for code, (w_code, z_code) in product(_codes(x), ignored)
        ]
        values = plain + values
    return tuple(values)


def _codes(fmt: Format) -> tuple[int, ...]:
    """Codes of a format field that act as a format, its own first."""
    return tuple(int(code) for code in _FP16_CODES) if fmt is Format.FP16 else (int(fmt),)
