# SPDX-License-Identifier: Apache-2.0
"""Clauses of the contract are well-formed and have testpoints, and all citations lead to them."""

import pytest

from regressions.contract import FILES, ContractError, load_contract, parse
from regressions.paths import ROOT
from regressions.testplan import load_testplan
from tests.contract.citations import cited, wrong_citations, wrong_references
from tests.docs.tree import tracked

CONTRACT = load_contract()
TEXTS = {letter: path.read_text() for letter, path in FILES.items()}
BARE, SAYS = "section", "contract"  # apart from their numbers, so that this file is not what it tests

SECTION = '<a id="a1"></a>\n## 1. One\n\n'
CLAUSE = '<a id="a1.1"></a>**A1.1** Text\nof two lines.\n'


TEXT_FILES = [path for path in tracked(".") if path.suffix not in (".npz", ".png", ".svg")]


def test_clauses_are_read() -> None:
    (first, clause, note) = parse(
        SECTION + CLAUSE + '\n<a id="a1.2"></a>**A1.2 (note)** More.\n', "A", "a.md"
    )
    assert (first.id, first.required) == ("A1", False)
    assert (clause.id, clause.text, clause.required) == ("A1.1", "Text of two lines.", True)
    assert (note.id, note.required, note.anchor) == ("A1.2", False, "docs/contract/a.md#a1.2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SECTION + CLAUSE + "\n" + CLAUSE, "a.md:7: A1.1 is there twice"),
        (SECTION + CLAUSE + CLAUSE, "a.md:6: A1.1 is there twice"),
        (SECTION + "**A1.1** Text.", 'A1.1 needs the anchor <a id="a1.1"></a>'),
        (SECTION + CLAUSE.replace("a1.1", "a1.2"), "A1.1 needs the anchor"),
        (CLAUSE, "A1.1 does not belong into section"),
        (SECTION + CLAUSE.replace("1.1", "2.1"), "A2.1 does not belong into section A1"),
        (SECTION.replace("a1", "c1"), "ids of this file begin with A"),
    ],
)
def test_a_malformed_clause_is_found(text: str, message: str) -> None:
    with pytest.raises(ContractError) as caught:
        parse(text, "A", "a.md")
    assert message in str(caught.value)


def untested(required: set[str], named: set[str]) -> tuple[set[str], set[str]]:
    """Requirements that no testpoint names, and names that the contract does not have."""
    return required - named, named - set(CONTRACT)


def test_every_requirement_has_a_testpoint_and_every_testpoint_its_clauses() -> None:
    required = {clause.id for clause in CONTRACT.values() if clause.required}
    named = {name for point in load_testplan().values() for name in point.clauses}
    assert untested(required, named) == (set(), set())
    assert untested({*required, "A1.99"}, {*named, "A5.99"}) == ({"A1.99"}, {"A5.99"})


def test_every_citation_leads_to_a_clause() -> None:
    wrong = {path: list(wrong_citations(path.read_text(), CONTRACT)) for path in TEXT_FILES}
    assert [f"{path.relative_to(ROOT)}: {each}" for path, found in wrong.items() for each in found] == []


@pytest.mark.parametrize("letter", FILES)
def test_clauses_cite_clauses(letter: str) -> None:
    assert wrong_references(TEXTS[letter], CONTRACT) == []
    assert wrong_references("see A1.1 and A1.99", CONTRACT) == ["A1.99"]


def test_the_project_cites_both_contracts() -> None:
    found = {name[0] for path in TEXT_FILES for name in cited(path.read_text())}
    assert found == set(FILES)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"{SAYS} A5.2", 0),
        (f"{SAYS} A5.2, A99.1", 1),
        (f"{SAYS} A98 and A99.1 to C99", 3),
        (f"# as the {SAYS}\n    # A99.1 says", 1),
        (f"{SAYS.title()}\n// A99", 1),
        (f"{BARE} 5", 1),
        (f"{BARE}s 5 and 7", 1),
        (f"// {BARE}\n// 5", 1),
        (f"{BARE} 5 of the contract", 1),
        (f"{BARE} 7.3 of IEEE 754", 0),
        (f"{BARE}s 1 through 9 of this document", 0),
        ('kind = "section8"', 0),
    ],
)
def test_wrong_citations_are_found(text: str, wrong: int) -> None:
    assert len(list(wrong_citations(text, CONTRACT))) == wrong
