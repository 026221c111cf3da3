# SPDX-License-Identifier: Apache-2.0
"""The checkers that the bench has, found in its source: a new one is here without anybody's doing."""

import ast
import re
from pathlib import Path

import tb
from tb.exchange.results import HANG

TB = Path(tb.__path__[0])


def assertions() -> dict[str, str]:
    """Rules of rules_pkg.sv without their prefix, by the label of the assertion that reports them.

    Every assertion of tb/sv has a label, and a rule of its own.
    """
    found: dict[str, str] = {}
    for path in sorted((TB / "sv").glob("*.sv")):
        text = re.sub(r"//.*", "", path.read_text())
        labels = re.findall(r"(\w+)\s*:\s*assert\s+property", text)
        assert len(labels) == len(re.findall(r"\bassert\b", text)), f"{path.name}: assertion without label"
        rules = re.findall(
            r"\bassert\s+property.*?else\s+bench_violation\([^;]*RULE_(\w+)\)", text, re.DOTALL
        )
        found |= dict(zip(labels, rules, strict=True))
    return found


def findings() -> set[str]:
    """Second argument of each `Finding(...)` in tb; rules of buses and clusters have lists of their own."""
    names: set[str] = set()
    # The exchange reads findings, it makes none; what a user brings has names of its own.
    others = (TB / "exchange", TB / "scoreboard" / "own.py")
    for path in (file for file in TB.rglob("*.py") if not any(map(file.is_relative_to, others))):
        tree = ast.parse(path.read_text())
        constants = {"HANG": HANG} | {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                checker = node.args[1]
                if ast.unparse(node.args[0]) == "Status.ERROR":
                    continue  # of a test's own code, not of the device
                if isinstance(checker, ast.Constant):
                    names.add(str(checker.value))
                elif isinstance(checker, ast.Name) and checker.id in constants:
                    names.add(str(constants[checker.id]))
                elif ast.unparse(node.args[0]) != "RULES[rule].status":  # of clusters, by their names
                    assert ast.unparse(checker) in ("f'rule {rule}'", "f'log rule {rule:d}'"), path
    return names
