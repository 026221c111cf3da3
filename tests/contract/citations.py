# SPDX-License-Identifier: Apache-2.0
"""Citations of the contract in texts of any kind: code, comments, data and documents."""

import re
from collections.abc import Collection, Iterator

_ID = r"[AC]\d+(?:\.\d+)?"
_CITATION = re.compile(rf"\bcontract ((?:{_ID})(?:(?:, | and | to ){_ID})*)", re.IGNORECASE)
_INSIDE = re.compile(rf"\b{_ID}\b")
# A section of something that is named, such as "section 7 of IEEE 754", is that document's.
_NUMBER = r"\d++(?:\.\d++)?+"
_BARE = re.compile(
    rf"\bsections? {_NUMBER}(?:(?:, | and | to | through ){_NUMBER})*+(?! of (?!the contract))", re.IGNORECASE
)
# Where a line of prose or of a comment goes on in the next one.
_WRAPPED = re.compile(r"[ \t]*\n[ \t]*(?://|#|\*|;)?[ \t]*")


def cited(text: str) -> list[str]:
    """Ids that a text cites as "contract A5.2", or "contract A5.2, A7" and the like."""
    return [name for match in _CITATION.finditer(_unwrapped(text)) for name in _INSIDE.findall(match[1])]


def wrong_citations(text: str, known: Collection[str]) -> Iterator[str]:
    """List wrong citations of a text: ids that are not `known`, sections without a document."""
    for name in cited(text):
        if name not in known:
            yield f"contract {name}: there is no such clause or section"
    for match in _BARE.finditer(_unwrapped(text)):
        yield f"'{match[0]}': cite a clause of the contract, or name the document"


def wrong_references(text: str, known: Collection[str]) -> list[str]:
    """Ids in a text of the contract itself, where clauses cite each other without further words."""
    return [name for name in _INSIDE.findall(text) if name not in known]


def _unwrapped(text: str) -> str:
    return _WRAPPED.sub(" ", text)
