# SPDX-License-Identifier: Apache-2.0
"""Conditions on jobs, written as Python expressions over their attributes: ``n <= 4 and m % 12 != 0``."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType

from tb.exchange.attributes import ATTRIBUTES, Occasion, Value
from tb.schema import Raw, Where, alternatives, show, unknown

_TRUTH, _NUMBER, _WORD = "truth", "number", "word"
_KINDS = {_TRUTH: "a condition", _NUMBER: "a number", _WORD: "a word"}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult)
_DIVISION = (ast.FloorDiv, ast.Mod)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_MEMBER = (ast.In, ast.NotIn)
_EXAMPLE = 'write it as in n <= 4 and stall != "none"'


class _Values(Mapping[str, Value]):
    """Attributes of an occasion, each taken when an expression asks for it."""

    def __init__(self, occasion: Occasion) -> None:
        self._occasion = occasion

    def __getitem__(self, name: str) -> Value:
        return ATTRIBUTES[name].value(self._occasion)

    def __iter__(self) -> Iterator[str]:
        return iter(ATTRIBUTES)

    def __len__(self) -> int:
        return len(ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a job."""

    text: str  # as it was written; conditions of equal text are equal
    names: frozenset[str] = field(compare=False)  # attributes that it asks for
    _code: CodeType = field(compare=False, repr=False)

    def holds(self, occasion: Occasion) -> bool:
        """Tell if the condition holds for a job where it stands."""
        return self.fits(_Values(occasion))

    def fits(self, values: Mapping[str, Value]) -> bool:
        """Tell if the condition holds for a job by the values of its attributes."""
        # Nothing but what `_Reader` let pass is evaluated: operators over attributes and constants.
        return bool(eval(self._code, {"__builtins__": {}}, values))


def parse_condition(data: Raw, where: Where) -> Condition:
    """Read a condition.

    Grammar: attributes (`ATTRIBUTES`), integers, decimals, words in quotes; comparisons, also chained and
    with ``in`` and ``not in``; ``and``, ``or``, ``not``; ``+ - *``, and ``//`` and ``%`` by a constant.

    Raises:
        SchemaError: It is no such expression, or compares what cannot be equal; an unknown name is answered
            with the nearest one.
    """
    if not isinstance(data, str) or not data.strip():
        raise where.error(f"expected a condition, got {show(data)}; {_EXAMPLE}")
    try:
        tree = ast.parse(data.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise where.error(f"'{data}' is no condition ({getattr(error, 'msg', error)}); {_EXAMPLE}") from None
    reader = _Reader(where)
    reader.wants(tree.body, _TRUTH)
    return Condition(data.strip(), frozenset(reader.names), compile(tree, "<condition>", "eval"))


class _Reader:
    """Checks an expression, from its parts up to the whole."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self.names: set[str] = set()

    def wants(self, node: ast.expr, kind: str) -> None:
        found = self.kind(node)
        if found != kind:
            hint = "; compare it with something" if kind == _TRUTH else ""
            raise self._where.error(
                f"'{ast.unparse(node)}' is {_KINDS[found]}, where {_KINDS[kind]} is expected{hint}"
            )

    def kind(self, node: ast.expr) -> str:
        """The kind of an expression's values."""
        match node:
            case ast.Name(id=name):
                if name not in ATTRIBUTES:
                    raise unknown("attribute", name, ATTRIBUTES, self._where)
                self.names.add(name)
                return ATTRIBUTES[name].kind
            case ast.Constant(value=bool()):
                return _TRUTH
            case ast.Constant(value=int() | float()):
                return _NUMBER
            case ast.Constant(value=str()):
                return _WORD
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                self.wants(operand, _NUMBER)
                return _NUMBER
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.wants(operand, _TRUTH)
                return _TRUTH
            case ast.BoolOp(values=values):
                for value in values:
                    self.wants(value, _TRUTH)
                return _TRUTH
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _ARITHMETIC + _DIVISION):
                self.wants(left, _NUMBER)
                self.wants(right, _NUMBER)
                if isinstance(op, _DIVISION) and not (isinstance(right, ast.Constant) and right.value):
                    raise self._where.error(
                        f"'{ast.unparse(node)}' divides by '{ast.unparse(right)}'; "
                        "divide by a constant other than 0"
                    )
                return _NUMBER
            case ast.Compare():
                self._compare(node)
                return _TRUTH
        raise self._where.error(f"'{ast.unparse(node)}' has no place in a condition; {_EXAMPLE}")

    def _compare(self, node: ast.Compare) -> None:
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, _MEMBER):
                if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
                    raise self._where.error(
                        f"'{ast.unparse(right)}' is no list of constants; "
                        "write it as in op in ['GEMM', 'MATMUL']"
                    )
                for element in right.elts:
                    self._comparable(left, element)
            elif isinstance(op, _ORDER):
                self.wants(left, _NUMBER)
                self.wants(right, _NUMBER)
            elif isinstance(op, ast.Eq | ast.NotEq):
                self._comparable(left, right)
            else:
                raise self._where.error(
                    f"'{ast.unparse(node)}' has no place in a condition; compare with == or !="
                )
            left = right

    def _comparable(self, left: ast.expr, right: ast.expr) -> None:
        """Both sides are of one kind, and a word is one that the attribute can have."""
        self.wants(right, self.kind(left))
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Name) and isinstance(other, ast.Constant) and ATTRIBUTES[one.id].words:
                word, words = str(other.value), ATTRIBUTES[one.id].words
                if word not in words:
                    raise self._where.error(f"{one.id} is never '{word}'; {alternatives(word, words)}")


def comparisons(text: str) -> Iterator[str]:
    """Return the comparisons that a condition joins with ``and``, in their order."""
    body = ast.parse(text, mode="eval").body
    parts = body.values if isinstance(body, ast.BoolOp) and isinstance(body.op, ast.And) else [body]
    return map(ast.unparse, parts)
