# SPDX-License-Identifier: Apache-2.0
"""JSON files for programs that people read too."""

import json
from pathlib import Path


def write_json(path: Path, value: object) -> None:
    """Writes a JSON file in one step: it has the old or the new content, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(_dump(value) + "\n")
    temporary.replace(path)


def _dump(value: object, level: int = 0) -> str:
    """JSON with a line for each innermost object or list: readable, and long lists of rows stay short."""
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, dict | list) for item in nested):
        return json.dumps(value)
    indent = " " * (level + 1)
    if isinstance(value, dict):
        lines = [f"{indent}{json.dumps(key)}: {_dump(item, level + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * level + "}"
    lines = [indent + _dump(item, level + 1) for item in nested]
    return "[\n" + ",\n".join(lines) + "\n" + " " * level + "]"
