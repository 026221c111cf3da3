# SPDX-License-Identifier: Apache-2.0
"""Values of several words."""

import pytest

from regressions.option import split


@pytest.mark.parametrize(
    ("text", "words"), [("", []), (" ", []), ("a b", ["a", "b"]), ("-k 'x y' tests", ["-k", "x y", "tests"])]
)
def test_words_of_a_value(text: str, words: list[str]) -> None:
    """No words are none: as an empty path they would be the folder itself."""
    assert split("ARGS", text) == words
