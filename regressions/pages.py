# SPDX-License-Identifier: Apache-2.0
"""Templates of pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates(*folders: Path, **filters: Callable[..., Any]) -> Environment:
    """Templates in folders; they escape text and refuse unknown names."""
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment
