# SPDX-License-Identifier: Apache-2.0
"""Proofs in reports, from the last results of `make prove`."""

import json
from pathlib import Path

from regressions.proof.answer import Answer
from regressions.proof.figures import ProofFigures
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where


def proof_section(file: Path) -> ProofFigures | None:
    """The results in a `proof.json`; None where there are none that this version wrote."""
    try:
        return convert(json.loads(file.read_text()), ProofFigures, Where(file.name))
    except (OSError, ValueError, SchemaError):
        return None


ANSWERS = tuple(Answer)
"""Possible answers, in the order of the page's columns."""
