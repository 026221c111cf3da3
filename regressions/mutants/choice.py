# SPDX-License-Identifier: Apache-2.0
"""Choice among the changes that operators propose, by a seed and by the lines themselves."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.mutants.defects import Change
from regressions.mutants.operators import OPERATORS, Candidate
from tb.stimulus.rng import derive


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate with its file, and the number that decides whether it is chosen."""

    file: str
    candidate: Candidate
    key: int

    @property
    def id(self) -> str:
        """The defect's id: module, operator and four digits that follow from seed and line."""
        module = Path(self.file).stem.partition("_")[2] or Path(self.file).stem
        return f"{module}-{self.candidate.operator}-{self.key & 0xFFFF:04x}"


def choose(
    proposals: Mapping[str, Sequence[Candidate]],
    seed: int,
    count: int,
    taken: Collection[tuple[str, Change]] = (),
) -> list[Chosen]:
    """Chooses candidates, of each operator as many, none of two from the same line, spread over the files.

    There are fewer than `count` if the sources have no more; changes that are `taken` are left out.
    """
    pools: dict[str, list[Chosen]] = {name: [] for name in OPERATORS}
    for file, candidates in proposals.items():
        for candidate in candidates:
            change = candidate.change
            if (file, change) not in taken:
                key = derive(seed, "mutant", file, change.line, change.ordinal, change.replacement)
                pools[candidate.operator].append(Chosen(file, candidate, key))
    for pool in pools.values():
        pool.sort(key=lambda chosen: chosen.key)
    most = -(-2 * count // max(len(proposals), 1))
    picked: list[Chosen] = []
    per_file: Counter[str] = Counter()
    lines: set[tuple[str, str, int]] = set()
    while len(picked) < count and any(pools.values()):
        for pool in pools.values():
            while pool and len(picked) < count:
                chosen = pool.pop(0)
                place = (chosen.file, chosen.candidate.change.line, chosen.candidate.change.ordinal)
                if place not in lines and per_file[chosen.file] < most:
                    picked.append(chosen)
                    per_file[chosen.file] += 1
                    lines.add(place)
                    break
    return sorted(picked, key=lambda chosen: (chosen.file, chosen.id))
