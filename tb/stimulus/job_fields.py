# SPDX-License-Identifier: Apache-2.0
"""How jobs look in JSON: the schema of one, and parsers of its values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from models.formats import Format
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
    "format": Field("element format", str, default=Format.FP16, parse=parse_format),
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
