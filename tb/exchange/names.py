# SPDX-License-Identifier: Apache-2.0
"""Names and limits of operations, formats and operands, as files and command lines write them."""

from models.formats import Format, Formats, per_operand
from models.ops import Op
from tb.schema import Where, choice

ADDRESS_SPACE = 2**32
MAX_SIZE = 65535
MAX_CORES = 8
OPERAND_CLASSES = (
    *("normal", "wide", "subnormal", "special"),
    *("signed_zero", "ties", "cancellation", "raw"),
)


def parse_op(value: str, where: Where) -> Op:
    """Returns the operation of a name; raises `SchemaError`."""
    return Op[choice(value, Op.__members__, "operation", where)]


def parse_format(value: str, where: Where) -> Format:
    """Returns the format of a name; raises `SchemaError`."""
    return Format[choice(value, Format.__members__, "format", where)]


def parse_formats(value: str, where: Where) -> Formats:
    """Returns the format or formats that `format_name` wrote; raises `SchemaError`."""
    if "/" not in value:
        return parse_format(value, where)
    names = value.split("/")
    if len(names) != 3:
        raise where.error(
            f"'{value}' is no format; name one, or those of X, W and Y/Z as in 'E4M3/FP16/FP16'"
        )
    x, w, z = (parse_format(name, where) for name in names)
    return plain_formats((x, w, z))


def format_name(fmt: Formats) -> str:
    """Returns the name of a format, or of those of X, W and Y/Z as in ``E4M3/FP16/FP16``."""
    return fmt.name if isinstance(fmt, Format) else "/".join(each.name for each in fmt)


def plain_formats(fmt: Formats) -> Formats:
    """Returns the same formats, written as one where all are equal."""
    x, w, z = per_operand(fmt)
    return x if x is w is z else (x, w, z)
