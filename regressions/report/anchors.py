# SPDX-License-Identifier: Apache-2.0
"""Places on the page that links lead to: each has an id of its own, whatever tests and devices are called."""

import re
from collections import Counter
from collections.abc import Iterable


def slug(*words: str) -> str:
    """Make an id of some words."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", "-".join(words))


def unique(slugs: Iterable[str]) -> list[str]:
    """Number ids that occur more than once, from the second on."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    found: list[str] = []
    for each in slugs:
        name = each
        while name in taken:
            seen[each] += 1
            name = f"{each}-{seen[each] + 1}"
        taken.add(name)
        found.append(name)
    return found
