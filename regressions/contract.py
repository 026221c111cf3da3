# SPDX-License-Identifier: Apache-2.0
"""Clauses of the contract, as docs/contract states them."""

import re
from dataclasses import dataclass
from functools import cache

from regressions.paths import ROOT

FOLDER = ROOT / "docs" / "contract"
FILES = {"A": FOLDER / "accelerator.md", "C": FOLDER / "cluster.md"}
"""File of the clauses by the letter of their ids."""

_PLACE = re.compile(
    r'^<a id="(?P<section>[a-z]\d+)"></a>$'
    r'|^(?:<a id="(?P<anchor>[^"]*)"></a>)?\*\*(?P<id>[A-Z]\d+\.\d+)(?P<note> \(note\))?\*\* *'
    r"(?P<text>(?:(?!<a id=|\*\*[A-Z]\d).+\n?)*)",
    re.MULTILINE,
)
"""A section, or a clause with its first paragraph."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, or a section of which clauses are parts."""

    id: str  # such as ``A5.2``, of a section ``A5``
    text: str  # its first paragraph on one line; empty for a section
    required: bool  # True if a device must keep it; notes and sections are not
    file: str  # name of its file in docs/contract

    @property
    def anchor(self) -> str:
        """Place in the project, for a link."""
        return f"docs/contract/{self.file}#{self.id.lower()}"


class ContractError(ValueError):
    """A text of the contract is not as it has to be; the message says where and why."""


@cache
def load_contract() -> dict[str, Clause]:
    """Clauses and sections of the whole contract by id, in its order.

    Raises:
        ContractError: An id is there twice, in the wrong file or section, or has no anchor.
    """
    return {
        clause.id: clause
        for letter, path in FILES.items()
        for clause in parse(path.read_text(encoding="utf-8"), letter, path.name)
    }


def parse(text: str, letter: str, file: str) -> list[Clause]:
    """The clauses and sections, with ids of a letter, of a text; the file's name is for messages and links.

    Raises:
        ContractError: As `load_contract`.
    """
    found: dict[str, Clause] = {}
    section = ""
    for match in _PLACE.finditer(text):
        place = f"{file}:{text.count(chr(10), 0, match.start()) + 1}"
        if match["section"]:
            section = match["section"].upper()
            clause = Clause(section, "", False, file)
        else:
            clause = Clause(match["id"], " ".join(match["text"].split()), match["note"] is None, file)
            if match["anchor"] != clause.id.lower():
                raise ContractError(f'{place}: {clause.id} needs the anchor <a id="{clause.id.lower()}"></a>')
            if clause.id.split(".")[0] != section:
                raise ContractError(f"{place}: {clause.id} does not belong into section {section}")
        if clause.id[0] != letter:
            raise ContractError(f"{place}: ids of this file begin with {letter}, not as {clause.id}")
        if clause.id in found:
            raise ContractError(f"{place}: {clause.id} is there twice; number one anew")
        found[clause.id] = clause
    return list(found.values())
