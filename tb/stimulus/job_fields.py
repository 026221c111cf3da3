# SPDX-License-Identifier: Apache-2.0
"""How jobs look in JSON: the schema of one, and parsers of its values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from models.formats import Format, Formats, per_operand
from models.ops import Op
from tb.schema import Field, Where, choice

ADDRESS_SPACE = 2**32
MAX_SIZE = 65535
MAX_CORES = 8
OPERAND_CLASSES = (
    "normal",
    "wide",
    "subnormal",
    "special",
    "signed_zero",
    "ties",
    "cancellation",
    "raw",
)

Data = tuple[bytes | None, bytes | None, bytes | None]
"""Explicit bytes of X, W and Y."""


def parse_op(value: str, where: Where) -> Op:
    """The operation of a name; raises `SchemaError`."""
    return Op[choice(value, Op.__members__, "operation", where)]


def parse_format(value: str, where: Where) -> Format:
    """The format of a name; raises `SchemaError`."""
    return Format[choice(value, Format.__members__, "format", where)]


def format_name(fmt: Formats) -> str:
    """The name of a format, or of those of X, W and Y/Z as in ``E4M3/FP16/FP16``."""
    return fmt.name if isinstance(fmt, Format) else "/".join(each.name for each in fmt)


def parse_formats(value: str, where: Where) -> Formats:
    """Reads what `format_name` wrote; raises `SchemaError`."""
    if "/" not in value:
        return parse_format(value, where)
    names = value.split("/")
    if len(names) != 3:
        raise where.error(
            f"'{value}' is no format; name one, or those of X, W and Y/Z as in 'E4M3/FP16/FP16'"
        )
    x, w, z = (parse_format(name, where) for name in names)
    return plain_formats((x, w, z))


def plain_formats(fmt: Formats) -> Formats:
    """The same formats, written as one where all are equal."""
    x, w, z = per_operand(fmt)
    return x if x is w is z else (x, w, z)


def _blob(value: str | None, where: Where) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise where.error("expected base64 text or null")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise where.error(f"malformed base64: {error}") from None


def _data(value: object, where: Where) -> Data | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        raise where.error("expected null or a list of three: the bytes of X, W and Y")
    x, w, y = (_blob(item, where.item(i)) for i, item in enumerate(value))
    return x, w, y


_CLASS = Field("operand class", str, choices=OPERAND_CLASSES)
JOB_FIELDS: Mapping[str, Field] = {
    "op": Field("operation", str, required=True, parse=parse_op),
    "format": Field("element format", str, default=Format.FP16, parse=parse_formats),
    **{key: Field(f"size {key.upper()}", int, required=True, lo=0, hi=MAX_SIZE) for key in "mnk"},
    **{
        key: Field("byte address", int, required=True, lo=0, hi=ADDRESS_SPACE - 1)
        for key in ("x_addr", "w_addr", "z_addr")
    },
    "core": Field("core", int, default=0, lo=0, hi=MAX_CORES - 1),
    "classes": Field(
        "operand classes of X, W and Y",
        list,
        default=("normal", "normal", "normal"),
        lo=3,
        hi=3,
        items=_CLASS,
        parse=lambda value, _: tuple(value),
    ),
    "data_seed": Field("seed of generated data", int, default=0),
    "data": Field("explicit data", object, default=None, parse=_data),
}
