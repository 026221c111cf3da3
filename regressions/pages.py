# SPDX-License-Identifier: Apache-2.0
"""Templates: of pages, whose text is escaped, and of other texts."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, select_autoescape

from models.places import kept_folder


@cache
def templates(*folders: Path, **filters: Callable[..., Any]) -> Environment:
    """Templates in folders; they refuse unknown names. What they compile to is kept."""
    compiled = kept_folder() / "templates"
    compiled.mkdir(parents=True, exist_ok=True)
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(("html.j2", "svg.j2", "xml.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=FileSystemBytecodeCache(str(compiled)),
    )
    environment.filters.update(filters)
    return environment
