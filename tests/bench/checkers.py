# SPDX-License-Identifier: Apache-2.0
"""The checkers that the bench has, found in its source: a new one is here without anybody's doing."""

from __future__ import annotations

import ast
from pathlib import Path

import tb
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule


def every_checker() -> set[str]:
    """Names of all checkers, as findings have them."""
    return findings() | {f"rule {number:d}" for number in (*TcdmRule, *PeriphRule)}


def findings() -> set[str]:
    """Second argument of each `Finding(...)` in tb; rules are named by their number and left out."""
    names: set[str] = set()
    for path in Path(tb.__path__[0]).rglob("*.py"):
        tree = ast.parse(path.read_text())
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                checker = node.args[1]
                if isinstance(checker, ast.Constant):
                    names.add(str(checker.value))
                elif isinstance(checker, ast.Name):
                    names.add(str(constants[checker.id]))
                else:
                    assert ast.unparse(checker) == "f'rule {rule}'", ast.unparse(checker)
    return names
